"""X9.143 key blocks, checked by psec, an implementation that shares nothing with ours."""

from __future__ import annotations

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twincard.keys.keyblock import (
    EC_HEADER,
    RSA_HEADER,
    KeyBlockError,
    ascii_form,
    build_block,
    open_block,
)

KBPK = bytes(range(32))
KEYS = {EC_HEADER: bytes(range(144)), RSA_HEADER: bytes(range(193)) * 5 + b"!!"}
PAD = bytes(range(100, 116))


@pytest.mark.parametrize("header", KEYS)
def test_psec_opens_what_we_build(header: bytes) -> None:
    block = build_block(KBPK, header, KEYS[header], PAD)
    found, key = psec.tr31.unwrap(KBPK, ascii_form(block))
    assert key == KEYS[header]
    assert (found.version_id, found.exportability) == ("D", "N")


def test_we_open_what_psec_builds() -> None:
    psec_header = psec.tr31.Header("D", "D1", "R", "D", "00", "N")
    key = KEYS[RSA_HEADER]
    ascii_block = psec.tr31.KeyBlock(KBPK, psec_header).wrap(key, len(key))
    block = ascii_block[:16].encode() + bytes.fromhex(ascii_block[16:])
    assert open_block(KBPK, block, RSA_HEADER) == key


def test_sizes_on_the_wire_are_those_of_the_card_interface() -> None:
    assert len(build_block(KBPK, RSA_HEADER, KEYS[RSA_HEADER], PAD)) == 1008
    assert len(build_block(KBPK, EC_HEADER, KEYS[EC_HEADER], PAD)) == 192


@settings(max_examples=300)
@given(st.integers(min_value=0, max_value=192 * 8 - 1))
def test_any_altered_bit_is_noticed(bit: int) -> None:
    block = bytearray(build_block(KBPK, EC_HEADER, KEYS[EC_HEADER], PAD))
    block[bit // 8] ^= 1 << bit % 8
    with pytest.raises(KeyBlockError):
        open_block(KBPK, bytes(block), EC_HEADER)


def test_another_kbpk_does_not_open_it() -> None:
    block = build_block(KBPK, EC_HEADER, KEYS[EC_HEADER], PAD)
    with pytest.raises(KeyBlockError):
        open_block(bytes(32), block, EC_HEADER)


def test_the_same_padding_gives_the_same_block() -> None:
    first, second = (build_block(KBPK, RSA_HEADER, KEYS[RSA_HEADER], PAD) for _ in range(2))
    assert first == second
