"""A card that cannot speak T=1 is known by its answer to reset."""

from __future__ import annotations

import pytest

from twincard.iso.atr import offers_t1

# TS; T0; TAi, TBi, TCi, TDi as announced; historical bytes; check byte (ISO 7816-3, 8.2).
T1_ONLY = "3B8E8131FE458073F001C0585457494E434152440F"
T0_THEN_T1 = "3B95138041B0"
PCSC_CONTACTLESS = "3B8F8001804F0CA000000306030001000000006A"
NO_INTERFACE_BYTES = "3B085457494E43415244"
T0_AND_GLOBAL_BYTES = "3B9F96801FC78031E073FE211B63"
CUT_SHORT = "3B8E"


@pytest.mark.parametrize("atr", [T1_ONLY, T0_THEN_T1, PCSC_CONTACTLESS])
def test_t1_is_found_wherever_it_is_offered(atr: str) -> None:
    assert offers_t1(bytes.fromhex(atr))


@pytest.mark.parametrize("atr", [NO_INTERFACE_BYTES, T0_AND_GLOBAL_BYTES, CUT_SHORT, ""])
def test_a_card_of_t0_alone_offers_no_t1(atr: str) -> None:
    assert not offers_t1(bytes.fromhex(atr))
