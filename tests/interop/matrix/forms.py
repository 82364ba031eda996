"""What twincard writes, form by form, for other programs to read."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives import keywrap
from cryptography.hazmat.primitives.asymmetric import ec, mlkem, x25519
from tests.cms.certified import certificate
from tests.interop.matrix.people import AnyKey, Person, ec_person, rsa_person
from tests.interop.matrix.program import CONTENT

from twincard.cms import (
    ArchiveRecipient,
    KeyIdentifier,
    Recipient,
    encrypt,
    encrypt_to_archive,
    sign,
    sign_detached,
)
from twincard.mail import Draft, seal

ARCHIVE_KEK = bytes(range(32))
_OAEP = "1.2.840.113549.1.1.7"
_AES_256_GCM = "2.16.840.1.101.3.4.1.46"
_AES_256_CBC = "2.16.840.1.101.3.4.1.42"


@dataclass(frozen=True)
class Form:
    """A kind of message."""

    name: str
    about: str
    """What it is made of, for the table."""
    kind: str
    """Which programs are asked to read it: `Program.asked`."""
    person: Callable[[], Person]
    make: Callable[[], bytes]


class _ArchiveKey:
    """An archive key in software."""

    def wrap(self, key: bytes, /) -> ArchiveRecipient:
        """The recipient info of a content-encryption key."""
        return ArchiveRecipient(KeyIdentifier(bytes(16)), keywrap.aes_key_wrap(ARCHIVE_KEK, key))


def _encrypted(*recipients: Recipient, mail: bool = True) -> bytes:
    sink = io.BytesIO()
    encrypt(io.BytesIO(CONTENT), sink, recipients, mail=mail)
    return sink.getvalue()


def _archived() -> bytes:
    sink = io.BytesIO()
    encrypt_to_archive(io.BytesIO(CONTENT), sink, _ArchiveKey())
    return sink.getvalue()


def _letter() -> bytes:
    sink = io.BytesIO()
    draft = Draft(
        sender="bob@example.org",
        to=["rsa@example.org"],
        subject="The plan",
        text=CONTENT.decode().replace("\r\n", "\n"),
    )
    seal(draft, sink, [rsa_person().recipient])
    return sink.getvalue()


def _signed(person: Person) -> bytes:
    sink = io.BytesIO()
    sign(io.BytesIO(CONTENT), sink, person.signer)
    return sink.getvalue()


def _detached(person: Person) -> bytes:
    sink = io.BytesIO()
    sign_detached(io.BytesIO(CONTENT), sink, person.signer)
    return sink.getvalue()


@cache
def _other_person(kind: str) -> Person:
    """Somebody whose key no card has."""
    keys: dict[str, Callable[[], AnyKey]] = {
        "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
        "P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
        "X25519": x25519.X25519PrivateKey.generate,
        "ML-KEM-768": mlkem.MLKEM768PrivateKey.generate,
        "ML-KEM-1024": mlkem.MLKEM1024PrivateKey.generate,
    }
    key = keys[kind]()
    return Person(kind, key, certificate(kind, key.public_key(), key_identifier=kind.encode()))


def _to_other_key(kind: str, about: str, asked: str) -> Form:
    return Form(
        f"mail, {kind}",
        about,
        asked,
        lambda: _other_person(kind),
        lambda: _encrypted(_other_person(kind).recipient),
    )


SIGNED, DETACHED = "signed message", "signature"
FORMS: Sequence[Form] = (
    Form(
        "file, RSA",
        "AuthEnvelopedData, AES-256-GCM, OAEP with SHA-256, key identifier",
        "file",
        rsa_person,
        lambda: _encrypted(rsa_person().recipient, mail=False),
    ),
    Form(
        "file, P-256",
        "AuthEnvelopedData, AES-256-GCM, ECDH, key identifier",
        "file",
        ec_person,
        lambda: _encrypted(ec_person().recipient, mail=False),
    ),
    Form(
        "mail, RSA",
        "EnvelopedData, AES-256-CBC, v1.5, issuer and serial number",
        "mail",
        rsa_person,
        lambda: _encrypted(rsa_person().recipient),
    ),
    Form(
        "mail, RSA, OAEP announced",
        "the same with OAEP with SHA-256",
        "mail",
        rsa_person,
        lambda: _encrypted(rsa_person().announcing(_OAEP, _AES_256_CBC)),
    ),
    Form(
        "mail, RSA, AES-GCM announced",
        "AuthEnvelopedData, AES-256-GCM, v1.5, issuer and serial number",
        "mail",
        rsa_person,
        lambda: _encrypted(rsa_person().announcing(_AES_256_GCM)),
    ),
    Form(
        "mail, P-256",
        "EnvelopedData, AES-256-CBC, ECDH, issuer and serial number",
        "mail",
        ec_person,
        lambda: _encrypted(ec_person().recipient),
    ),
    Form(
        "mail, RSA and P-256",
        "two recipients; opened with RSA",
        "mail",
        rsa_person,
        lambda: _encrypted(ec_person().recipient, rsa_person().recipient),
    ),
    Form("sealed letter", "a whole S/MIME message, RSA", "letter", rsa_person, _letter),
    _to_other_key("P-384", "ECDH", "P-384"),
    _to_other_key("P-521", "ECDH", "P-384"),
    _to_other_key("X25519", "RFC 8418", "X25519"),
    _to_other_key("ML-KEM-768", "RFC 9629 and 9936", "ML-KEM"),
    _to_other_key("ML-KEM-1024", "RFC 9629 and 9936", "ML-KEM"),
    Form(
        "archive file",
        "AuthEnvelopedData, AES-256-GCM, KEKRecipientInfo",
        "archive",
        rsa_person,
        _archived,
    ),
    Form(f"{SIGNED}, RSA", "SHA-256, v1.5", "signature", rsa_person, lambda: _signed(rsa_person())),
    Form(f"{SIGNED}, P-256", "SHA-256", "signature", ec_person, lambda: _signed(ec_person())),
    Form(
        f"{DETACHED}, RSA",
        "detached, SHA-256, v1.5",
        "signature",
        rsa_person,
        lambda: _detached(rsa_person()),
    ),
    Form(
        f"{DETACHED}, P-256",
        "detached, SHA-256",
        "signature",
        ec_person,
        lambda: _detached(ec_person()),
    ),
)
