"""Device keys, and an issuer who certifies them, by `cryptography` alone.

Written from docs/card-interface.md, "Device identity"; nothing here comes from the product.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORIGINAL, BACKUP = 1, 2
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ISSUER_NAME_BYTES = 8


def encode(tag: int, *values: bytes) -> bytes:
    """A BER-TLV over these values, one after the other; the length in its shortest form."""
    value = b"".join(values)
    size = len(value)
    prefix = b"" if size < 0x80 else b"\x81" if size < 0x100 else b"\x82"
    length = prefix + size.to_bytes(2 if size >= 0x100 else 1, "big")
    return tag.to_bytes(2 if tag > 0xFF else 1, "big") + length + value


@dataclass(frozen=True)
class SigningKey:
    """A P-256 key that signs: ECDSA with SHA-256, plain (BSI TR-03111, 5.2.1)."""

    private: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def make(cls) -> SigningKey:
        """A new one."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def of(cls, name: str) -> SigningKey:
        """Always the same for a name."""
        scalar = int.from_bytes(sha256(name.encode()).digest(), "big") % (ORDER - 1) + 1
        return cls(ec.derive_private_key(scalar, ec.SECP256R1()))

    @property
    def point(self) -> bytes:
        """The public key: 04 ‖ x ‖ y."""
        return point_of(self.private)

    def sign(self, message: bytes) -> bytes:
        """r ‖ s, 32 bytes each."""
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def point_of(private: ec.EllipticCurvePrivateKey) -> bytes:
    """The public point of a key, uncompressed: 65 bytes."""
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public_key(point: bytes) -> ec.EllipticCurvePublicKey:
    """The key with this point; raises ValueError for none."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def verifies(point: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this is the key's plain signature of the message."""
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    try:
        public_key(point).verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return len(signature) == 64


@dataclass(frozen=True)
class Issuer:
    """Who certifies device keys."""

    key: SigningKey

    @classmethod
    def of(cls, name: str) -> Issuer:
        """Always the same for a name."""
        return cls(SigningKey.of(name))

    @property
    def name(self) -> bytes:
        """As certificates call it."""
        return sha256(self.key.point).digest()[:ISSUER_NAME_BYTES]

    def certificate(self, card_id: bytes, role: int, device_key: bytes) -> bytes:
        """A compact certificate (ISO 7816-8, 7F21) over card id, role and device key."""
        return sealed(self.body(card_id, role, device_key), self.key)

    def body(self, card_id: bytes, role: int, device_key: bytes) -> bytes:
        """What is signed: 7F4E with tag and length."""
        return encode(
            0x7F4E,
            encode(0x5F29, b"\x00"),
            encode(0x42, self.name),
            encode(0x7F49, encode(0x86, device_key)),
            encode(0x5F20, card_id),
            encode(0x5F4C, bytes([role])),
        )


def sealed(body: bytes, key: SigningKey) -> bytes:
    """A certificate with this body, signed with any key."""
    return encode(0x7F21, body, encode(0x5F37, key.sign(body)))
