"""X.509 for the keys of a card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from twincard.results.marks import OneOf, Sha256


@dataclass(frozen=True)
class CertificateInfo:
    """A certificate for a card's decipher key or signature key; `stored`: it is on the card.

    `not_after` is in ISO 8601, and `sha256` is the fingerprint of the certificate. `issuers` are
    the certificates above it, in PEM: those on the card, and for a certificate that is not stored
    the one that signed it. `made` is false if the certificate existed before.
    """

    key: Annotated[str, OneOf(("decipher", "signature"))]
    stored: bool
    subject: str
    serial_number: str
    not_after: str
    sha256: Sha256
    pem: str
    issuers: tuple[str, ...]
    made: bool


@dataclass(frozen=True)
class Request:
    """A certificate signing request, in PEM."""

    subject: str
    pem: str
