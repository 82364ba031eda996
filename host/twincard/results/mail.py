"""Mail that was sealed, opened or sent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from twincard.results.files import RecipientInfo
from twincard.results.marks import OneOf

SIGNATURES = ("none", "valid", "unknown_signer", "wrong")


@dataclass(frozen=True)
class SealedMail:
    """A message was encrypted, to these recipients."""

    output: Path
    recipients: tuple[RecipientInfo, ...]


@dataclass(frozen=True)
class MailField:
    """A field of the header, as a person reads it."""

    name: str
    value: str


@dataclass(frozen=True)
class MailAttachment:
    """A part that is not shown; `path` is where it was saved, null if it was not."""

    name: str
    content_type: str
    size: int
    path: Path | None


@dataclass(frozen=True)
class OpenedMail:
    """A message was opened.

    `authentic`: somebody whom the user trusts signed it, whose certificate names the address of the
    sender. `authenticated`: whether changes would have been noticed. `signers`: whom the signature
    names; `signed_outside`: who signed it only after it was encrypted. `signature_problem`: why the
    signature is worth less than `valid`.
    `fields_protected`: the fields are from inside what was encrypted. `outer_sender`: the sender
    that the outside names, if it is not the one inside. `shortened`: `text` is not the whole text.
    `other_parts`: the number of parts outside the encryption that were left out.
    """

    fields: tuple[MailField, ...]
    fields_protected: bool
    outer_sender: str | None
    encrypted: bool
    authentic: bool
    authenticated: bool
    signature: Annotated[str, OneOf(SIGNATURES)]
    signature_problem: str | None
    signers: tuple[str, ...]
    signed_outside: tuple[str, ...]
    text: str
    shortened: bool
    attachments: tuple[MailAttachment, ...]
    other_parts: int


@dataclass(frozen=True)
class SentMail:
    """The server accepted a message, for all recipients; `answer` is what it said."""

    server: str
    sender: str
    recipients: tuple[str, ...]
    answer: str
