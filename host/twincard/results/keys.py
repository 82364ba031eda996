"""Public keys of cards and of issuers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from twincard.keys.key_type import KeyType
from twincard.results.marks import Sha256


@dataclass(frozen=True)
class CardPublicKey:
    """The public key in PEM, and its digest as the card reports it."""

    type: KeyType
    public_key_sha256: Sha256
    pem: str


@dataclass(frozen=True)
class NewIssuer:
    """The files of a signing key and its public key, and the SHA-256 of the public key."""

    file: Path
    public_key_file: Path
    issuer_public_key_sha256: Sha256


@dataclass(frozen=True)
class IssuerPublicKey:
    """An issuer's public key, in PEM, and its SHA-256."""

    issuer_public_key_sha256: Sha256
    pem: str
