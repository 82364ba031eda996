"""Whatever is done to a message, the answer is its content or one of our errors, never another."""

from __future__ import annotations

import contextlib
import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cms.framing import body, definite
from tests.cms.software_key import SoftwareKey, decrypted, ec_key, encrypted, key_of, rsa_key

from twincard.cms import (
    AlteredError,
    FilesError,
    NotCmsError,
    UnsupportedError,
    read_recipients,
    transcode,
)
from twincard.cms.content.encryption import CHUNK_BYTES
from twincard.cms.framing import ber
from twincard.keys.key_type import KeyAlgorithm

PLAINTEXT = b"attack at dawn, or rather at noon"
MESSAGES = {kind: encrypted(PLAINTEXT, key_of(kind)) for kind in KeyAlgorithm}
MAIL = encrypted(PLAINTEXT, ec_key(), mail=True)


def outcome(message: bytes, key: SoftwareKey) -> bytes | None:
    """The content, or None for one of our errors; anything else fails the test."""
    try:
        return decrypted(message, key)
    except FilesError:
        return None


@pytest.mark.parametrize("flipped", [0x01, 0x80, 0xFF])
@pytest.mark.parametrize("kind", KeyAlgorithm)
def test_no_altered_byte_gives_other_content(kind: KeyAlgorithm, flipped: int) -> None:
    for message in (MESSAGES[kind], definite(MESSAGES[kind])):
        for place in range(len(message)):
            altered = bytearray(message)
            altered[place] ^= flipped
            assert outcome(bytes(altered), key_of(kind)) in (None, PLAINTEXT), place


@pytest.mark.parametrize("kind", KeyAlgorithm)
def test_no_altered_byte_of_the_encrypted_content_or_its_algorithm_gives_any(
    kind: KeyAlgorithm,
) -> None:
    message = MESSAGES[kind]
    content_type = message.index(bytes.fromhex("06092A864886F70D010701"))
    not_authenticated = range(content_type, content_type + 11)
    for place in range(len(message) - len(body(message)), len(message)):
        altered = bytearray(message)
        altered[place] ^= 0x01
        if place not in not_authenticated:
            assert outcome(bytes(altered), key_of(kind)) is None, place


@pytest.mark.parametrize("kind", KeyAlgorithm)
def test_no_part_of_a_message_gives_any_content(kind: KeyAlgorithm) -> None:
    for message in (MESSAGES[kind], definite(MESSAGES[kind])):
        for length in range(len(message)):
            assert outcome(message[:length], key_of(kind)) is None, length


def test_a_message_cut_short_anywhere_is_not_given_to_another_key() -> None:
    transcoder = ec_key().giving_to(ec_key("new").recipient)
    for message in (
        MESSAGES[KeyAlgorithm.EC],
        MAIL,
        definite(MESSAGES[KeyAlgorithm.EC]),
        definite(MAIL),
    ):
        for length in range(len(message)):
            with pytest.raises(FilesError):
                transcode(io.BytesIO(message[:length]), io.BytesIO(), transcoder)


def test_nothing_may_follow_a_message() -> None:
    for message in (MESSAGES[KeyAlgorithm.EC], MAIL):
        with pytest.raises(AlteredError):
            decrypted(message + b"\0", ec_key())
        for more in (b" ", b"\n\n", b"\n\0", b"\r", message):
            with pytest.raises(AlteredError, match="Something follows"):
                decrypted(message + more, ec_key())


def test_an_end_of_line_after_a_message_is_none_of_it() -> None:
    for message in (MESSAGES[KeyAlgorithm.EC], definite(MESSAGES[KeyAlgorithm.EC]), MAIL):
        for end in (b"\n", b"\r\n"):
            assert decrypted(message + end, ec_key()) == PLAINTEXT
            sink = io.BytesIO()
            transcode(io.BytesIO(message + end), sink, ec_key().giving_to(ec_key("new").recipient))
            assert sink.getvalue().endswith(end)
            assert decrypted(sink.getvalue(), ec_key("new")) == PLAINTEXT


def test_chunks_of_content_cannot_be_swapped_or_dropped() -> None:
    message = encrypted(bytes(3 * CHUNK_BYTES), ec_key())
    header = ber.encode_header(ber.OCTET_STRING, CHUNK_BYTES)
    first = message.index(header)
    second, third, end = (first + i * (len(header) + CHUNK_BYTES) for i in (1, 2, 3))
    assert message[second:].startswith(header)
    assert message[third:].startswith(header)
    dropped = message[:second] + message[third:]
    swapped = message[:first] + message[second:third] + message[first:second] + message[third:]
    shorter = message[:third] + message[end:]
    for altered in (dropped, swapped, shorter):
        with pytest.raises(AlteredError):
            decrypted(altered, ec_key())


@pytest.mark.parametrize("tag_bytes", [1, 4, 8, 12, 15, 17])
def test_a_tag_of_any_other_length_than_16_bytes_is_refused(tag_bytes: int) -> None:
    message = MESSAGES[KeyAlgorithm.EC]
    tag = message[-22:-6]
    shorter = (tag + b"\0")[:tag_bytes]
    for icv_length in (16, tag_bytes):
        altered = message[:-24].replace(b"\x02\x01\x10", bytes((2, 1, icv_length)))
        altered += ber.encode(ber.OCTET_STRING, shorter) + message[-6:]
        with pytest.raises((AlteredError, UnsupportedError)):
            decrypted(altered, ec_key())


