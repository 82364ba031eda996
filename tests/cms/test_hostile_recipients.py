"""Recipient infos are outside the authenticated content: whoever adds some must not hide others."""

from __future__ import annotations

import contextlib
import io
import os
from dataclasses import dataclass, field, replace
from time import process_time

import pytest
from tests.cms.framing import Parts
from tests.cms.software_key import SoftwareKey, decrypted, encrypted, key_of

from twincard.cms import (
    DATA_CONTENT,
    AlgorithmRejectedError,
    AlteredError,
    BytesOutput,
    EcRecipient,
    IssuerAndSerial,
    KeyIdentifier,
    NotAuthenticatedError,
    NotForThisKeyError,
    OpenableRecipient,
    Recipient,
    RecipientIdentifier,
    SpooledOutput,
    UnsupportedError,
    decrypt,
    encrypt,
    read_recipients,
    transcode,
    wrap_for_card_key,
)
from twincard.cms.content.cipher import CipherMode, ContentCipher
from twincard.cms.framing import ber
from twincard.cms.framing.message import MessageKind
from twincard.cms.recipients.codec import (
    ARCHIVE_TAG,
    KEY_AGREEMENT_TAG,
    KEY_TRANSPORT_TAG,
    encode_recipient,
)
from twincard.cms.recipients.opening import MAX_NAMED, MAX_OTHERS
from twincard.keys.key_type import KeyAlgorithm

PLAINTEXT = bytes(range(256)) * 9000
both_kinds = pytest.mark.parametrize("kind", KeyAlgorithm)


@dataclass
class Counting:
    """A key that counts how often it is used; ``lacking`` some algorithm of its first uses."""

    key: SoftwareKey
    lacking: int = 0
    names: frozenset[RecipientIdentifier] | None = frozenset()
    """Of its certificates; None: nobody may ask for them."""
    used: list[OpenableRecipient] = field(default_factory=list)

    @property
    def algorithm(self) -> KeyAlgorithm:
        return self.key.algorithm

    @property
    def key_id(self) -> bytes:
        return self.key.key_id

    @property
    def archive_id(self) -> bytes | None:
        return self.key.archive_id

    def other_names(self) -> frozenset[RecipientIdentifier]:
        assert self.names is not None
        return self.names

    def open(self, recipient: OpenableRecipient, /) -> bytes:
        self.used.append(recipient)
        if len(self.used) <= self.lacking:
            raise AlgorithmRejectedError("The chip cannot do this.")
        return self.key.open(recipient)


def broken(recipient: Recipient) -> bytes:
    """A recipient info that does not open with the key it names."""
    info = wrap_for_card_key(os.urandom(32), recipient)
    if isinstance(info, EcRecipient):
        return encode_recipient(replace(info, wrapped_key=bytes(40)))
    return encode_recipient(replace(info, cryptogram=bytes(256)))


def misleading(recipient: Recipient) -> bytes:
    """A recipient info that opens, and holds another key than the content has."""
    return encode_recipient(wrap_for_card_key(os.urandom(32), recipient))


def with_first(message: bytes, *infos: bytes) -> bytes:
    """The message with more recipient infos before its own."""
    parts = Parts.of(message)
    return replace(parts, infos=(*infos, *parts.infos)).message()


def opened(message: bytes, key: Counting) -> bytes:
    sink = io.BytesIO()
    with SpooledOutput(sink) as output:
        decrypt(io.BytesIO(message), output, key)
    return sink.getvalue()


@both_kinds
@pytest.mark.parametrize("mail", [False, True], ids=["file", "mail"])
def test_what_was_put_before_the_right_recipient_info_does_not_hide_it(
    kind: KeyAlgorithm, mail: bool
) -> None:
    key = key_of(kind)
    message = encrypted(PLAINTEXT, key, mail=mail)
    # Nothing tells which key CBC wants, so a misleading one can spoil mail, as any change can.
    junk = [broken(key.recipient)] if mail else [misleading(key.recipient)] * 2
    assert decrypted(with_first(message, *junk), key) == PLAINTEXT


def named_otherwise(recipient: Recipient) -> Recipient:
    """The same key under the name of a certificate that only its owner knows."""
    return Recipient(recipient.key, IssuerAndSerial(bytes.fromhex("3000"), 7))


@both_kinds
@pytest.mark.parametrize("pipe", [False, True], ids=["file", "pipe"])
def test_one_that_names_the_key_does_not_hide_the_true_one_under_another_name(
    kind: KeyAlgorithm, pipe: bool
) -> None:
    key = key_of(kind)
    sink = io.BytesIO()
    encrypt(io.BytesIO(PLAINTEXT), sink, [named_otherwise(key.recipient)])
    message = with_first(sink.getvalue(), misleading(key.recipient), broken(key.recipient))
    with BytesOutput() as output:
        decrypt(Pipe(message) if pipe else io.BytesIO(message), output, key)
    assert output.value == PLAINTEXT
    new = key_of(kind, "new")
    given = io.BytesIO()
    transcode(io.BytesIO(message), given, key.giving_to(new.recipient))
    assert decrypted(given.getvalue(), new) == PLAINTEXT


