"""Pairs of cards: issue, duplication and recovery."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from twincard.card.report import Mode
from twincard.flows.recover.outcomes import FoundCount, FoundFile, RecoveredFile
from twincard.keys.key_type import KeyType
from twincard.results.failure import ErrorInfo
from twincard.results.marks import MAY_BE_ABSENT, Id, Kcv, Sha256


@dataclass(frozen=True)
class ComponentKcv:
    """A component of the key group; its key check value (3 bytes), None where it is not set yet."""

    number: int
    kcv: Kcv | None


@dataclass(frozen=True)
class Issued:
    """An issued pair; `changed` is false if both cards were issued before.

    `mode` is how the key will be transferred. `issuer_public_key_sha256` (32 bytes) is the issuer
    that certified the cards; None in base mode. `pin_letters` are the files with PIN and PUK, if
    the command generated them.
    """

    original_id: Id
    backup_id: Id
    group_id: Id
    changed: bool
    mode: Mode
    issuer_public_key_sha256: Sha256 | None
    components: tuple[ComponentKcv, ...]
    pin_letters: tuple[Path, ...]


@dataclass(frozen=True)
class Copied:
    """A pair that holds one key, and what this run did.

    `mode` is how this run transferred the key; None if the backup held it before. `certificates`:
    the original, and the backup, have a certificate for the key. `released`: the original withheld
    its public key until now, and gives it out from now on.
    """

    original_id: Id
    backup_id: Id
    key: KeyType
    public_key_sha256: Sha256
    generated: bool
    copied: bool
    done: int
    allowed: int
    mode: Mode | None
    certificates: tuple[bool, bool]
    released: bool


@dataclass(frozen=True)
class SafeSheet:
    """What the sheet says that is kept with the backup.

    `holders` are who keeps the components, in their order; `public_key` is the file for the drill.
    """

    original_id: Id
    backup_id: Id
    key: KeyType
    public_key_sha256: Sha256
    holders: tuple[str, ...]
    public_key: Path
    date: str


@dataclass(frozen=True)
class TicketCancelled:
    """The backup's ticket is void; `slot_free`: the original has its export slot back."""

    backup_id: Id
    slot_free: bool


@dataclass(frozen=True)
class ExportAbandoned:
    """An export slot was used up without a backup."""

    original_id: Id
    done: int
    allowed: int


@dataclass(frozen=True)
class Recovered:
    """The result for each file, and the number of files for each result.

    `error` is why the command ended before all files were done.
    """

    moved: int
    already_moved: int
    not_for_this_key: int
    not_encrypted: int
    unusable: int
    failed: int
    links: int
    special: int
    unreadable: int
    files: tuple[RecoveredFile, ...]
    error: ErrorInfo | None = field(default=None, metadata=MAY_BE_ABSENT)


@dataclass(frozen=True)
class RecoveryPlanned:
    """What `recover --dry-run` found: each file, and the number of files of each kind."""

    found: tuple[FoundCount, ...]
    files: tuple[FoundFile, ...]
