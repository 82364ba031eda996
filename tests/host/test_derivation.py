"""Key derivation against published vectors, and against its formulas worked out step by step."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twincard.keys.derivation import GroupKey, aes_cmac, cmac_kcv, kdf

MESSAGE = bytes.fromhex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)
AES_128 = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
AES_256 = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")


@pytest.mark.parametrize(
    ("key", "size", "mac"),
    [
        # RFC 4493, 4
        (AES_128, 0, "bb1d6929e95937287fa37d129b756746"),
        (AES_128, 16, "070a16b46b4d4144f79bdd9dd04a287c"),
        (AES_128, 40, "dfa66747de9ae63030ca32611497c827"),
        (AES_128, 64, "51f0bebf7e3b9d92fc49741779363cfe"),
        # SP 800-38B, examples for CMAC-AES256
        (AES_256, 0, "028962f61b7bf89efc6b551f4667d983"),
        (AES_256, 16, "28a7023f452e8f82bd4bf28d8c37c35c"),
        (AES_256, 40, "aaf3d8f1de5640c232f5b169b9c911e6"),
        (AES_256, 64, "e1992190549f6ed5696a2c056c315410"),
    ],
)
def test_cmac_agrees_with_its_standards(key: bytes, size: int, mac: str) -> None:
    assert aes_cmac(key, MESSAGE[:size]) == bytes.fromhex(mac)


@given(
    st.binary(min_size=32, max_size=32),
    st.sampled_from([b"ticket", b"receipt", b"kbpk", b"pad"]),
    st.binary(max_size=32),
    st.sampled_from([128, 256, 384]),
)
def test_the_kdf_is_sp_800_108_in_counter_mode(
    key: bytes, label: bytes, context: bytes, bits: int
) -> None:
    fixed = label + b"\x00" + context + bits.to_bytes(2, "big")
    blocks = [aes_cmac(key, bytes([counter]) + fixed) for counter in (1, 2, 3)]
    assert kdf(key, label, context, bits) == b"".join(blocks)[: bits // 8]


@pytest.mark.parametrize("size", [1, 3, 8])
def test_the_group_key_is_sp_800_56c_one_step(size: int) -> None:
    components = [bytes([number]) * 32 for number in range(1, size + 1)]
    group_id = bytes(range(16))
    fixed = b"twincard/group/1" + group_id + bytes([size])
    by_hand = hashlib.sha256(b"\x00\x00\x00\x01" + b"".join(components) + fixed).digest()
    assert GroupKey.from_components(components, group_id).value == by_hand


def test_every_component_and_its_place_count() -> None:
    components = [bytes([number]) * 32 for number in range(3)]
    keys = {
        GroupKey.from_components(order, bytes(16)).value
        for order in (components, components[::-1], components[:2], [*components[:2], bytes(32)])
    }
    assert len(keys) == 4


def test_the_key_check_value_is_the_beginning_of_a_cmac_over_zeros() -> None:
    assert cmac_kcv(AES_256) == aes_cmac(AES_256, bytes(16))[:3]


def test_a_group_key_shows_nothing() -> None:
    key = GroupKey.from_components([bytes(32)], bytes(16))
    assert key.value.hex() not in repr(key)
    assert repr(key.value) not in repr(key)