def test_the_tag_length_that_the_standard_assumes_where_none_is_given_is_refused() -> None:
    message = MESSAGES[KeyAlgorithm.EC]
    at = message.index(b"\x02\x01\x10")
    short = bytearray(message[:at] + message[at + 3 :])
    short[at - 15] -= 3  # parameters
    short[at - 28] -= 3  # algorithm identifier
    with pytest.raises(UnsupportedError, match="shorter than 16 bytes"):
        decrypted(bytes(short), ec_key())


def test_every_padding_fault_of_cbc_is_the_same_error() -> None:
    messages = set()
    for place in range(len(MAIL) - 40, len(MAIL)):
        for value in (0x01, 0x10, 0x80):
            altered = bytearray(MAIL)
            altered[place] ^= value
            try:
                decrypted(bytes(altered), ec_key())
            except FilesError as error:
                messages.add((type(error), str(error)))
    assert messages == {(AlteredError, "The file was altered or is incomplete.")}


def test_an_authentication_tag_cannot_be_dropped_by_calling_the_message_mail() -> None:
    message = MESSAGES[KeyAlgorithm.EC]
    enveloped = bytes.fromhex("06092A864886F70D010703")
    mail = message.replace(bytes.fromhex("060B2A864886F70D0109100117"), enveloped)
    mail = mail[:-24] + mail[-6:]
    # Of AES-GCM in EnvelopedData the end of the content is the tag.
    with pytest.raises(AlteredError):
        decrypted(mail, ec_key())


@pytest.mark.parametrize(
    "other",
    [
        b"",
        b"\0",
        b"plain text\n",
        b"-----BEGIN CMS-----\n",
        b"PK\x03\x04",
        bytes(1000),
        b"\x30\x80" * 1000,
        b"\x30\x88" + b"\xff" * 8,
        b"\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02",
    ],
)
def test_what_is_no_encrypted_message_is_called_so(other: bytes) -> None:
    with pytest.raises(NotCmsError):
        read_recipients(io.BytesIO(other))


class Endless(io.RawIOBase):
    """A message whose recipient infos never end."""

    def __init__(self, start: bytes, unit: bytes) -> None:
        self._start = start
        self._unit = unit
        self.given = 0

    def read(self, size: int = -1, /) -> bytes:
        piece, self._start = self._start or self._unit * (size // len(self._unit)), b""
        self.given += len(piece)
        return piece


FRAME = bytes.fromhex("3080060B2A864886F70D0109100117A0803080020100")


@pytest.mark.parametrize(
    ("start", "unit"),
    [
        (FRAME + b"\x31\x80", b"\x30\x00"),
        (FRAME + b"\x31\x80", b"\x30\x03abc"),
        (FRAME + b"\x31\x88\x00\xff\xff\xff\xff\xff\xff\xff", b"\x30\x84\x7f\xff\xff\xff"),
        (FRAME + b"\x31\x80", b"\x30\x80"),
        (FRAME, b"\xa0\x80"),
        (b"\x30\x80\x06\x84\x7f\xff\xff\xff", b"x"),
    ],
)
def test_what_is_read_into_memory_is_bounded(start: bytes, unit: bytes) -> None:
    source = Endless(start, unit)
    with pytest.raises(FilesError):
        read_recipients(source)
    assert source.given < ber.MAX_STRUCTURE_BYTES + (2 << 20)


def test_constructed_strings_nested_without_end_are_refused() -> None:
    message = MESSAGES[KeyAlgorithm.EC]
    at = message.index(b"\xa0\x80\x04") + 2
    nested = message[:at] + b"\x24\x80" * 100_000
    with pytest.raises(AlteredError):
        decrypted(nested, ec_key())


def check(data: bytes) -> None:
    """Every way in answers with content, or with one of our errors."""
    for key in (ec_key(), rsa_key()):
        outcome(data, key)
    transcoder = ec_key().giving_to(ec_key("new").recipient)
    with contextlib.suppress(FilesError):
        transcode(io.BytesIO(data), io.BytesIO(), transcoder)


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=200))
def test_random_bytes_after_a_good_beginning(data: bytes) -> None:
    check(data)
    check(FRAME + data)
    message = MESSAGES[KeyAlgorithm.EC]
    check(message[: len(message) - len(body(message))] + data)


@settings(max_examples=500, deadline=None)
@given(seed=st.integers(0, 2**32), kind=st.sampled_from([*KeyAlgorithm, None]))
def test_messages_with_bytes_changed_inserted_and_removed(
    seed: int, kind: KeyAlgorithm | None
) -> None:
    chance = random.Random(seed)
    message = MESSAGES[kind] if kind else MAIL
    data = bytearray(chance.choice([message, definite(message)]))
    for _ in range(chance.randint(1, 6)):
        if not data:
            break
        at = chance.randrange(len(data))
        match chance.randrange(5):
            case 0:
                data[at] = chance.choice([0, 1, 0x30, 0x7F, 0x80, 0x84, 0xA0, 0xFF])
            case 1:
                data[at] ^= 1 << chance.randrange(8)
            case 2:
                del data[at : at + chance.randint(1, 9)]
            case 3:
                del data[at + 1 :]
            case _:
                data[at:at] = chance.randbytes(chance.randint(1, 9))
    check(bytes(data))
