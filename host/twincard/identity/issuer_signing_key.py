"""The issuer's signing key, which certifies cards, and its public key, which checks them."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import _
from twincard.ground.private_file import write_private
from twincard.identity.device_certificate import (
    ESCROW_ROLE,
    SERVICE_ROLE,
    SIGNATURE_BYTES,
    CardCertificate,
    issuer_name,
    public_point,
    service_id,
)
from twincard.keys.key_type import KeyAlgorithm
from twincard.keys.public import PublicKey, UnusablePublicKeyError

_HALF = SIGNATURE_BYTES // 2
_MOST_FILE_BYTES = 1 << 16


class IssuerKeyError(ValueError):
    """Not a file with an issuer's signing key or public key; one plain sentence."""


class IssuerSigningKey:
    """A P-256 key pair. Its repr shows nothing of it."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        """The point, 65 bytes."""

    @classmethod
    def draw(cls) -> Self:
        """A new key pair."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def read(cls, path: str | PathLike[str]) -> Self:
        """The one in a file: PKCS#8 in PEM, without a password. Raises IssuerKeyError, OSError."""
        path = Path(path)
        content = read_bounded(path, _MOST_FILE_BYTES) or b""
        try:
            key = load_pem_private_key(content, None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not _is_p256(key):
            raise IssuerKeyError(
                _("{path} is not an issuer's signing key (a P-256 key as PKCS#8 in PEM).").format(
                    path=path
                )
            )
        return cls(key)

    def write(self, path: str | PathLike[str]) -> None:
        """Into a new file of mode 0600. Raises FileExistsError, OSError."""
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(Path(path), pem)

    def public_pem(self) -> bytes:
        """The public key, in PEM."""
        return PublicKey.from_point(self.public_key).to_pem()

    def certify(self, card_id: bytes, role: int, device_key: bytes) -> CardCertificate:
        """The certificate of a card (id 16 bytes, device key a point). Raises IdentityError."""
        public_point(device_key)
        name = issuer_name(self.public_key)
        unsigned = CardCertificate(name, device_key, card_id, role, bytes(SIGNATURE_BYTES))
        r, s = decode_dss_signature(self._key.sign(unsigned.body, ec.ECDSA(SHA256())))
        return replace(unsigned, signature=r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big"))

    def certify_service(self, point: bytes, *, escrow: bool) -> CardCertificate:
        """The certificate of a key service with this public key. Raises IdentityError.

        `escrow`: the service keeps the keys it gives out, and cards report that.
        """
        return self.certify(service_id(point), ESCROW_ROLE if escrow else SERVICE_ROLE, point)


def read_issuer_public_key(path: str | PathLike[str]) -> bytes:
    """The point (65 bytes) of the public key in a file, PEM or DER.

    Raises IssuerKeyError, OSError.
    """
    path = Path(path)
    try:
        key = PublicKey.from_bytes(read_bounded(path, _MOST_FILE_BYTES) or b"")
    except UnusablePublicKeyError as error:
        raise IssuerKeyError(_("{path}: {sentence}").format(path=path, sentence=error)) from None
    if key.algorithm is not KeyAlgorithm.EC:
        raise IssuerKeyError(
            _("{path} is not an issuer's public key (a P-256 key).").format(path=path)
        )
    return key.value


def _is_p256(key: ec.EllipticCurvePrivateKey) -> bool:
    return isinstance(key.curve, ec.SECP256R1)
