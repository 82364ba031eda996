"""The identity of cards and their issuers: device certificates, X.509, the issuer's signing key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twincard.ground.exports import exports

if TYPE_CHECKING:
    from twincard.identity.device_certificate import CardCertificate, DeviceKeys, IdentityError
    from twincard.identity.issuer_signing_key import (
        IssuerKeyError,
        IssuerSigningKey,
        read_issuer_public_key,
    )
    from twincard.identity.signing_key import SigningKey
    from twincard.identity.x509 import (
        CertificateError,
        Subject,
        Validity,
        WrongSignatureError,
    )

__all__ = [
    "CardCertificate",
    "CertificateError",
    "DeviceKeys",
    "IdentityError",
    "IssuerKeyError",
    "IssuerSigningKey",
    "SigningKey",
    "Subject",
    "Validity",
    "WrongSignatureError",
    "read_issuer_public_key",
]

__getattr__ = exports(__name__)
