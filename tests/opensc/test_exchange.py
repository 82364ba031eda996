"""What OpenSC 0.24 and later send, byte for byte as 0.26.1 was seen to send it, and what it needs.

These drivers ask GET DATA 0101 and speak version 1 of their interface. The programs themselves are
tried by tests/opensc/newer, where somebody has built them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from tests.opensc.conftest import PINS, Pair, make_pair
from tests.trust.test_signing import HASHES, digest_info

from twincard.card.session import OPENSC_AID, Card
from twincard.iso.status import Sw
from twincard.keys.key_type import KeyAlgorithm, KeyType
from twincard.keys.public import PublicKey
from twincard.simulator.laboratory import Laboratory

SELECT = "00A404000C" + OPENSC_AID.hex()
GET_DATA = "00CA010103"
SELECT_FOLDER = "00A4080C025015"
SELECT_KEYS = "00A40800045015440200"
READ = "00B0000000"
SELECT_KEY = "00A4080C0450154B02"
NAME = "002241B60A8001{algorithm:02X}81024B02840101"
COMPUTE = "002A9E9A{length:02X}{data}{expected}"
VERIFY = "0020000110{pin}"


@pytest.fixture(scope="module", params=KeyType)
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """A pair whose keys are all of one type."""
    made = make_pair(request.param, request.param)
    yield made
    made.close()


@dataclass(frozen=True)
class Found:
    """A card as OpenSC knows it."""

    lab: Laboratory
    key: PublicKey
    """Of its signature key."""

    def send(self, apdu: str) -> tuple[bytes, int]:
        """Send what is written in hexadecimal."""
        return self.lab.transmit(bytes.fromhex(apdu))

    def compute(self, algorithm: int, data: bytes, expected: str) -> tuple[bytes, int]:
        """A signature, as OpenSC has it made."""
        assert self.send(SELECT_KEY) == (b"", Sw.DONE)
        assert self.send(NAME.format(algorithm=algorithm)) == (b"", Sw.DONE)
        return self.send(COMPUTE.format(length=len(data), data=data.hex(), expected=expected))


@pytest.fixture(params=["alice", "backup"])
def card(request: pytest.FixtureRequest, pair: Pair) -> Found:
    """A card that OpenSC has found, and whose PIN it has verified."""
    lab, pin = {"alice": (pair.alice, PINS[0]), "backup": (pair.backup, PINS[1])}[request.param]
    found = Found(lab, Card(lab).signing.public_key())
    lab.reset()
    assert found.send(SELECT) == (bytes.fromhex("000602"), Sw.DONE)
    assert found.send(GET_DATA) == (bytes.fromhex("01000E"), Sw.DONE)
    assert found.send(SELECT_FOLDER) == (b"", Sw.DONE)
    padded = pin.reveal().ljust(16, b"\0")
    assert found.send(VERIFY.format(pin=padded.hex())) == (b"", Sw.DONE)
    return found


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
def test_signatures_of_version_1(card: Found, name: str) -> None:
    digest = hashlib.new(name, b"message").digest()
    hashed = HASHES[len(digest)]
    key = card.key.loaded()
    if isinstance(key, ec.EllipticCurvePublicKey):
        # OpenSC cuts a hash to what the curve takes of it.
        signature, sw = card.compute(0x21, digest[:32], "68")
        assert sw == Sw.DONE
        key.verify(signature, digest, ec.ECDSA(Prehashed(hashed)))
        return
    assert isinstance(key, rsa.RSAPublicKey)
    signature, sw = card.compute(0x11, digest_info(name, digest), "00")
    assert sw == Sw.DONE
    key.verify(signature, digest, padding.PKCS1v15(), Prehashed(hashed))
    signature, sw = card.compute(0x12, digest, "00")
    assert sw == Sw.DONE
    padded = padding.PSS(padding.MGF1(hashed), hashed.digest_size)
    key.verify(signature, digest, padded, Prehashed(hashed))
    with pytest.raises(InvalidSignature):
        key.verify(signature, bytes(len(digest)), padded, Prehashed(hashed))


def test_a_bare_value_is_not_signed_as_if_it_were_a_hash(card: Found) -> None:
    # CKM_RSA_PKCS means the bytes as they are, which this card signs in a DigestInfo alone.
    refusal = Sw.WRONG_LENGTH if card.key.algorithm is KeyAlgorithm.RSA else Sw.WRONG_STATE
    assert card.compute(0x11, bytes(32), "00") == (b"", refusal)


def test_keys_on_curves_tell_their_field(card: Found) -> None:
    assert card.send(SELECT_KEYS)[1] == Sw.DONE
    listed, sw = card.send(READ)
    assert sw == Sw.DONE
    is_curve = listed[0] == 0xA0
    # After the path of the key's file: INTEGER 256, the bits of the field.
    place = bytes.fromhex("300804063F0050154B02")
    assert (place + bytes.fromhex("02020100") in listed) is is_curve
