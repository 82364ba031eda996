"""Keys and secrets outside a card: public keys, components, the issuer's keys, certificates.

Secrets are of the type Secret, which no repr, log or pickle gives away.
"""

from __future__ import annotations

from twincard.keys.certificate import (
    CertificateError,
    Subject,
    Validity,
    WrongSignatureError,
)
from twincard.keys.component import (
    Component,
    ComponentError,
    draw_component,
    draw_group,
    format_component,
    parse_component,
    read_component,
    write_component,
)
from twincard.keys.identity import CardCertificate, DeviceKeys, IdentityError
from twincard.keys.issuer_key import IssuerKeyError, read_issuer_key
from twincard.keys.issuer_signing import IssuerSigningKey, read_issuer_public_key
from twincard.keys.public import KeyKind, PublicKey, UnusablePublicKeyError
from twincard.keys.secret import Secret
from twincard.keys.shares import (
    Share,
    ShareError,
    join_shares,
    read_share,
    split_component,
    write_share,
)

__all__ = [
    "CardCertificate",
    "CertificateError",
    "Component",
    "ComponentError",
    "DeviceKeys",
    "IdentityError",
    "IssuerKeyError",
    "IssuerSigningKey",
    "KeyKind",
    "PublicKey",
    "Secret",
    "Share",
    "ShareError",
    "Subject",
    "UnusablePublicKeyError",
    "Validity",
    "WrongSignatureError",
    "draw_component",
    "draw_group",
    "format_component",
    "join_shares",
    "parse_component",
    "read_component",
    "read_issuer_key",
    "read_issuer_public_key",
    "read_share",
    "split_component",
    "write_component",
    "write_share",
]
