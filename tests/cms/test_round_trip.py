"""What is encrypted to a key comes back by that key, and by no other."""

from __future__ import annotations

import io
import os

import pytest
from tests.cms.software_key import SoftwareKey, decrypted, ec_key, encrypted, key_of, rsa_key

from twincard.cms import (
    EcRecipient,
    KeyIdentifier,
    NotForThisKeyError,
    OpenableRecipient,
    Recipient,
    RecipientRejectedError,
    SpooledOutput,
    TooLargeError,
    UnsupportedRecipient,
    decrypt,
    encrypt,
    read_recipients,
)
from twincard.cms.content.encryption import CHUNK_BYTES
from twincard.keys.key_type import KeyAlgorithm

MIB = 1 << 20
SIZES = [0, 1, 15, 16, 17, 4096, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, MIB, 3 * MIB + 7]


class Dribble(io.BytesIO):
    """A stream that gives few bytes at a time, as a pipe may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(7, size or 0))


@pytest.mark.parametrize("mail", [False, True], ids=["file", "mail"])
@pytest.mark.parametrize("kind", KeyAlgorithm)
@pytest.mark.parametrize("size", SIZES)
def test_any_size_comes_back(size: int, kind: KeyAlgorithm, mail: bool) -> None:
    plaintext = os.urandom(size)
    message = encrypted(plaintext, key_of(kind), mail=mail)
    assert decrypted(message, key_of(kind)) == plaintext


@pytest.mark.parametrize("mail", [False, True], ids=["file", "mail"])
def test_streams_may_give_few_bytes_at_a_time(mail: bool) -> None:
    plaintext = os.urandom(1000)
    sink = io.BytesIO()
    encrypt(Dribble(plaintext), sink, [ec_key().recipient], mail=mail)
    result = io.BytesIO()
    with SpooledOutput(result) as output:
        decrypt(Dribble(sink.getvalue()), output, ec_key(), mail=mail)
    assert result.getvalue() == plaintext


def test_each_of_many_recipients_opens_the_same_message() -> None:
    keys = [rsa_key(), ec_key(), rsa_key("bob"), ec_key("bob")]
    message = encrypted(b"for all of you", *keys)
    assert [decrypted(message, key) for key in keys] == [b"for all of you"] * 4


@pytest.mark.parametrize("kind", KeyAlgorithm)
def test_a_key_that_is_not_a_recipient_opens_nothing(kind: KeyAlgorithm) -> None:
    message = encrypted(b"for alice", rsa_key(), ec_key())
    with pytest.raises(NotForThisKeyError):
        decrypted(message, key_of(kind, "mallory"))


def test_a_message_needs_a_recipient() -> None:
    with pytest.raises(ValueError, match="at least one"):
        encrypt(io.BytesIO(b""), io.BytesIO(), [])


def test_two_messages_of_the_same_content_share_no_body() -> None:
    first, second = (encrypted(bytes(1000), ec_key())[-900:] for _ in range(2))
    assert first != second


class Recorder(SoftwareKey):
    """Notes what it is asked to open."""

    asked: list[OpenableRecipient]

    def open(self, recipient: OpenableRecipient, /) -> bytes:
        self.asked.append(recipient)
        return super().open(recipient)


def recording(key: SoftwareKey) -> Recorder:
    recorder = Recorder(key.private)
    object.__setattr__(recorder, "asked", [])
    return recorder


def test_a_recipient_info_that_names_the_key_is_tried_first_and_then_no_other() -> None:
    others = [rsa_key(name) for name in ("bob", "carol", "dave", "erin")]
    opener = recording(rsa_key())
    assert decrypted(encrypted(b"text", *others, rsa_key()), opener) == b"text"
    assert [one.identifier for one in opener.asked] == [KeyIdentifier(rsa_key().key_id)]


def test_recipient_infos_under_other_names_are_tried_too() -> None:
    sink = io.BytesIO()
    named_otherwise = Recipient(ec_key().public, KeyIdentifier(b"a name of its own"))
    encrypt(io.BytesIO(b"text"), sink, [ec_key("bob").recipient, named_otherwise])
    assert decrypted(sink.getvalue(), ec_key()) == b"text"


def test_a_content_encryption_key_of_the_wrong_length_counts_as_not_opened() -> None:
    class ShortKey(SoftwareKey):
        def open(self, recipient: OpenableRecipient, /) -> bytes:
            return super().open(recipient)[:16]

    with pytest.raises(NotForThisKeyError):
        decrypted(encrypted(b"text", ec_key()), ShortKey(ec_key().private))


def test_errors_of_the_key_holder_itself_are_let_through() -> None:
    class RemovedError(Exception):
        pass

    class RemovedCard(SoftwareKey):
        def open(self, recipient: OpenableRecipient, /) -> bytes:
            raise RemovedError

    with pytest.raises(RemovedError):
        decrypted(encrypted(b"text", ec_key()), RemovedCard(ec_key().private))


def test_progress_ends_at_the_size_of_the_source() -> None:
    seen: list[int] = []
    message = io.BytesIO()
    encrypt(io.BytesIO(bytes(3 * MIB)), message, [ec_key().recipient], progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 3 * MIB
    seen.clear()
    message.seek(0)
    with SpooledOutput(io.BytesIO()) as output:
        decrypt(message, output, ec_key(), progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) > 3
    assert seen[-1] == len(message.getvalue())


def test_more_than_aes_gcm_allows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    message = encrypted(bytes(1001), ec_key())
    monkeypatch.setattr("twincard.cms.content.encryption.MAX_GCM_BYTES", 1000)
    monkeypatch.setattr("twincard.cms.content.decryption.MAX_GCM_BYTES", 1000)
    assert decrypted(encrypted(bytes(1000), ec_key()), ec_key()) == bytes(1000)
    with pytest.raises(TooLargeError):
        encrypted(bytes(1001), ec_key())
    with pytest.raises(TooLargeError):
        decrypted(message, ec_key())


def test_recipients_can_be_listed_without_a_key() -> None:
    infos = read_recipients(io.BytesIO(encrypted(b"text", rsa_key(), ec_key())))
    names = {info.identifier for info in infos}
    assert names == {KeyIdentifier(rsa_key().key_id), KeyIdentifier(ec_key().key_id)}
    assert not any(isinstance(info, UnsupportedRecipient) for info in infos)


def test_rejections_by_the_test_key_are_what_the_library_expects() -> None:
    info = read_recipients(io.BytesIO(encrypted(b"text", ec_key())))[0]
    assert isinstance(info, EcRecipient)
    with pytest.raises(RecipientRejectedError):
        ec_key("bob").open(info)
