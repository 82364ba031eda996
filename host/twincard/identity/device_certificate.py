"""A card's identity: its device key, and the issuer's certificate for it.

See docs/card-interface.md, "Device identity".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from twincard.ground.language import _

POINT_BYTES = 65
SIGNATURE_BYTES = 64
ISSUER_NAME_BYTES = 8
CERTIFICATE_BYTES = 181
SERVICE_ID_BYTES = 16
SERVICE_ROLE = 3
"""The role of a key service; the next number is that of one with escrow."""
ESCROW_ROLE = 4
_HALF = SIGNATURE_BYTES // 2
_CHANNEL_LABEL = b"twincard/channel/1"


class IdentityError(ValueError):
    """A key, certificate or signature is wrong; the message is one sentence."""


@dataclass(frozen=True)
class CardCertificate:
    """An issuer's statement that a device key belongs to the card of this id and role.

    Card-verifiable (ISO 7816-8; BSI TR-03110-3, C.1), of one form and length. `issuer` is the
    issuer's name (8 bytes), `device_key` a point (65), `card_id` 16, `signature` 64 bytes.
    """

    issuer: bytes
    device_key: bytes = field(repr=False)
    card_id: bytes
    role: int
    signature: bytes = field(repr=False)

    @classmethod
    def parse(cls, encoded: bytes) -> Self:
        """Read 7F21 { 7F4E …, 5F37 … }; raises IdentityError for any other form."""
        found = cls(
            issuer=encoded[13:21],
            device_key=encoded[26:91],
            card_id=encoded[94:110],
            role=encoded[113] if len(encoded) == CERTIFICATE_BYTES else 0,
            signature=encoded[117:],
        )
        # All lengths are fixed, so if it encodes to the same bytes, the form was right.
        if len(encoded) != CERTIFICATE_BYTES or found.encode() != encoded:
            raise IdentityError(_("This is not a card's certificate."))
        return found

    def encode(self) -> bytes:
        """181 bytes, as a card takes it."""
        return b"\x7f\x21\x81\xb1" + self.body + b"\x5f\x37\x40" + self.signature

    @property
    def body(self) -> bytes:
        """The signed part, 7F4E, with tag and length."""
        profile = b"\x5f\x29\x01\x00"
        authority = b"\x42\x08" + self.issuer
        public_key = b"\x7f\x49\x43\x86\x41" + self.device_key
        holder = b"\x5f\x20\x10" + self.card_id
        authorisation = b"\x5f\x4c\x01" + bytes([self.role])
        return b"\x7f\x4e\x6b" + profile + authority + public_key + holder + authorisation

    def verify(self, issuer_public_key: bytes) -> None:
        """Check that the issuer with this public key (a point) made it; raises IdentityError."""
        if self.issuer != issuer_name(issuer_public_key):
            raise IdentityError(_("The card's certificate is from another issuer."))
        verify_signature(
            issuer_public_key,
            self.body,
            self.signature,
            _("The card's certificate is forged: its signature is wrong."),
        )


@dataclass(frozen=True)
class DeviceKeys:
    """A card's public keys: the device key signs, the channel key is for SCP11b.

    Points of 65 bytes; `signature` (64) is the device key's, over card id and channel key.
    """

    device_key: bytes = field(repr=False)
    channel_key: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def verify(self, card_id: bytes) -> None:
        """Check the device key's signature of the channel key; raises IdentityError."""
        verify_signature(
            self.device_key,
            _CHANNEL_LABEL + card_id + self.channel_key,
            self.signature,
            _("The card's channel key is not signed by its device key."),
        )


def issuer_name(issuer_public_key: bytes) -> bytes:
    """How certificates name an issuer, by its public key (a point): 8 bytes."""
    return hashlib.sha256(issuer_public_key).digest()[:ISSUER_NAME_BYTES]


def service_id(point: bytes) -> bytes:
    """The id of the key service with this public key (a point): 16 bytes."""
    return hashlib.sha256(point).digest()[:SERVICE_ID_BYTES]


def fingerprint(point: bytes) -> bytes:
    """The SHA-256 of a public key (a point), to compare and keep: 32 bytes."""
    return hashlib.sha256(point).digest()


def public_point(point: bytes) -> ec.EllipticCurvePublicKey:
    """The P-256 key of an uncompressed point (65 bytes); raises IdentityError off the curve."""
    if len(point) != POINT_BYTES:
        raise IdentityError(_("A public key is not an uncompressed point."))
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise IdentityError(_("A public key is not a point on P-256.")) from None


def verify_signature(point: bytes, message: bytes, signature: bytes, sentence: str) -> None:
    """Check ECDSA with SHA-256, plain r ‖ s (BSI TR-03111, 5.2.1): 64 bytes.

    Raises IdentityError with `sentence`.
    """
    key = public_point(point)
    if len(signature) != SIGNATURE_BYTES:
        raise IdentityError(sentence)
    r, s = int.from_bytes(signature[:_HALF]), int.from_bytes(signature[_HALF:])
    try:
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise IdentityError(sentence) from None
