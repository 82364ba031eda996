"""Every bit, every length and many mutants of small files of each form: content, or our error."""

from __future__ import annotations

import base64
import contextlib
import io
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from tests.cms.framing import Parts, indefinite
from tests.cms.test_content_types import ATTRIBUTES, SIGNED

from twincard.cms import (
    ArchiveRecipient,
    BytesOutput,
    FilesError,
    KeyIdentifier,
    OpenableRecipient,
    RecipientIdentifier,
    RecipientRejectedError,
    decrypt,
    read_recipients,
    replace_recipients,
)
from twincard.cms.content.cipher import CipherMode, ContentCipher
from twincard.cms.framing import ber
from twincard.cms.framing.message import DATA, MessageKind
from twincard.cms.recipients.codec import encode_recipient
from twincard.keys.key_type import KeyAlgorithm

PLAINTEXT = b"attack at dawn, not at noon"
SEED = 20261129
MUTANTS = 2000
KEK, NAME = bytes(range(32)), b"an archive key 1"
CBC_PADDED = PLAINTEXT + b"\5" * 5


@dataclass(frozen=True)
class ArchiveKey:
    """An opener that is quick: no public-key cryptography."""

    algorithm = KeyAlgorithm.EC
    key_id = b"a key that is unused"
    archive_id = NAME

    def other_names(self) -> frozenset[RecipientIdentifier]:
        return frozenset()

    def open(self, recipient: OpenableRecipient, /) -> bytes:
        if not isinstance(recipient, ArchiveRecipient):
            raise RecipientRejectedError("no")
        try:
            return aes_key_unwrap(KEK, recipient.wrapped_key)
        except (InvalidUnwrap, ValueError) as error:
            raise RecipientRejectedError("no") from error


def gcm(cipher: ContentCipher, kind: MessageKind, attributes: bytes = b"") -> Parts:
    key = bytes(range(32))
    sealed = AESGCM(key).encrypt(cipher.iv, PLAINTEXT, attributes and b"\x31" + attributes[1:])
    inside = kind is MessageKind.ENVELOPED
    return Parts(
        kind,
        b"\2\1\0",
        (wrapped(key),),
        cipher.encode(),
        sealed if inside else sealed[:-16],
        b"" if inside else ber.encode(ber.OCTET_STRING, sealed[-16:]),
        authenticated=attributes,
        content_type=SIGNED if attributes else DATA,
    )


def cbc(cipher: ContentCipher, algorithm: Callable[[bytes], algorithms.AES | TripleDES]) -> Parts:
    key = bytes(range(cipher.key_length))
    encryptor = Cipher(algorithm(key), modes.CBC(cipher.iv)).encryptor()
    sealed = encryptor.update(CBC_PADDED)
    return Parts(MessageKind.ENVELOPED, b"\2\1\2", (wrapped(key),), cipher.encode(), sealed, b"")


def wrapped(key: bytes) -> bytes:
    return encode_recipient(ArchiveRecipient(KeyIdentifier(NAME), aes_key_wrap(KEK, key)))


def pem(message: bytes) -> bytes:
    text = base64.encodebytes(message)
    return b"-----BEGIN CMS-----\n" + text + b"-----END CMS-----\n"


def mail(message: bytes) -> bytes:
    head = b"Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n"
    return head + base64.encodebytes(message)


GCM = ContentCipher(CipherMode.GCM, 32, bytes(12))
AUTHENTICATED = gcm(GCM, MessageKind.AUTH_ENVELOPED)
FORMS = {
    "der": AUTHENTICATED.message(),
    "ber": AUTHENTICATED.message(indefinite),
    "attributes": gcm(GCM, MessageKind.AUTH_ENVELOPED, ATTRIBUTES).message(indefinite),
    "enveloped-gcm": gcm(GCM, MessageKind.ENVELOPED).message(),
    "pem": pem(AUTHENTICATED.message()),
    "mail": mail(AUTHENTICATED.message(indefinite)),
}
UNAUTHENTICATED = {
    "cbc": cbc(ContentCipher(CipherMode.CBC, 32, bytes(16)), algorithms.AES).message(indefinite),
    "3des": cbc(ContentCipher(CipherMode.TRIPLE_DES, 24, bytes(8)), TripleDES).message(),
}
ALL = {**FORMS, **UNAUTHENTICATED}


