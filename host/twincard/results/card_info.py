"""What a card tells of itself: its state report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from twincard.card.report import (
    ComponentWay,
    ExportState,
    ImportState,
    KeyOrigin,
    LifeCycle,
    Mode,
    PolicyFlags,
    Role,
    SetBy,
)
from twincard.keys.key_type import KeyType
from twincard.results.marks import Id, Kcv, OneOf, Sha256

TransferState = Annotated[str, OneOf.names([*ExportState, *ImportState])]
"""Of an original's export or of a backup's import."""
PolicyName = Annotated[str, OneOf.names(flag for flag in PolicyFlags if flag)]


@dataclass(frozen=True)
class ComponentInfo:
    """One place of the key group; `kcv` (3 bytes) and `way` are None where none is set.

    `way` is how the component came to the card: plain, scp03 or scp11b.
    """

    number: int
    set: bool
    set_by: SetBy
    kcv: Kcv | None
    way: ComponentWay | None


@dataclass(frozen=True)
class GroupInfo:
    """The key group.

    `quantum_safe`: the issuer set a component through SCP03, so that who records everything else,
    and has a quantum computer later, does not know them all.
    """

    id: Id
    size: int
    components: tuple[ComponentInfo, ...]
    quantum_safe: bool


@dataclass(frozen=True)
class KeyInfo:
    """The decipher key; `public_key_sha256` is the card's own digest of it.

    `released` is false where the public key can be had only once a backup holds the key.
    `archive_id` is what files call the archive key by that goes with it.
    """

    type: KeyType
    public_key_sha256: Sha256
    public_key_readable: bool
    released: bool
    archive_id: Id | None


@dataclass(frozen=True)
class ExportInfo:
    """The duplication, seen from this card.

    An original's `state` is none, pending or done, a backup's empty, ticketed, imported or void.
    `done` and `allowed` count backups of the present key. `other_card` is the id of the card that
    a pending export, or a backup's ticket or key, is about, `mode` how that key goes or went.
    """

    state: TransferState
    done: int
    allowed: int
    other_card: Id | None
    mode: Mode | None


@dataclass(frozen=True)
class Scp03KeysInfo:
    """The applet's SCP03 keys; `required`: there is no other way to his authority."""

    version: int
    required: bool


@dataclass(frozen=True)
class KeyServiceInfo:
    """An original's dealings with key services.

    `state` is empty, ticketed, imported or void, `origin` who made the present key, `service` the
    id (16 bytes) of the service that the state is about.
    """

    state: TransferState
    origin: KeyOrigin
    service: Id | None


@dataclass(frozen=True)
class TriesInfo:
    """Tries left before PIN or PUK is blocked."""

    tries_left: int


@dataclass(frozen=True)
class CardInfo:
    """All that a card tells without a PIN.

    `mode` is how a key goes to or from the card. `issuer_public_key_sha256` (32 bytes) names the
    issuer who certified it, as far as the card is to be believed. `transport_pin`: the PIN is
    still that which the card was issued with, for duplication alone.
    """

    card_id: Id
    role: Role
    life_cycle: LifeCycle
    group: GroupInfo | None
    key: KeyInfo | None
    export: ExportInfo | None
    pin: TriesInfo
    puk: TriesInfo
    policy: tuple[PolicyName, ...]
    member_number: str | None
    expires: str | None
    mode: Mode
    certified: bool
    issuer_public_key_sha256: Sha256 | None
    scp03_keys: Scp03KeysInfo | None
    transport_pin: bool
    key_service: KeyServiceInfo | None
