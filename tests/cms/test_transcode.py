"""A message changes hands without its body being touched."""

from __future__ import annotations

import io

import pytest
from tests.cms.framing import body, definite
from tests.cms.software_key import SoftwareKey, decrypted, ec_key, encrypted, key_of, rsa_key

from twincard.cms import (
    EcRecipient,
    IssuerAndSerial,
    NotForThisKeyError,
    Recipient,
    RecipientInfo,
    RsaRecipient,
    encrypt,
    read_recipients,
    replace_recipients,
    transcode,
)
from twincard.cms.framing import ber
from twincard.cms.framing.message import MessageReader
from twincard.cms.recipients.codec import load_key_agreement
from twincard.cms.recipients.structures import (
    KeyAgreeRecipientIdentifier,
    RecipientEncryptedKey,
    RecipientEncryptedKeys,
)
from twincard.keys.key_type import KeyAlgorithm

PLAINTEXT = bytes(range(256)) * 5000


def transcoded(message: bytes, old: SoftwareKey, new: SoftwareKey | Recipient) -> bytes:
    target = new.recipient if isinstance(new, SoftwareKey) else new
    sink = io.BytesIO()
    transcode(io.BytesIO(message), sink, old.giving_to(target))
    return sink.getvalue()


def replaced(message: bytes, replacements: dict[RecipientInfo, RecipientInfo]) -> bytes:
    sink = io.BytesIO()
    replace_recipients(
        io.BytesIO(message), sink, lambda recipient: replacements.get(recipient, recipient)
    )
    return sink.getvalue()


def with_a_second_encrypted_key(info: bytes) -> bytes:
    """A key agreement that serves someone else as well."""
    agreement = load_key_agreement(info)
    rid = KeyAgreeRecipientIdentifier({"r_key_id": {"subject_key_identifier": b"someone else"}})
    other = RecipientEncryptedKey({"rid": rid, "encrypted_key": bytes(40)})
    keys = [*agreement["recipient_encrypted_keys"], other]
    agreement["recipient_encrypted_keys"] = RecipientEncryptedKeys(keys)
    return bytes(agreement.dump())


@pytest.mark.parametrize("framing", ["indefinite", "definite"])
@pytest.mark.parametrize("mail", [False, True], ids=["file", "mail"])
@pytest.mark.parametrize("new", KeyAlgorithm)
@pytest.mark.parametrize("old", KeyAlgorithm)
def test_the_new_key_reads_it_the_old_key_does_not_and_the_body_is_the_same(
    old: KeyAlgorithm, new: KeyAlgorithm, mail: bool, framing: str
) -> None:
    message = encrypted(PLAINTEXT, key_of(old), mail=mail)
    if framing == "definite":
        message = definite(message)
    result = transcoded(message, key_of(old), key_of(new, "new"))
    assert decrypted(result, key_of(new, "new")) == PLAINTEXT
    assert body(result) == body(message)
    with pytest.raises(NotForThisKeyError):
        decrypted(result, key_of(old))


@pytest.mark.parametrize("size", [*range(0, 160, 13), 65_000, 65_300, 65_536])
def test_definite_lengths_around_the_recipients_grow_and_shrink_over_every_boundary(
    size: int,
) -> None:
    message = definite(encrypted(bytes(size), ec_key()))
    grown = transcoded(message, ec_key(), rsa_key("new"))
    shrunk = transcoded(grown, rsa_key("new"), ec_key())
    for result, key in ((grown, rsa_key("new")), (shrunk, ec_key())):
        assert decrypted(result, key) == bytes(size)
    assert len(shrunk) == len(message)


def test_other_recipients_stay_as_they_are() -> None:
    message = encrypted(PLAINTEXT, rsa_key(), rsa_key("bob"), ec_key("carol"))
    result = transcoded(message, rsa_key(), ec_key("new"))
    kept = set(read_recipients(io.BytesIO(message))) & set(read_recipients(io.BytesIO(result)))
    assert len(kept) == 2
    for key in (rsa_key("bob"), ec_key("carol"), ec_key("new")):
        assert decrypted(result, key) == PLAINTEXT


def test_without_a_replacement_every_byte_is_the_same() -> None:
    for message in (
        encrypted(PLAINTEXT, rsa_key(), ec_key()),
        definite(encrypted(PLAINTEXT, rsa_key(), ec_key(), mail=True)),
    ):
        assert replaced(message, {}) == message


def test_recipients_can_be_replaced_one_by_one() -> None:
    message = encrypted(PLAINTEXT, rsa_key(), ec_key())
    other = transcoded(message, rsa_key(), rsa_key("new"))
    by_kind = {type(info): info for info in read_recipients(io.BytesIO(message))}
    new = {type(info): info for info in read_recipients(io.BytesIO(other))}
    result = replaced(message, {by_kind[RsaRecipient]: new[RsaRecipient]})
    assert result == other


def test_a_key_that_is_not_a_recipient_can_give_nothing_away() -> None:
    message = encrypted(PLAINTEXT, rsa_key(), ec_key())
    for key in (rsa_key("mallory"), ec_key("mallory")):
        sink = io.BytesIO()
        with pytest.raises(NotForThisKeyError):
            transcode(io.BytesIO(message), sink, key.giving_to(key.recipient))
        assert sink.getvalue() == b""


def test_the_version_of_mail_rises_with_a_recipient_named_by_its_key() -> None:
    by_issuer = Recipient(rsa_key().public, IssuerAndSerial(bytes.fromhex("3000"), 1))
    sink = io.BytesIO()
    encrypt(io.BytesIO(PLAINTEXT), sink, [by_issuer], mail=True)
    old = MessageReader(io.BytesIO(sink.getvalue())).opening()
    result = transcoded(sink.getvalue(), rsa_key(), ec_key("new"))
    new = MessageReader(io.BytesIO(result)).opening()
    assert (old.version, new.version) == (0, 2)


def test_progress_ends_at_the_size_of_the_source() -> None:
    message = encrypted(bytes(3_000_000), ec_key())
    seen: list[int] = []
    transcode(
        io.BytesIO(message),
        io.BytesIO(),
        ec_key().giving_to(rsa_key().recipient),
        progress=seen.append,
    )
    assert seen == sorted(seen)
    assert seen[-1] == len(message)


def test_one_of_several_keys_that_share_a_key_agreement_can_be_replaced() -> None:
    message = encrypted(PLAINTEXT, ec_key())
    opening = MessageReader(io.BytesIO(message)).opening()
    shared = with_a_second_encrypted_key(opening.recipient_infos[0])
    both = message.replace(
        ber.encode(ber.SET, *opening.recipient_infos), ber.encode(ber.SET, shared)
    )
    first, second = read_recipients(io.BytesIO(both))
    assert isinstance(first, EcRecipient)
    result = transcoded(both, ec_key(), rsa_key("new"))
    assert second in read_recipients(io.BytesIO(result))
    assert first not in read_recipients(io.BytesIO(result))
    assert decrypted(result, rsa_key("new")) == PLAINTEXT
