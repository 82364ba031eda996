"""What becomes of the files of a recovery, one by one and counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import ClassVar

from twincard.flows.events import FlowEvent
from twincard.ground.language import N_


class RecoverOutcome(Enum):
    """The result for a file, or for something else that was found."""

    MOVED = N_("moved to the new card")
    ALREADY_MOVED = N_("is already encrypted to the new card")
    NOT_FOR_THIS_KEY = N_("is encrypted to other keys")
    NOT_ENCRYPTED = N_("is not an encrypted file")
    UNUSABLE = N_("is encrypted to the old card, but damaged or in an unsupported way")
    FAILED = N_("could not be moved")
    LINK = N_("is a symbolic link, which is not followed")
    SPECIAL = N_("is a pipe, a socket or a device")
    UNREADABLE = N_("could not be read")

    @property
    def is_failure(self) -> bool:
        """Whether something is left that only the old card may open."""
        return self in _FAILURES


_FAILURES = (RecoverOutcome.UNUSABLE, RecoverOutcome.FAILED, RecoverOutcome.UNREADABLE)


@dataclass(frozen=True)
class RecoveredFile:
    """One file is done; `reason` says in a sentence why it failed.

    `note` says what else to know about a file that was moved.
    """

    path: Path
    outcome: RecoverOutcome
    reason: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class RecoverEvent(FlowEvent):
    """One file is done, with whatever result."""

    name: ClassVar[str] = "recover.file"
    file: RecoveredFile


class FoundKind(Enum):
    """What a file is, as far as its recipients tell without a card; in words, with their number."""

    FOR_OLD = N_("{count} encrypted to the old card")
    FOR_NEW = N_("{count} encrypted to the new card")
    FINISHED = N_("{count} moved by an earlier run")
    FOR_OTHERS = N_("{count} encrypted, but naming neither card")
    NOT_ENCRYPTED = N_("{count} not encrypted")
    UNUSABLE = N_("{count} encrypted to the old card, but damaged or in an unsupported way")
    MALFORMED = N_("{count} encrypted, but damaged")
    MISSING = N_("{count} missing")
    LINK = N_("{count} not followed (symbolic links)")
    SPECIAL = N_("{count} not opened (pipes, sockets or devices)")
    UNREADABLE = N_("{count} could not be read")


@dataclass(frozen=True)
class FoundFile:
    """One file that was found; `reason` says why it cannot be read.

    `note` says how many messages of a mailbox are encrypted to the old card.
    """

    path: Path
    kind: FoundKind
    reason: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class FoundCount:
    """So many files are of this kind, at least one."""

    kind: FoundKind
    count: int


@dataclass(frozen=True)
class PlanEvent(FlowEvent):
    """Everything that was named has been looked at; the numbers of what was found."""

    name: ClassVar[str] = "recover.plan"
    found: tuple[FoundCount, ...]


@dataclass(frozen=True)
class RecoverySummary:
    """How many files had each result."""

    counts: Mapping[RecoverOutcome, int]