def outcome(message: bytes, *, unauthenticated: bool = False) -> bytes | None:
    """The content, or None for one of our errors; anything else fails the test."""
    output = BytesOutput()
    try:
        with output:
            decrypt(io.BytesIO(message), output, ArchiveKey(), mail=unauthenticated)
    except FilesError:
        return None
    return output.value


@pytest.mark.parametrize("form", ALL.values(), ids=ALL)
def test_each_form_is_read(form: bytes) -> None:
    assert outcome(form, unauthenticated=True) == PLAINTEXT


def flipped(message: bytes, bits: Iterable[int] = range(8)) -> Iterator[bytes]:
    for place in range(len(message)):
        for bit in bits:
            altered = bytearray(message)
            altered[place] ^= 1 << bit
            yield bytes(altered)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_flipped_bit_gives_other_content(form: bytes) -> None:
    for altered in flipped(form):
        assert outcome(altered) in (None, PLAINTEXT), altered.hex()


@pytest.mark.parametrize("form", UNAUTHENTICATED.values(), ids=UNAUTHENTICATED)
def test_no_flipped_bit_makes_unauthenticated_content_pass_for_authenticated(form: bytes) -> None:
    for altered in flipped(form):
        assert outcome(altered) is None, altered.hex()
    for altered in flipped(form, bits=(0, 6)):
        outcome(altered, unauthenticated=True)


@pytest.mark.parametrize("form", ALL.values(), ids=ALL)
def test_no_beginning_gives_any_content(form: bytes) -> None:
    for length in range(len(form.rstrip(b"\n"))):
        assert outcome(form[:length], unauthenticated=True) is None, length


def mutants() -> Iterator[bytes]:
    chance = random.Random(SEED)
    forms = list(ALL.values())
    for _ in range(MUTANTS):
        data = bytearray(chance.choice(forms))
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(data) + 1)
            match chance.randrange(6):
                case 0:
                    data[at : at + 1] = bytes((chance.choice(b"\0\1\x30\x7f\x80\x84\xa0\xff\n-="),))
                case 1:
                    del data[at : at + chance.randint(1, 9)]
                case 2:
                    data[at:at] = chance.randbytes(chance.randint(1, 9))
                case 3:
                    data[at:at] = data[at - chance.randint(1, 40) : at]
                case 4:
                    other = chance.choice(forms)
                    data[at:] = other[chance.randrange(len(other)) :]
                case _:
                    data[at : at + 1] = bytes((chance.randrange(256),))
        yield bytes(data)


def test_mutants_give_the_content_or_one_of_our_errors() -> None:
    for mutant in mutants():
        assert outcome(mutant) in (None, PLAINTEXT), mutant.hex()
        outcome(mutant, unauthenticated=True)
        with contextlib.suppress(FilesError):
            read_recipients(io.BytesIO(mutant))
        with contextlib.suppress(FilesError):
            replace_recipients(io.BytesIO(mutant), io.BytesIO(), lambda one: one)


def test_a_decoy_of_another_kind_changes_nothing() -> None:
    junk = encode_recipient(ArchiveRecipient(KeyIdentifier(NAME), aes_key_wrap(KEK, bytes(32))))
    for form in (AUTHENTICATED, gcm(GCM, MessageKind.AUTH_ENVELOPED, ATTRIBUTES)):
        both = replace(form, infos=(junk, *form.infos))
        assert outcome(both.message()) == PLAINTEXT
