"""Public keys that no card has, but that files can be encrypted to: P-384, X25519, ML-KEM.

Their owners have the private key elsewhere, in software or in another device.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum

from asn1crypto import core
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mlkem, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from twincard.ground.language import _
from twincard.keys.public import KEY_ID_BYTES, PublicKey, UnusablePublicKeyError

OtherKey = (
    ec.EllipticCurvePublicKey
    | x25519.X25519PublicKey
    | mlkem.MLKEM768PublicKey
    | mlkem.MLKEM1024PublicKey
)
"""A public key that no card has."""


class OtherAlgorithm(Enum):
    """Public-key algorithms of people without cards."""

    P_384 = "P-384"
    P_521 = "P-521"
    X25519 = "X25519"
    ML_KEM_768 = "ML-KEM-768"
    ML_KEM_1024 = "ML-KEM-1024"

    @property
    def is_kem(self) -> bool:
        """Whether it encapsulates a key, in place of agreeing on one."""
        return self in (OtherAlgorithm.ML_KEM_768, OtherAlgorithm.ML_KEM_1024)


_CURVES = {"secp384r1": OtherAlgorithm.P_384, "secp521r1": OtherAlgorithm.P_521}


@dataclass(frozen=True, slots=True)
class OtherPublicKey:
    """A public key that no card has; made by ``load_recipient_key``, which checks it.

    ``spki`` is its DER SubjectPublicKeyInfo (RFC 5280, 4.1.2.7).
    """

    algorithm: OtherAlgorithm
    spki: bytes

    def loaded(self) -> OtherKey:
        """The key as the cryptography package takes it."""
        key = load_der_public_key(self.spki)
        assert isinstance(key, OtherKey)  # noqa: S101
        return key

    @property
    def digest(self) -> bytes:
        """SHA-256 over the value of the subjectPublicKey, 32 bytes."""
        bits = core.Sequence.load(self.spki)[1]
        return hashlib.sha256(bits.contents[1:]).digest()

    @property
    def key_id(self) -> bytes:
        """The subject key identifier of the bare key (RFC 7093, 2, method 1), 20 bytes."""
        return self.digest[:KEY_ID_BYTES]

    def to_pem(self) -> bytes:
        """The SubjectPublicKeyInfo in PEM (RFC 7468, 13)."""
        return self.loaded().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


RecipientKey = PublicKey | OtherPublicKey
"""A public key that files can be encrypted to."""


def load_recipient_key(spki: bytes) -> RecipientKey:
    """The key of a DER SubjectPublicKeyInfo. Raises UnusablePublicKeyError."""
    try:
        key = load_der_public_key(spki)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusablePublicKeyError(
            _("This type of public key is not supported. Ask for a key of another type.")
        ) from error
    algorithm = _algorithm(key)
    if algorithm is None:
        return PublicKey.from_key(key)
    return OtherPublicKey(
        algorithm, key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )


def _algorithm(key: object) -> OtherAlgorithm | None:
    """Of a key that no card has; None for one that may be a card's."""
    match key:
        case rsa.RSAPublicKey():
            return None
        case ec.EllipticCurvePublicKey() if isinstance(key.curve, ec.SECP256R1):
            return None
        case ec.EllipticCurvePublicKey():
            if key.curve.name not in _CURVES:
                raise UnusablePublicKeyError(
                    _(
                        "Elliptic-curve keys must be on the curve P-256, P-384 or P-521. Ask for "
                        "such a key."
                    )
                )
            return _CURVES[key.curve.name]
        case x25519.X25519PublicKey():
            _check_order(key)
            return OtherAlgorithm.X25519
        case mlkem.MLKEM768PublicKey():
            return OtherAlgorithm.ML_KEM_768
        case mlkem.MLKEM1024PublicKey():
            return OtherAlgorithm.ML_KEM_1024
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
            raise UnusablePublicKeyError(
                _(
                    "Ed25519 and Ed448 keys can only sign. Ask for a key for encryption, such as "
                    "X25519."
                )
            )
    raise UnusablePublicKeyError(
        _(
            "Files can be encrypted to RSA, P-256, P-384, P-521, X25519 and ML-KEM keys only. "
            "Ask for such a key."
        )
    )


def _check_order(key: x25519.X25519PublicKey) -> None:
    """Raises UnusablePublicKeyError for a point that gives everybody the same secret (RFC 7748)."""
    try:
        x25519.X25519PrivateKey.generate().exchange(key)
    except ValueError as error:
        raise UnusablePublicKeyError(
            _("This is not a valid X25519 key. Ask for another one.")
        ) from error
