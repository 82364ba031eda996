"""The test key keeps to published vectors, so what it opens is made by the standard."""

from __future__ import annotations

import pytest
from tests.cms.software_key import key_unwrap, x963_kdf

from twincard.cms import RecipientRejectedError

KEK = bytes(range(32))
WRAPPED = bytes.fromhex(
    "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"
)


def test_key_unwrap_gives_the_key_of_rfc_3394_section_4_6() -> None:
    key = bytes.fromhex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F")
    assert key_unwrap(KEK, WRAPPED) == key


def test_key_unwrap_refuses_an_altered_key() -> None:
    with pytest.raises(RecipientRejectedError):
        key_unwrap(KEK, WRAPPED[:-1] + b"\0")


@pytest.mark.parametrize(
    ("secret", "shared_info", "derived"),
    [
        (
            "96c05619d56c328ab95fe84b18264b08725b85e33fd34f08",
            "",
            "443024c3dae66b95e6f5670601558f71",
        ),
        (
            "22518b10e70f2a3f243810ae3254139efbee04aa57c7af7d",
            "75eef81aa3041e33b80971203d2c0c52",
            "c498af77161cc59f2962b9a713e2b215152d139766ce34a776df11866a69bf2e"
            "52a13d9c7c6fc878c50c5ea0bc7b00e0da2447cfd874f6cf92f30d0097111485"
            "500c90c3af8b487872d04685d14c8d1dc8d7fa08beb0ce0ababc11f0bd496269"
            "142d43525a78e5bc79a17f59676a5706dc54d54d4d1f0bd7e386128ec26afc21",
        ),
    ],
)
def test_key_derivation_gives_the_keys_of_nist_cavs_ansx963_2001_for_sha256(
    secret: str, shared_info: str, derived: str
) -> None:
    expected = bytes.fromhex(derived)
    assert (
        x963_kdf("sha256", bytes.fromhex(secret), bytes.fromhex(shared_info), len(expected))
        == expected
    )
