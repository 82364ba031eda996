"""DECIPHER, ENCIPHER, TRANSCODE and CHECK, both ways against the `cryptography` package."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from secrets import token_bytes

import pytest
from tests.bench import Bench, Stage
from tests.card.sealing import Correspondent, rsa_key, seal, seal_ec, seal_oaep, seal_pkcs1
from tests.card.wire import Command, exchange, status

from twincard.card.cryptogram import EcCryptogram, Hash, RsaCryptogram
from twincard.card.report import PolicyFlags
from twincard.card.session import Card
from twincard.card.usage import OWN_KEY, Padding
from twincard.iso.status import (
    AuthorityMissingError,
    NotFoundError,
    Sw,
    WrongDataError,
    WrongStateError,
)
from twincard.keys.key_type import KeyType

CEK_SIZES = (16, 24, 32)
SHARED_INFO = bytes.fromhex("3015300B060960864801650304012DA206040400000100")
KEYS = pytest.mark.parametrize("key", KeyType)
DECIPHER = Command(0x00, 0x2A, 0x80, 0x86, answer=256)


@pytest.fixture(scope="module")
def rsa_friend() -> Correspondent:
    return Correspondent.with_rsa()


@pytest.fixture(scope="module")
def ec_friend() -> Correspondent:
    return Correspondent.with_ec()


@pytest.fixture
def friends(rsa_friend: Correspondent, ec_friend: Correspondent) -> list[Correspondent]:
    return [rsa_friend, ec_friend]


def keyed(bench: Bench, key: KeyType) -> Card:
    return bench.at(Stage.KEYED, key=key).original.unlocked()


def check_of(content: bytes) -> bytes:
    return hashlib.sha256(b"cek" + content).digest()[:8]


@pytest.mark.parametrize("size", [0, 1, 15, 16, 31, 32, 100, 189, 190])
def test_oaep(bench: Bench, size: int) -> None:
    card = keyed(bench, KeyType.RSA_2048)
    content = token_bytes(size)
    assert card.usage.decipher(seal_oaep(card.usage.public_key(), content)) == content


@pytest.mark.parametrize("size", [0, 1, 16, 32, 244, 245])
def test_pkcs1(bench: Bench, size: int) -> None:
    card = keyed(bench, KeyType.RSA_2048)
    content = bytes(size)
    cryptogram = seal_pkcs1(card.usage.public_key(), content)
    assert card.usage.decipher(cryptogram, Padding.PKCS1_V15) == content
    with pytest.raises(WrongDataError):
        card.usage.decipher(cryptogram)


def test_the_default_padding_comes_back_with_select(bench: Bench) -> None:
    card = keyed(bench, KeyType.RSA_2048)
    public = card.usage.public_key()
    card.usage.decipher(seal_pkcs1(public, b"old"), Padding.PKCS1_V15)
    again = bench.original.unlocked()
    assert again.usage.decipher(seal_oaep(public, b"new")) == b"new"


@pytest.mark.parametrize("kdf_hash", Hash)
@pytest.mark.parametrize("kek_length", CEK_SIZES)
@pytest.mark.parametrize("size", CEK_SIZES)
def test_key_agreement_with_every_hash_and_length(
    bench: Bench, kdf_hash: Hash, kek_length: int, size: int
) -> None:
    card = keyed(bench, KeyType.P_256)
    content = token_bytes(size)
    for info in (b"", b"\x00", SHARED_INFO, bytes(range(127))):
        cryptogram = seal_ec(card.usage.public_key(), content, kdf_hash, kek_length, info)
        assert card.usage.decipher(cryptogram) == content
        assert card.usage.check(cryptogram) == check_of(content)


@KEYS
def test_encipher_for_everybody(bench: Bench, key: KeyType, friends: list[Correspondent]) -> None:
    card = keyed(bench, key)
    for friend in friends:
        for size in CEK_SIZES:
            content = token_bytes(size)
            assert friend.open(card.usage.encipher(content, friend.public)) == content
    own = card.usage.encipher(content, OWN_KEY)
    assert card.usage.decipher(own) == content


@pytest.mark.parametrize("size", [0, 1, 190])
def test_encipher_for_rsa_takes_up_to_190_bytes(
    bench: Bench, rsa_friend: Correspondent, size: int
) -> None:
    card = keyed(bench, KeyType.P_256)
    content = bytes(size)
    assert rsa_friend.open(card.usage.encipher(content, rsa_friend.public)) == content


@pytest.mark.parametrize(
    ("kind", "size"), [("rsa", 191), ("rsa", 255), ("ec", 0), ("ec", 15), ("ec", 17), ("ec", 33)]
)
def test_encipher_refuses_other_lengths(
    bench: Bench, friends: list[Correspondent], kind: str, size: int
) -> None:
    card = keyed(bench, KeyType.P_256)
    card.usage.set_target(friends[kind == "ec"].public)
    command = Command(0x00, 0x2A, 0x86, 0x80, bytes(size), 256)
    assert exchange(bench.original.lab, command) == (b"", Sw.WRONG_LENGTH)


def test_what_is_enciphered_for_ec_is_as_rfc_5753_wants(
    bench: Bench, ec_friend: Correspondent
) -> None:
    card = keyed(bench, KeyType.P_256)
    first, second = (card.usage.encipher(bytes(32), ec_friend.public) for _ in range(2))
    assert isinstance(first, EcCryptogram)
    assert isinstance(second, EcCryptogram)
    assert (first.hash, first.kek_length, first.shared_info) == (Hash.SHA_256, 32, SHARED_INFO)
    assert first.point != second.point


@KEYS
def test_transcode_to_everybody(bench: Bench, key: KeyType, friends: list[Correspondent]) -> None:
    card = keyed(bench, key)
    for size in CEK_SIZES:
        content = token_bytes(size)
        cryptogram = seal(card.usage.public_key(), content)
        for friend in friends:
            transcoded = card.usage.transcode(cryptogram, friend.public)
            assert friend.open(transcoded.cryptogram) == content
            assert transcoded.check == check_of(content) == card.usage.check(cryptogram)


def test_transcode_from_old_mail(bench: Bench, rsa_friend: Correspondent) -> None:
    card = keyed(bench, KeyType.RSA_2048)
    cryptogram = seal_pkcs1(card.usage.public_key(), bytes(24))
    transcoded = card.usage.transcode(cryptogram, rsa_friend.public, Padding.PKCS1_V15)
    assert rsa_friend.open(transcoded.cryptogram) == bytes(24)


@pytest.mark.parametrize("size", [0, 1, 15, 17, 31, 33, 190])
def test_only_content_encryption_keys_are_transcoded_and_checked(
    bench: Bench, ec_friend: Correspondent, size: int
) -> None:
    card = keyed(bench, KeyType.RSA_2048)
    cryptogram = seal_oaep(card.usage.public_key(), bytes(size))
    with pytest.raises(WrongDataError):
        card.usage.transcode(cryptogram, ec_friend.public)
    with pytest.raises(WrongDataError):
        card.usage.check(cryptogram)
    assert card.usage.decipher(cryptogram) == bytes(size)


@KEYS
@pytest.mark.parametrize("policy", [PolicyFlags.NONE, PolicyFlags.PUBLIC_KEY_IN_BACKUP])
def test_the_backup_opens_what_was_made_for_the_original(
    bench: Bench, key: KeyType, policy: PolicyFlags, friends: list[Correspondent]
) -> None:
    bench.at(Stage.DUPLICATED, key=key, policy=policy)
    public = bench.original.card().usage.public_key()
    backup = bench.backup.unlocked()
    cryptogram = seal(public, bytes(range(32)))
    assert backup.usage.decipher(cryptogram) == bytes(range(32))
    for friend in friends:
        transcoded = backup.usage.transcode(cryptogram, friend.public)
        assert friend.open(transcoded.cryptogram) == bytes(range(32))
    if policy:
        assert backup.usage.public_key() == public
        backup.usage.set_target(OWN_KEY)
    else:
        with pytest.raises(NotFoundError):
            backup.usage.public_key()
        with pytest.raises(NotFoundError):
            backup.usage.set_target(OWN_KEY)


def altered(data: bytes) -> Iterator[bytes]:
    for place in range(len(data)):
        yield data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]


def fault(bench: Bench, data: bytes) -> tuple[bytes, int]:
    """The answer to a cryptogram; the session of the PIN is begun anew before it can end."""
    bench.original.unlocked()
    return exchange(bench.original.lab, replace(DECIPHER, data=data), extended=True)


@KEYS
def test_whatever_byte_is_altered_the_answer_is_the_same(bench: Bench, key: KeyType) -> None:
    card = keyed(bench, key)
    good = seal(card.usage.public_key(), bytes(32)).encode()
    for bad in altered(good):
        assert fault(bench, bad) == (b"", Sw.WRONG_DATA)
    assert fault(bench, good) == (bytes(32), Sw.DONE)


def test_rsa_cryptograms_that_nobody_made(bench: Bench) -> None:
    card = keyed(bench, KeyType.RSA_2048)
    public = card.usage.public_key()
    modulus = rsa_key(public).public_numbers().n
    for number in (0, 1, 2, modulus - 1, modulus, modulus + 1, 2**2048 - 1):
        data = RsaCryptogram(number.to_bytes(256, "big")).encode()
        assert fault(bench, data) == (b"", Sw.WRONG_DATA)
    good = seal_oaep(public, b"").encode()
    for data in (
        b"",
        good[:1],
        good[:-1],
        good + b"\x00",
        b"\x01" + good[1:],
        b"\x81" + good[1:],
        good[1:],
    ):
        assert fault(bench, data) == (b"", Sw.WRONG_DATA)


GENERATOR = bytes.fromhex(
    "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"
    "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5"
)
PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1


def off_curve() -> Iterator[bytes]:
    """Points that are none, with the right length."""
    yield bytes(65)
    yield b"\x04" + bytes(64)
    yield GENERATOR[:64] + bytes([GENERATOR[64] ^ 1])
    yield GENERATOR[:33] + (PRIME - int.from_bytes(GENERATOR[33:], "big") + 1).to_bytes(32, "big")
    yield b"\x04" + PRIME.to_bytes(32, "big") + GENERATOR[33:]
    yield b"\x04" + b"\xff" * 64
    # Valid numbers with another format byte: compressed, hybrid.
    for form in (0x00, 0x02, 0x03, 0x05, 0x06, 0x07, 0xFF):
        yield bytes([form]) + GENERATOR[1:]


@pytest.mark.parametrize("point", list(off_curve()), ids=lambda point: point[:4].hex())
def test_points_off_the_curve_are_refused(bench: Bench, point: bytes) -> None:
    card = keyed(bench, KeyType.P_256)
    cryptogram = replace(seal_ec(card.usage.public_key(), bytes(32)), point=point)
    assert fault(bench, cryptogram.encode()) == (b"", Sw.WRONG_DATA)
    template = bytes.fromhex("7F49438641") + point
    target = Command(0x00, 0x22, 0x81, 0xB8, template)
    assert status(bench.original.lab, target) == Sw.WRONG_DATA
    assert status(bench.original.lab, Command(0x80, 0x40, 1, 0, template)) == Sw.WRONG_DATA


@pytest.mark.parametrize(
    "change",
    [
        {"point": GENERATOR[:64]},
        {"point": GENERATOR + b"\x00"},
        {"point": b"\x02" + GENERATOR[1:33]},
        {"point": b"\x00"},
        {"point": b""},
        {"shared_info": bytes(128)},
        {"shared_info": bytes(129)},
        {"kek_length": 0},
        {"kek_length": 8},
        {"kek_length": 20},
        {"kek_length": 31},
        {"kek_length": 255},
        {"hash": 0},
        {"hash": 5},
        {"hash": 255},
        {"wrapped_key": b""},
        {"wrapped_key": bytes(16)},
        {"wrapped_key": bytes(39)},
        {"wrapped_key": bytes(41)},
        {"wrapped_key": bytes(48)},
    ],
    ids=lambda change: "-".join(f"{name}-{value!r:.12}" for name, value in change.items()),
)
def test_malformed_ec_cryptograms_are_refused(bench: Bench, change: dict[str, object]) -> None:
    card = keyed(bench, KeyType.P_256)
    good = seal_ec(card.usage.public_key(), bytes(32))
    bad = replace(good, **change)  # type: ignore[arg-type]
    assert fault(bench, bad.encode()) == (b"", Sw.WRONG_DATA)


def test_thirty_two_faults_end_the_session_of_the_pin(bench: Bench) -> None:
    card = keyed(bench, KeyType.P_256)
    good = seal_ec(card.usage.public_key(), bytes(32))
    bad = replace(good, wrapped_key=bytes(40))
    uses: list[Callable[[], object]] = [
        lambda: card.usage.decipher(bad),
        lambda: card.usage.check(bad),
        lambda: card.usage.transcode(bad, OWN_KEY),
    ]
    for turn in range(32):
        assert card.usage.decipher(good) == bytes(32)
        with pytest.raises(WrongDataError):
            uses[turn % 3]()
    assert not card.pin.is_verified()
    with pytest.raises(AuthorityMissingError):
        card.usage.decipher(good)
    assert card.report().pin_tries_left == 3
    card.pin.verify(bench.original.pin)
    assert card.usage.decipher(good) == bytes(32)
    with pytest.raises(WrongDataError):
        card.usage.decipher(bad)
    assert card.pin.is_verified()


def test_without_key_or_target_nothing_is_done(bench: Bench) -> None:
    bench.at(Stage.COMPLETE)
    card = bench.original.unlocked()
    with pytest.raises(NotFoundError):
        card.usage.decipher(RsaCryptogram(bytes(256)))
    with pytest.raises(NotFoundError):
        card.usage.set_target(OWN_KEY)
    with pytest.raises(NotFoundError):
        card.usage.set_target(1)
    encipher = Command(0x00, 0x2A, 0x86, 0x80, bytes(32), 256)
    assert exchange(bench.original.lab, encipher) == (b"", Sw.WRONG_STATE)


@KEYS
def test_a_new_key_replaces_the_old_one(bench: Bench, key: KeyType) -> None:
    card = keyed(bench, KeyType.P_256)
    old = seal(card.usage.public_key(), bytes(32))
    card.usage.generate(key)
    new_public = card.usage.public_key()
    report = card.report().key
    assert report is not None
    assert (report.type, report.digest) == (key, new_public.digest)
    assert card.usage.public_key() == new_public
    with pytest.raises(WrongDataError):
        card.usage.decipher(old)
    assert card.usage.decipher(seal(new_public, bytes(32))) == bytes(32)


@pytest.mark.parametrize("data", ["AC03800100", "AC03800103", "AC038001FF", "AC03810102"])
def test_unknown_key_types_are_refused(bench: Bench, data: str) -> None:
    card = keyed(bench, KeyType.P_256)
    before = card.report()
    generate = Command(0x00, 0x46, 0x80, 0x00, bytes.fromhex(data), 256)
    assert exchange(bench.original.lab, generate) == (b"", Sw.WRONG_DATA)
    assert card.report() == before


def test_a_backup_without_its_key_deciphers_nothing(bench: Bench) -> None:
    backup = bench.at(Stage.COMPLETE).backup.unlocked()
    with pytest.raises(NotFoundError):
        backup.usage.check(RsaCryptogram(bytes(256)))
    with pytest.raises(WrongStateError):
        backup.duplication.cancel()
