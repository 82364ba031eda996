"""Public keys by value, as cards, contacts and recipients have them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from twincard.ground.language import _
from twincard.keys.certificates import spki_of_certificate
from twincard.keys.key_type import KeyAlgorithm

if TYPE_CHECKING:
    from cryptography import x509

KEY_ID_BYTES = 20
RSA_BITS = range(2048, 4096 + 1)


class UnusablePublicKeyError(ValueError):
    """Not a public key that files can be encrypted to."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An RSA key of 2048 to 4096 bits, or a P-256 point; made by the class methods, which check it.

    ``spki`` is its DER SubjectPublicKeyInfo (RFC 5280, 4.1.2.7).
    """

    algorithm: KeyAlgorithm
    spki: bytes

    @classmethod
    def from_rsa(cls, modulus: bytes, exponent: bytes) -> PublicKey:
        """The RSA key of these two big-endian numbers. Raises UnusablePublicKeyError."""
        numbers = rsa.RSAPublicNumbers(int.from_bytes(exponent), int.from_bytes(modulus))
        try:
            return cls._checked(numbers.public_key())
        except ValueError as error:
            raise UnusablePublicKeyError(_("These numbers are not an RSA public key.")) from error

    @classmethod
    def from_point(cls, point: bytes) -> PublicKey:
        """The P-256 key of this encoded point (SEC 1, 2.3.3). Raises UnusablePublicKeyError."""
        try:
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        except ValueError as error:
            raise UnusablePublicKeyError(_("This is not a point on P-256.")) from error
        return cls._checked(key)

    @classmethod
    def from_bytes(cls, encoded: bytes) -> PublicKey:
        """The key in a SubjectPublicKeyInfo or X.509 certificate, each in PEM or DER.

        Raises UnusablePublicKeyError.
        """
        if not isinstance(encoded, bytes | bytearray):
            raise TypeError(
                "a public key is read from bytes, the content of a file, "
                f"not from {type(encoded).__name__}"
            )
        if b"PRIVATE KEY-----" in encoded:
            raise UnusablePublicKeyError(_("This is a private key. Give the public key."))
        certificate = certificate_from_bytes(encoded)
        try:
            if certificate is not None:
                return cls._checked(certificate.public_key())
            spki = spki_of_certificate(encoded)
            if spki is not None:
                return cls._checked(load_der_public_key(spki))
            if encoded.lstrip().startswith(b"-----BEGIN"):
                return cls._checked(load_pem_public_key(encoded))
            return cls._checked(load_der_public_key(encoded))
        except UnusablePublicKeyError:
            raise
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            message = _("This is neither a public key nor a certificate, in PEM or DER.")
            raise UnusablePublicKeyError(message) from error

    @classmethod
    def from_key(cls, key: object) -> PublicKey:
        """A key of the cryptography package. Raises UnusablePublicKeyError."""
        return cls._checked(key)

    @classmethod
    def _checked(cls, key: object) -> PublicKey:
        if isinstance(key, rsa.RSAPublicKey):
            if key.key_size not in RSA_BITS:
                raise UnusablePublicKeyError(_("RSA keys must have 2048 to 4096 bits."))
            algorithm = KeyAlgorithm.RSA
        elif isinstance(key, ec.EllipticCurvePublicKey):
            if not isinstance(key.curve, ec.SECP256R1):
                raise UnusablePublicKeyError(_("Elliptic-curve keys must be on the curve P-256."))
            algorithm = KeyAlgorithm.EC
        else:
            raise UnusablePublicKeyError(_("Only RSA and P-256 keys can be used."))
        return cls(algorithm, key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    def loaded(self) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
        """The key as the cryptography package takes it."""
        key = load_der_public_key(self.spki)
        assert isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey)  # noqa: S101
        return key

    @property
    def value(self) -> bytes:
        """RSA: modulus ‖ exponent, each as short as can be; EC: the 65-byte uncompressed point."""
        key = self.loaded()
        if isinstance(key, rsa.RSAPublicKey):
            numbers = key.public_numbers()
            return _minimal(numbers.n) + _minimal(numbers.e)
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def digest(self) -> bytes:
        """The key digest as cards report it: SHA-256 over ``value``, 32 bytes."""
        return hashlib.sha256(self.value).digest()

    @property
    def key_id(self) -> bytes:
        """The subject key identifier of the bare key: the first 20 bytes of its digest."""
        return self.digest[:KEY_ID_BYTES]

    def to_pem(self) -> bytes:
        """The SubjectPublicKeyInfo in PEM (RFC 7468, 13)."""
        return self.loaded().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def certificate_from_bytes(encoded: bytes) -> x509.Certificate | None:
    """The X.509 certificate in PEM or DER, or None where this is something else."""
    from cryptography import x509  # imported late: it is the slowest import of this module

    try:
        # A certificate may contain somebody else's PEM as text, so PEM inside it is not searched.
        return x509.load_der_x509_certificate(encoded)
    except (ValueError, x509.InvalidVersion):
        pass
    try:
        return x509.load_pem_x509_certificate(encoded)
    except (ValueError, x509.InvalidVersion):
        return None


def _minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)
