"""What a recovery will do: everything that was named is looked at first, without a card.

What was found waits in a temporary database on the disk, so that memory does not grow with it.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self

from twincard.cms.errors import FilesError
from twincard.flows.events import Listener, ignore
from twincard.flows.files.mail_files import MailFileError
from twincard.flows.files.regular import Version
from twincard.flows.files.walk import LeftOut, Omitted, walk
from twincard.flows.recover.inspection import inspect, refused_kind
from twincard.flows.recover.mailbox import look_at_mailbox
from twincard.flows.recover.names import CardNames
from twincard.flows.recover.outcomes import FoundCount, FoundFile, FoundKind, PlanEvent
from twincard.ground.language import plural
from twincard.ground.path_arguments import as_paths

_TABLE = (
    "CREATE TABLE found (at INTEGER PRIMARY KEY, path BLOB, kind TEXT, reason TEXT, note TEXT,"
    " device TEXT, inode TEXT, moved INTEGER)"
)
_INDEX = "CREATE INDEX by_inode ON found (device, inode) WHERE inode IS NOT NULL"
_INSERT = "INSERT INTO found (path, kind, reason, note, device, inode) VALUES (?, ?, ?, ?, ?, ?)"
_SOME = (
    "SELECT at, path, kind, reason, note, EXISTS (SELECT 1 FROM found AS earlier WHERE"
    " earlier.device = found.device AND earlier.inode = found.inode AND earlier.at < found.at)"
    " FROM found WHERE at > ? ORDER BY at LIMIT 100"
)
_SAME = "SELECT at, path FROM found WHERE device = ? AND inode = ? AND path <> ? ORDER BY at"
_MARK = "UPDATE found SET moved = 1 WHERE at = ?"
_MOVED = "SELECT 1 FROM found WHERE at = ? AND moved = 1"
_LEFT_OUT = {
    LeftOut.LINK: FoundKind.LINK,
    LeftOut.SPECIAL: FoundKind.SPECIAL,
    LeftOut.UNREADABLE: FoundKind.UNREADABLE,
}
Finished = Callable[[Path, Version], bool]
"""Whether an earlier run finished this version of a file."""


@dataclass(frozen=True)
class PlannedFile:
    """A file and its place in the plan; `follows`: another name of it has an earlier place."""

    at: int
    file: FoundFile
    follows: bool


class RecoveryPlan:
    """What was found, in order. Close it, or use it in a with statement."""

    def __init__(self) -> None:
        """An empty plan; `plan_recovery` makes one."""
        # Without a name: a private file that SQLite removes.
        self._found = sqlite3.connect("", isolation_level=None)
        self._found.execute("PRAGMA journal_mode = OFF")
        self._found.execute("BEGIN")
        self._found.execute(_TABLE)
        self._found.execute(_INDEX)
        self._counts: Counter[FoundKind] = Counter()

    @property
    def counts(self) -> tuple[FoundCount, ...]:
        """How many of each kind were found."""
        return tuple(
            FoundCount(kind, self._counts[kind]) for kind in FoundKind if self._counts[kind]
        )

    def files(self) -> Iterator[PlannedFile]:
        """Everything that was found."""
        at = 0
        while rows := self._found.execute(_SOME, (at,)).fetchall():
            for at, path, kind, reason, note, follows in rows:
                file = FoundFile(Path(os.fsdecode(path)), FoundKind[kind], reason, note)
                yield PlannedFile(at, file, bool(follows))

    def links(self, path: Path, version: Version) -> list[tuple[int, Path]]:
        """The other names of a file that were found, each with its place in the plan."""
        same = (str(version.device), str(version.inode), os.fsencode(path))
        return [(at, Path(os.fsdecode(name))) for at, name in self._found.execute(_SAME, same)]

    def mark_moved(self, at: int) -> None:
        """A name was moved together with another name of the same file."""
        self._found.execute(_MARK, (at,))

    def was_moved(self, at: int) -> bool:
        """Whether it was."""
        return self._found.execute(_MOVED, (at,)).fetchone() is not None

    def add(self, found: FoundFile, version: Version | None = None) -> None:
        """Add a file, with its version if it could be read."""
        self._counts[found.kind] += 1
        inode = (None, None) if version is None else (str(version.device), str(version.inode))
        told = (None if text is None else str(text) for text in (found.reason, found.note))
        row = (os.fsencode(found.path), found.kind.name, *told, *inode)
        self._found.execute(_INSERT, row)

    def close(self) -> None:
        """Remove the database."""
        self._found.close()

    def __enter__(self) -> Self:
        """The plan."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


def plan_recovery(
    old: CardNames,
    new: CardNames,
    paths: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    is_finished: Finished = lambda path, version: False,
    on_event: Listener[PlanEvent] = ignore,
) -> RecoveryPlan:
    """Look at every file in `paths` (folders with all below them); no card is used.

    The listener gets one PlanEvent, at the end.
    """
    plan = RecoveryPlan()
    try:
        for found in walk(as_paths(paths)):
            if isinstance(found, Omitted):
                reason = found.reason
                plan.add(FoundFile(found.path, _LEFT_OUT[found.why], reason))
            else:
                _look(plan, found, old, new, is_finished)
        on_event(PlanEvent((old.card_id, new.card_id), plan.counts))
    except BaseException:
        plan.close()
        raise
    return plan


def _look(
    plan: RecoveryPlan, path: Path, old: CardNames, new: CardNames, is_finished: Finished
) -> None:
    try:
        found = inspect(path, old)
    except MailFileError:
        _look_at_mailbox(plan, path, old, new, is_finished)
        return
    except (FilesError, OSError) as error:
        kind = refused_kind(error)
        plan.add(FoundFile(path, kind, None if kind is FoundKind.NOT_ENCRYPTED else str(error)))
        return
    if is_finished(path, found.version):
        kind = FoundKind.FINISHED
    elif old.are_in(found.encoded):
        kind = FoundKind.FOR_OLD
    elif new.are_in(found.encoded):
        kind = FoundKind.FOR_NEW
    else:
        kind = FoundKind.FOR_OTHERS
    plan.add(FoundFile(path, kind), found.version)


def _look_at_mailbox(
    plan: RecoveryPlan, path: Path, old: CardNames, new: CardNames, is_finished: Finished
) -> None:
    try:
        found = look_at_mailbox(path, old, new)
    except (FilesError, OSError) as error:
        plan.add(FoundFile(path, refused_kind(error), str(error)))
        return
    kind = FoundKind.FINISHED if is_finished(path, found.version) else found.kind
    # What is damaged in it is named when the rest is moved.
    if kind is FoundKind.MALFORMED:
        kind = FoundKind.FOR_OTHERS
    note = None
    if kind is FoundKind.FOR_OLD:
        note = plural(
            "{count} message is encrypted to the old card.",
            "{count} messages are encrypted to the old card.",
            found.for_old,
        ).format(count=found.for_old)
    plan.add(FoundFile(path, kind, note=note), found.version)
