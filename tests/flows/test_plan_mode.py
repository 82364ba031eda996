"""In which mode a key goes: host-blind wherever both cards are certified, and never by accident."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.bench import Bench, Stage

from twincard.card.report import (
    CardReport,
    ExportReport,
    ExportState,
    IdentityState,
    ImportReport,
    ImportState,
    Mode,
    PolicyFlags,
)
from twincard.flows.duplicate.plan import plan_duplication
from twincard.flows.errors import ProtocolError

NONCE = bytes(16)
STATES = (None, IdentityState.DEVICE_KEY, IdentityState.CERTIFIED)


@pytest.fixture
def reports(bench: Bench) -> tuple[CardReport, CardReport]:
    bench.at(Stage.KEYED)
    return bench.original.card().report(), bench.backup.card().report()


@pytest.mark.parametrize("first", STATES)
@pytest.mark.parametrize("second", STATES)
def test_two_certified_cards_and_no_others_are_host_blind(
    reports: tuple[CardReport, CardReport],
    first: IdentityState | None,
    second: IdentityState | None,
) -> None:
    cards = replace(reports[0], identity=first), replace(reports[1], identity=second)
    both = first is second is IdentityState.CERTIFIED
    assert plan_duplication(*cards).mode is (Mode.HOST_BLIND if both else Mode.BASE)


@pytest.mark.parametrize("which", [0, 1])
def test_where_base_mode_is_forbidden_a_card_without_a_certificate_is_refused(
    reports: tuple[CardReport, CardReport], which: int
) -> None:
    cards = list(reports)
    cards[which] = replace(
        cards[which],
        policy=PolicyFlags.BASE_MODE_FORBIDDEN,
        identity=IdentityState.CERTIFIED,
    )
    other = 1 - which
    cards[other] = replace(cards[other], identity=IdentityState.DEVICE_KEY)
    with pytest.raises(ProtocolError, match="host-blind mode only"):
        plan_duplication(cards[0], cards[1])


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("pending", [False, True])
def test_an_open_ticket_goes_on_in_its_own_mode(
    reports: tuple[CardReport, CardReport], mode: Mode, pending: bool
) -> None:
    original, backup = (replace(item, identity=IdentityState.CERTIFIED) for item in reports)
    ticketed = ImportReport(ImportState.TICKETED, original.card_id, NONCE, mode)
    if pending:
        export = ExportReport(ExportState.PENDING, 0, backup.card_id, NONCE, mode)
        original = replace(original, export=export)
    assert plan_duplication(original, replace(backup, import_=ticketed)).mode is mode


def test_after_a_void_ticket_of_base_mode_certified_cards_go_on_host_blind(
    reports: tuple[CardReport, CardReport],
) -> None:
    original, backup = (replace(item, identity=IdentityState.CERTIFIED) for item in reports)
    void = ImportReport(ImportState.VOID, original.card_id, NONCE, Mode.BASE)
    export = ExportReport(ExportState.PENDING, 0, backup.card_id, NONCE, Mode.BASE)
    for waiting in (original, replace(original, export=export)):
        assert plan_duplication(waiting, replace(backup, import_=void)).mode is Mode.HOST_BLIND
