"""The security environment: the padding and the target that MSE sets, and how long they last."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Stage
from tests.card.sealing import Correspondent, rsa_key, seal, seal_pkcs1
from tests.card.wire import Command, exchange, status

from twincard.card.session import Card
from twincard.card.usage import Padding
from twincard.iso.status import CardError, Sw
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey


@pytest.fixture(scope="module")
def ec_friend() -> Correspondent:
    return Correspondent.with_ec()


def keyed(bench: Bench, key: KeyType) -> Card:
    return bench.at(Stage.KEYED, key=key).original.unlocked()


@pytest.mark.parametrize("how", ["select", "reset"])
def test_the_target_ends_with_select_and_reset(
    bench: Bench, ec_friend: Correspondent, how: str
) -> None:
    card = keyed(bench, KeyType.P_256)
    card.usage.set_target(ec_friend.public)
    getattr(card, how)()
    card.pin.verify(bench.original.pin)
    encipher = Command(0x00, 0x2A, 0x86, 0x80, bytes(32), 256)
    assert exchange(bench.original.lab, encipher) == (b"", Sw.WRONG_STATE)


def test_a_padding_that_is_refused_leaves_the_default(bench: Bench) -> None:
    card = keyed(bench, KeyType.RSA_2048)
    public = card.usage.public_key()
    card.usage.decipher(seal_pkcs1(public, b"old"), Padding.PKCS1_V15)
    refused = Command(0x00, 0x22, 0x41, 0xB8, bytes.fromhex("800110"))
    assert status(bench.original.lab, refused) == Sw.WRONG_DATA
    oaep = Command(0x00, 0x2A, 0x80, 0x86, seal(public, b"new").encode(), 256)
    assert exchange(bench.original.lab, oaep) == (b"new", Sw.DONE)


def test_a_target_that_is_refused_leaves_none(bench: Bench, ec_friend: Correspondent) -> None:
    card = keyed(bench, KeyType.P_256)
    card.usage.set_target(ec_friend.public)
    with pytest.raises(CardError):
        card.usage.set_target(5)
    encipher = Command(0x00, 0x2A, 0x86, 0x80, bytes(32), 256)
    assert exchange(bench.original.lab, encipher) == (b"", Sw.WRONG_STATE)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", Sw.DONE),
        ("800111 81024B02 840101", Sw.DONE),
        ("840101 81024B02 800111", Sw.DONE),
        ("840100", Sw.WRONG_DATA),
        ("840102", Sw.WRONG_DATA),
        ("800112 81024B02 840101", Sw.DONE),
        ("800121 81024B02 840101", Sw.DONE),
        ("800110", Sw.WRONG_DATA),
        ("800113", Sw.WRONG_DATA),
        ("800120", Sw.WRONG_DATA),
        ("830101", Sw.WRONG_DATA),
        ("84020101", Sw.WRONG_DATA),
        ("8103AA", Sw.WRONG_DATA),
    ],
)
def test_the_environment_for_signatures_names_the_signature_key_alone(
    bench: Bench, data: str, expected: Sw
) -> None:
    keyed(bench, KeyType.RSA_2048)
    command = Command(0x00, 0x22, 0x41, 0xB6, bytes.fromhex(data))
    assert status(bench.original.lab, command) == expected


def test_the_environment_for_signatures_leaves_that_for_deciphering_alone(bench: Bench) -> None:
    card = keyed(bench, KeyType.RSA_2048)
    public = card.usage.public_key()
    assert card.usage.decipher(seal_pkcs1(public, b"old"), Padding.PKCS1_V15) == b"old"
    for data, expected in (("800111840101", Sw.DONE), ("840100", Sw.WRONG_DATA)):
        command = Command(0x00, 0x22, 0x41, 0xB6, bytes.fromhex(data))
        assert status(bench.original.lab, command) == expected
        assert card.usage.decipher(seal_pkcs1(public, b"old"), Padding.PKCS1_V15) == b"old"


@pytest.mark.parametrize(
    ("p1", "data", "expected"),
    [
        (0x41, "", Sw.DONE),
        (0x41, "800112 81023F00 840100", Sw.DONE),
        (0x41, "840100 800111", Sw.DONE),
        (0x41, "8100", Sw.DONE),
        (0x41, "800110", Sw.WRONG_DATA),
        (0x41, "800116", Sw.WRONG_DATA),
        (0x41, "800121", Sw.WRONG_DATA),
        (0x41, "8001", Sw.WRONG_DATA),
        (0x41, "80021212", Sw.WRONG_DATA),
        (0x41, "8180", Sw.WRONG_DATA),
        (0x41, "810201", Sw.WRONG_DATA),
        (0x41, "84020000", Sw.WRONG_DATA),
        (0x41, "8500", Sw.WRONG_DATA),
        (0x41, "8000", Sw.WRONG_DATA),
        (0x41, "840101", Sw.WRONG_DATA),
        (0x41, "8400", Sw.WRONG_DATA),
        (0x41, "830100", Sw.WRONG_DATA),
        (0x41, "80", Sw.WRONG_DATA),
        (0x41, "8103AA", Sw.WRONG_DATA),
        (0x41, "81FFAA", Sw.WRONG_DATA),
        (0x81, "", Sw.WRONG_DATA),
        (0x81, "8300", Sw.WRONG_DATA),
        (0x81, "83020001", Sw.WRONG_DATA),
        (0x81, "840100", Sw.WRONG_DATA),
        (0x81, "830100", Sw.DONE),
        (0x81, "830109", Sw.NOT_FOUND),
        (0x81, "8301FF", Sw.NOT_FOUND),
    ],
)
def test_the_security_environment_takes_what_the_document_names(
    bench: Bench, p1: int, data: str, expected: Sw
) -> None:
    keyed(bench, KeyType.P_256)
    command = Command(0x00, 0x22, p1, 0xB8, bytes.fromhex(data))
    assert status(bench.original.lab, command) == expected


def test_targets_with_exponents_of_other_lengths_follow_each_other(bench: Bench) -> None:
    """The chip gets each exponent as it is; nothing of a longer one is left."""
    card = keyed(bench, KeyType.P_256)
    friend = Correspondent.with_rsa()
    modulus = rsa_key(friend.public).public_numbers().n.to_bytes(256)
    longer = PublicKey.from_rsa(modulus, bytes.fromhex("01000001"))
    for target in (friend.public, longer, friend.public):
        sealed = card.usage.encipher(b"content", target)
    assert friend.open(sealed) == b"content"