class Pipe(io.RawIOBase):
    """A stream that cannot be read twice."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)

    def read(self, size: int = -1, /) -> bytes:
        return self._inner.read(size)


@both_kinds
def test_a_certificate_of_the_key_finds_it_among_many_strangers(kind: KeyAlgorithm) -> None:
    stranger = Recipient(key_of(kind, "stranger").public, IssuerAndSerial(bytes.fromhex("3000"), 8))
    own = named_otherwise(key_of(kind).recipient)
    sink = io.BytesIO()
    encrypt(io.BytesIO(b"text"), sink, [own])
    parts = Parts.of(sink.getvalue())
    message = replace(parts, infos=(*[broken(stranger)] * 40, *parts.infos)).message()
    key = Counting(key_of(kind), names=frozenset((own.identifier,)))
    assert opened(message, key) == b"text"
    assert len(key.used) == 1


def test_certificates_are_not_asked_for_where_the_key_identifier_finds_it_or_one_is_left() -> None:
    key, stranger = key_of(KeyAlgorithm.EC), key_of(KeyAlgorithm.EC, "stranger")
    sink = io.BytesIO()
    encrypt(io.BytesIO(b"text"), sink, [named_otherwise(key.recipient)])
    for message in (encrypted(b"text", key, stranger, stranger), sink.getvalue()):
        counting = Counting(key, names=None)
        assert opened(message, counting) == b"text"


@both_kinds
def test_the_new_key_gets_every_recipient_info_that_opens_and_finds_the_right_one(
    kind: KeyAlgorithm,
) -> None:
    key, new = key_of(kind), key_of(kind, "new")
    message = encrypted(PLAINTEXT, key)
    message = with_first(message, broken(key.recipient), misleading(key.recipient))
    sink = io.BytesIO()
    transcode(io.BytesIO(message), sink, key.giving_to(new.recipient))
    assert decrypted(sink.getvalue(), new) == PLAINTEXT
    names = [info.identifier for info in read_recipients(io.BytesIO(sink.getvalue()))]
    assert names.count(KeyIdentifier(new.key_id)) == 2


@both_kinds
def test_content_that_no_key_authenticates_is_called_altered(kind: KeyAlgorithm) -> None:
    key = key_of(kind)
    message = with_first(encrypted(PLAINTEXT, key), misleading(key.recipient))
    altered = bytearray(message)
    altered[-1000] ^= 1
    with pytest.raises(AlteredError):
        decrypted(bytes(altered), key)


def test_an_algorithm_that_the_chip_lacks_does_not_hide_another_that_it_has() -> None:
    key = key_of(KeyAlgorithm.EC)
    message = with_first(encrypted(PLAINTEXT, key), misleading(key.recipient))
    assert opened(message, Counting(key, lacking=1)) == PLAINTEXT
    with pytest.raises(UnsupportedError, match="The chip cannot do this"):
        opened(message, Counting(key, lacking=2))


@both_kinds
def test_one_file_makes_a_key_try_fewer_than_32_recipient_infos(kind: KeyAlgorithm) -> None:
    key, stranger = Counting(key_of(kind)), key_of(kind, "stranger")
    junk = [broken(key.key.recipient)] * 40 + [broken(stranger.recipient)] * 40
    with pytest.raises(UnsupportedError, match="too many recipients"):
        opened(with_first(encrypted(b"text", key.key), *junk), key)
    assert len(key.used) == MAX_NAMED + MAX_OTHERS < 32


@both_kinds
def test_among_many_strangers_the_key_that_is_named_is_tried_alone(kind: KeyAlgorithm) -> None:
    key, stranger = Counting(key_of(kind)), key_of(kind, "stranger")
    message = with_first(encrypted(b"text", key.key), *[broken(stranger.recipient)] * 100)
    assert opened(message, key) == b"text"
    assert len(key.used) == 1
    few = encrypted(b"text", stranger)
    with pytest.raises(NotForThisKeyError):
        opened(few, key)


def test_a_file_whose_tag_was_taken_away_is_refused_before_the_key_is_used() -> None:
    key = Counting(key_of(KeyAlgorithm.RSA))
    parts = Parts.of(encrypted(PLAINTEXT, key.key))
    forged = replace(
        parts,
        kind=MessageKind.ENVELOPED,
        algorithm=ContentCipher.draw(CipherMode.CBC).encode(),
        mac=b"",
    )
    with pytest.raises(NotAuthenticatedError, match="tampering cannot be detected"):
        opened(forged.message(), key)
    assert key.used == []


@pytest.mark.parametrize("mail", [False, True], ids=["file", "mail"])
def test_who_decrypts_learns_whether_the_content_was_authenticated(mail: bool) -> None:
    key = key_of(KeyAlgorithm.EC)
    message = encrypted(PLAINTEXT, key, mail=mail)
    with SpooledOutput(io.BytesIO()) as output:
        result = decrypt(io.BytesIO(message), output, key, mail=True)
    assert result.authenticated is not mail
    assert result.content_type == DATA_CONTENT == "1.2.840.113549.1.7.1"
    assert result.recipient.is_for(key.public)


def test_a_file_for_5000_people_is_read() -> None:
    key, stranger = key_of(KeyAlgorithm.RSA), key_of(KeyAlgorithm.RSA, "stranger")
    info = broken(named_otherwise(stranger.recipient))
    message = with_first(encrypted(b"text", key), *[info] * 5000)
    before = process_time()
    assert decrypted(message, key) == b"text"
    assert process_time() - before < SECONDS / 2
    assert len(read_recipients(io.BytesIO(message))) == 5001


SECONDS = 5
EMPTY = b"\x30\0"
KEYS = ber.encode(ber.SEQUENCE, EMPTY * 500_000)
ONE_TIME = bytes.fromhex("A009 A107 3003 0601 2A 0300")


@pytest.mark.parametrize(
    "infos",
    [
        pytest.param([EMPTY] * 500_000, id="empty"),
        pytest.param([bytes.fromhex("30800000")] * 250_000, id="indefinite"),
        pytest.param([ber.encode(KEY_TRANSPORT_TAG, EMPTY * 500_000)] * 7, id="nested"),
        pytest.param(
            [bytes.fromhex("3080") + bytes.fromhex("30800000") * 250_000 + b"\0\0"], id="both"
        ),
        pytest.param([ber.encode(KEY_AGREEMENT_TAG, b"\2\1\3", ONE_TIME, EMPTY, KEYS)], id="keys"),
    ],
)
def test_no_number_of_recipient_infos_takes_long(infos: list[bytes]) -> None:
    key = key_of(KeyAlgorithm.EC)
    message = with_first(encrypted(b"text", key), *infos)
    before = process_time()
    for read in (lambda: decrypted(message, key), lambda: read_recipients(io.BytesIO(message))):
        with contextlib.suppress(UnsupportedError):
            read()
    assert process_time() - before < SECONDS


def test_too_many_recipients_are_called_that() -> None:
    key = key_of(KeyAlgorithm.EC)
    with pytest.raises(UnsupportedError, match="more than 10,000 recipients"):
        decrypted(with_first(encrypted(b"text", key), *[EMPTY] * 10_000), key)


NUMBER_BYTES = ber.MAX_STRUCTURE_BYTES - 4096
DIGITS = b"\xff" * NUMBER_BYTES + b"\x01"
WIDE_OID = ber.encode(ber.SEQUENCE, ber.encode(ber.OBJECT_IDENTIFIER, b"\x2a" + DIGITS))
WIDE_TAG = b"\x1f" + DIGITS + b"\0"
VERSION = ber.encode(ber.INTEGER, b"\2")
KEY_ID, CRYPTOGRAM = ber.encode(0x80, bytes(20)), ber.encode(ber.OCTET_STRING, bytes(256))
NAMED = ber.encode(ber.SEQUENCE, ber.encode(ber.OCTET_STRING, bytes(20)))
ONE_TIME_KEY = ber.encode(ber.CONTEXT_0, ber.encode(ber.CONTEXT_1, WIDE_OID, b"\3\1\0"))


@pytest.mark.parametrize(
    "info",
    [
        pytest.param(ber.encode(tag, *parts), id=name)
        for name, tag, parts in (
            ("RSA-oid", KEY_TRANSPORT_TAG, (VERSION, KEY_ID, WIDE_OID, CRYPTOGRAM)),
            ("EC-oid", KEY_AGREEMENT_TAG, (VERSION, ONE_TIME_KEY, NAMED, NAMED)),
            ("archive-oid", ARCHIVE_TAG, (VERSION, NAMED, WIDE_OID, CRYPTOGRAM)),
            ("RSA-tag", KEY_TRANSPORT_TAG, (VERSION, WIDE_TAG)),
            ("EC-tag", KEY_AGREEMENT_TAG, (VERSION, WIDE_TAG)),
            ("archive-tag", ARCHIVE_TAG, (VERSION, WIDE_TAG)),
        )
    ],
)
def test_a_number_that_fills_a_file_is_not_computed(info: bytes) -> None:
    """A general parser of ASN.1 would take minutes, and four times as long for twice as much."""
    key = key_of(KeyAlgorithm.EC)
    message = with_first(encrypted(b"text", key), info)
    before = process_time()
    assert decrypted(message, key) == b"text"
    assert process_time() - before < SECONDS


@pytest.mark.parametrize(
    "algorithm", [WIDE_OID, ber.encode(ber.SEQUENCE, WIDE_TAG)], ids=["oid", "tag"]
)
def test_nor_is_one_in_the_algorithm_of_the_content(algorithm: bytes) -> None:
    key = key_of(KeyAlgorithm.EC)
    message = replace(Parts.of(encrypted(b"text", key)), algorithm=algorithm).message()
    before = process_time()
    with pytest.raises(AlteredError):
        decrypted(message, key)
    assert process_time() - before < SECONDS
