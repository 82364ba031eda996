"""The state report of a card."""

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
"""The state of an original's export or of a backup's import."""
PolicyName = Annotated[str, OneOf.names(flag for flag in PolicyFlags if flag)]


@dataclass(frozen=True)
class ComponentInfo:
    """A place for a component in the key group; `kcv` (3 bytes) and `way` are None if it is empty.

    `way` is how the component reached the card: plain, scp03 or scp11b.
    """

    number: int
    set: bool
    set_by: SetBy
    kcv: Kcv | None
    way: ComponentWay | None


@dataclass(frozen=True)
class GroupInfo:
    """The key group.

    `quantum_safe`: the issuer set a component through SCP03. Somebody who recorded everything else
    and later has a quantum computer does not learn that component.
    """

    id: Id
    size: int
    components: tuple[ComponentInfo, ...]
    quantum_safe: bool


@dataclass(frozen=True)
class KeyInfo:
    """The decipher key; `public_key_sha256` is the card's own digest of it.

    `released` is false while the card withholds the public key until a backup holds the key.
    `archive_id` is the id by which files name the archive key that belongs to it.
    """

    type: KeyType
    public_key_sha256: Sha256
    public_key_readable: bool
    released: bool
    archive_id: Id | None


@dataclass(frozen=True)
class ExportInfo:
    """The duplication, as this card reports it.

    The `state` of an original is none, pending or done; that of a backup is empty, ticketed,
    imported or void. `done` and `allowed` count backups of the present key. `other_card` is the id
    of the other card of a pending export, or of a backup's ticket or key; `mode` is the mode of
    that transfer.
    """

    state: TransferState
    done: int
    allowed: int
    other_card: Id | None
    mode: Mode | None


@dataclass(frozen=True)
class Scp03KeysInfo:
    """The applet's SCP03 keys; `required`: the issuer can get authority only with them."""

    version: int
    required: bool


@dataclass(frozen=True)
class KeyServiceInfo:
    """The state of an original towards key services.

    `state` is empty, ticketed, imported or void. `origin` is who made the present key. `service` is
    the id (16 bytes) of the service to which the state applies.
    """

    state: TransferState
    origin: KeyOrigin
    service: Id | None


@dataclass(frozen=True)
class TriesInfo:
    """Tries left before the PIN or PUK is blocked."""

    tries_left: int


@dataclass(frozen=True)
class CardInfo:
    """All that a card reports without a PIN.

    `mode` is how a key is transferred to or from the card. `issuer_public_key_sha256` (32 bytes) is
    the issuer that the card claims. `transport_pin`: the PIN is still the one from the issue, which
    serves only for duplication.
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
