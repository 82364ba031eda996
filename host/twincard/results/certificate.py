"""X.509 for the keys of a card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from twincard.results.marks import OneOf, Sha256


@dataclass(frozen=True)
class CertificateInfo:
    """A certificate; `key` is "decipher" or "signature", `stored` whether the card keeps it.

    `not_after` is in ISO 8601, `sha256` the fingerprint of the whole. `issuers` are, in PEM, the
    certificates above it: those on the card, and for one that no card keeps the one that signed it.
    `made` is False for one that was there before.
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
