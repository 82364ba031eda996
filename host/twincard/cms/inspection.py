"""What the head of a message says: recipients, algorithms, content. Nothing is decrypted."""

from __future__ import annotations

from dataclasses import dataclass

from twincard.cms.content.cipher import CipherMode, ContentCipher, cipher_name
from twincard.cms.errors import UnsupportedError
from twincard.cms.framing.message import MessageKind, MessageReader
from twincard.cms.framing.source import Readable
from twincard.cms.recipients.codec import decode_recipients
from twincard.cms.recipients.identifiers import RecipientIdentifier
from twincard.cms.recipients.infos import (
    ArchiveRecipient,
    EcRecipient,
    RecipientInfo,
    RsaRecipient,
    UnsupportedRecipient,
)

_TAGS = {
    0x30: ("rsa", "RSA"),
    0xA1: ("key_agreement", "ECDH"),
    0xA2: ("archive", "AES key wrap"),
    0xA3: ("password", "PBKDF2"),
    0xA4: ("other", "?"),
}
"""The kinds of recipient infos by their tags (RFC 5652, 6.2)."""
_MARKS = {
    bytes.fromhex("06092A864886F70D010107"): ("rsa", "RSA-OAEP"),
    bytes.fromhex("06092A864886F70D010101"): ("rsa", "RSA PKCS #1 v1.5"),
    bytes.fromhex("06052B81040022"): ("key_agreement", "ECDH P-384"),
    bytes.fromhex("06052B81040023"): ("key_agreement", "ECDH P-521"),
    bytes.fromhex("03620004"): ("key_agreement", "ECDH P-384"),
    bytes.fromhex("0381860004"): ("key_agreement", "ECDH P-521"),
    bytes.fromhex("06032B656E"): ("key_agreement", "X25519"),
    bytes.fromhex("06032B656F"): ("key_agreement", "X448"),
    bytes.fromhex("0609608648016503040401"): ("kem", "ML-KEM-512"),
    bytes.fromhex("0609608648016503040402"): ("kem", "ML-KEM-768"),
    bytes.fromhex("0609608648016503040403"): ("kem", "ML-KEM-1024"),
}
"""Object identifiers, and the beginnings of points, that occur in those for keys of other kinds."""


@dataclass(frozen=True, slots=True)
class InspectedRecipient:
    """A recipient info: its kind and algorithm in words, and what it is for cards.

    ``kind``: rsa, p256, key_agreement, kem, archive, password or other.
    """

    kind: str
    algorithm: str
    info: RecipientInfo

    @property
    def identifier(self) -> RecipientIdentifier | None:
        """Whom it names; None where that cannot be read."""
        return self.info.identifier

    @property
    def reason(self) -> str | None:
        """Why cards do not open it, or None."""
        return self.info.reason if isinstance(self.info, UnsupportedRecipient) else None


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the head of a message says; nothing of it is authenticated.

    ``content_bytes`` is the size of the content, None where the head does not say it, as in BER
    with indefinite lengths, and in CBC mode, whose padding is encrypted; ``encrypted_bytes`` that
    of the encrypted content.
    """

    kind: MessageKind
    armoured: bool
    encryption: str
    is_authenticated: bool
    content_type: str
    content_bytes: int | None
    encrypted_bytes: int | None
    recipients: tuple[InspectedRecipient, ...]


def inspect(source: Readable) -> Inspection:
    """Reads a message up to its content. Raises NotCmsError, AlteredError, UnsupportedError."""
    message = MessageReader(source)
    try:
        opening = message.opening()
        recipients = tuple(
            InspectedRecipient(*_described(encoded, info), info)
            for encoded in opening.recipient_infos
            for info in decode_recipients(encoded, message.budget)
        )
        algorithm = message.algorithm()
        content_type, length = message.content_type(), message.content_length
    finally:
        message.close()
    enveloped = opening.kind is MessageKind.ENVELOPED
    is_gcm = _is_gcm(algorithm, enveloped=enveloped)
    return Inspection(
        opening.kind,
        message.armour is not None,
        cipher_name(algorithm),
        is_gcm or not enveloped,
        content_type,
        length if is_gcm and not enveloped else None,
        length,
        recipients,
    )


def _is_gcm(algorithm: bytes, *, enveloped: bool) -> bool:
    try:
        return ContentCipher.decode(algorithm, enveloped=enveloped).mode is CipherMode.GCM
    except UnsupportedError:
        return False


def _described(encoded: bytes, info: RecipientInfo) -> tuple[str, str]:
    match info:
        case RsaRecipient():
            return "rsa", info.algorithm.value.partition(",")[0]
        case EcRecipient():
            bits = info.kek_length * 8
            return "p256", f"ECDH P-256, {info.kdf_hash.value}, AES-{bits} key wrap"
        case ArchiveRecipient():
            return "archive", "AES-256 key wrap"
    for mark, described in _MARKS.items():
        if mark in encoded:
            return described
    return _TAGS.get(encoded[0], _TAGS[0xA4])
