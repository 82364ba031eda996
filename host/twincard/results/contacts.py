"""People and their public keys, in the address book and on cards."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from twincard.results.marks import MAY_BE_ABSENT, Id, Sha256


@dataclass(frozen=True)
class ContactInfo:
    """A person of the address book.

    `type` is that of the key, such as "RSA-2048". `subject`, `issuer`, `not_before` and `not_after`
    (ISO 8601) are the certificate's; null for a bare public key. `problem` is why files cannot be
    encrypted to it today, or null.
    """

    name: str
    file: Path
    type: str
    public_key_sha256: Sha256
    subject: str | None
    issuer: str | None
    not_before: str | None
    not_after: str | None
    problem: str | None


@dataclass(frozen=True)
class AddedContact(ContactInfo):
    """A person who was added; `changed` is false if the file was there already.

    `card_id` and `place` say where on a card the key is; null without a card.
    """

    changed: bool
    card_id: Id | None
    place: int | None


@dataclass(frozen=True)
class ShownContact(ContactInfo):
    """A person of the address book, and the certificate or public key in PEM."""

    pem: str


@dataclass(frozen=True)
class UnreadableEntry:
    """A file of the address book without a usable key, and why."""

    file: Path
    reason: str


@dataclass(frozen=True)
class ContactList:
    """The address book."""

    contacts: tuple[ContactInfo, ...]
    unreadable: tuple[UnreadableEntry, ...] | None = field(default=None, metadata=MAY_BE_ABSENT)
    """The files without a usable key; absent if there are none."""


@dataclass(frozen=True)
class CardContact:
    """A key on a card; `name` is that of the contact with this key, or null."""

    place: int
    type: str
    public_key_sha256: Sha256
    name: str | None


@dataclass(frozen=True)
class CardContacts:
    """Other people's keys on a card."""

    card_id: Id
    places: tuple[CardContact, ...]


@dataclass(frozen=True)
class RemovedContact:
    """The name of a person who was removed, from the address book or from a card."""

    removed: str
    card_id: Id | None
    place: int | None
