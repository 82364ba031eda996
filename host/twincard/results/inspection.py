"""What the head of an encrypted file says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from twincard.results.marks import OneOf

KINDS = ("auth_enveloped", "enveloped")
RECIPIENT_KINDS = ("rsa", "p256", "key_agreement", "kem", "archive", "password", "other")


@dataclass(frozen=True)
class InspectedRecipientInfo:
    """One recipient of a file.

    It is named by `key_identifier`, or by `issuer` (RFC 4514) and `serial_number` (hexadecimal);
    the others are null. `reason` is why cards cannot open it, or null. `cards` are the readers of
    cards, and `contacts` the people of the address book, that it names.
    """

    kind: Annotated[str, OneOf(RECIPIENT_KINDS)]
    algorithm: str
    key_identifier: bytes | None
    issuer: str | None
    serial_number: str | None
    reason: str | None
    cards: tuple[str, ...]
    contacts: tuple[str, ...]


@dataclass(frozen=True)
class Inspected:
    """An encrypted file.

    `content_type` is an object identifier. `content_bytes` and `encrypted_bytes` are null where the
    head of the file does not say them.
    """

    file: Path
    kind: Annotated[str, OneOf(KINDS)]
    armoured: bool
    encryption: str
    authenticated: bool
    content_type: str
    content_bytes: int | None
    encrypted_bytes: int | None
    recipients: tuple[InspectedRecipientInfo, ...]
