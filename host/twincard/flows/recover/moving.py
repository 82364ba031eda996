"""Moves the files of a plan: while the cards work on some, others are read and written.

All files are read, written and reported in the caller's thread, in their order.
"""

from __future__ import annotations

import contextlib
from collections import Counter, deque
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from twincard.cms.errors import (
    AlteredError,
    FilesError,
    NotForThisKeyError,
    UnsupportedError,
    told,
)
from twincard.flows.events import BytesEvent, Listener, counting
from twincard.flows.files.mail_files import MailFileError
from twincard.flows.files.regular import Version
from twincard.flows.files.replacement import ChangedMeanwhileError, Replacement
from twincard.flows.recover.inspection import Inspected, inspect, refused_kind
from twincard.flows.recover.journal import Journal
from twincard.flows.recover.line import Line, Replacements
from twincard.flows.recover.mailbox import move_mailbox, refuse_re_encryption, settled
from twincard.flows.recover.names import CardNames
from twincard.flows.recover.outcomes import (
    FoundKind,
    RecoveredFile,
    RecoverEvent,
    RecoverOutcome,
    RecoverySummary,
)
from twincard.flows.recover.plan import PlannedFile, RecoveryPlan
from twincard.flows.recover.rewriting import Rewriter
from twincard.ground.file_metadata import MetadataLoss
from twincard.ground.language import _, plural

_AT_CARDS = 4
"""Files at the cards for each old card, beside the one that is being read or written."""
_TO_DISK = 8
"""Files on their way to the disk, which can take longer than a card."""
_SETTLED = {
    FoundKind.FINISHED: RecoverOutcome.ALREADY_MOVED,
    FoundKind.NOT_ENCRYPTED: RecoverOutcome.NOT_ENCRYPTED,
    FoundKind.UNUSABLE: RecoverOutcome.UNUSABLE,
    FoundKind.MALFORMED: RecoverOutcome.FAILED,
    FoundKind.MISSING: RecoverOutcome.FAILED,
    FoundKind.LINK: RecoverOutcome.LINK,
    FoundKind.SPECIAL: RecoverOutcome.SPECIAL,
    FoundKind.UNREADABLE: RecoverOutcome.UNREADABLE,
}


@dataclass(frozen=True)
class _AtCards:
    """A file whose recipient infos are at the cards; or one with a `result`."""

    planned: PlannedFile
    result: RecoveredFile | None = None
    inspected: Inspected | None = None
    replacements: Future[Replacements] | None = None

    @property
    def path(self) -> Path:
        return self.planned.file.path


@dataclass(frozen=True)
class _ToDisk:
    """A new version on its way to the disk; or a file with a `result`, or that waits for it."""

    planned: PlannedFile
    result: RecoveredFile | None = None
    links: int = 1
    replacement: Replacement | None = None
    synced: Future[None] | None = None


class Mover:
    """Moves the files of one plan."""

    def __init__(
        self,
        line: Line,
        plan: RecoveryPlan,
        old: CardNames,
        journal: Journal,
        rewriter: Rewriter,
        on_event: Listener[BytesEvent | RecoverEvent],
        card_ids: tuple[bytes, ...],
    ) -> None:
        self._line = line
        self._plan = plan
        self._old = old
        self._journal = journal
        self._rewriter = rewriter
        self._on_event = on_event
        self._card_ids = card_ids
        self._counts: Counter[RecoverOutcome] = Counter()
        self._at_cards: deque[_AtCards] = deque()
        self._to_disk: deque[_ToDisk] = deque()

    def run(self) -> RecoverySummary:
        """Move everything."""
        with ThreadPoolExecutor(_TO_DISK, "disk") as self._disk:
            try:
                for planned in self._plan.files():
                    self._at_cards.append(self._begun(planned))
                    self._proceed(_AT_CARDS * self._line.width, _TO_DISK)
                self._proceed(0, 0)
            finally:
                for waiting in self._to_disk:
                    _drop(waiting)
        return RecoverySummary(dict(self._counts))

    def _proceed(self, at_cards: int, to_disk: int) -> None:
        """Go on until no more than so many files are at the cards, and on their way to the disk."""
        while len(self._at_cards) > at_cards:
            self._to_disk.append(self._written(self._at_cards.popleft()))
            self._finish_down_to(to_disk)
        self._finish_down_to(to_disk)

    def _finish_down_to(self, number: int) -> None:
        while len(self._to_disk) > number:
            self._told(self._finished(self._to_disk.popleft()))

    def _begun(self, planned: PlannedFile, *, again: bool = False) -> _AtCards:
        """Read the recipient infos again, because time has passed since the plan was made."""
        path, kind = planned.file.path, planned.file.kind
        if kind in _SETTLED:
            return _AtCards(planned, RecoveredFile(path, _SETTLED[kind], planned.file.reason))
        if planned.follows and not again:
            return _AtCards(planned)
        try:
            inspected = inspect(path, self._old)
        except MailFileError:
            return _AtCards(planned, self._mailbox(path))
        except (FilesError, OSError) as error:
            return _AtCards(planned, _refused(path, error))
        try:
            replacements = self._line.replacements(inspected.recipients)
        except (FilesError, OSError) as error:
            return _AtCards(planned, _refused(path, error))
        return _AtCards(planned, None, inspected, replacements)

    def _mailbox(self, path: Path) -> RecoveredFile:
        """Move a mailbox, which needs the cards for each message in turn."""
        try:
            if not self._rewriter.takes_mailboxes:
                raise refuse_re_encryption()
            moved = move_mailbox(path, self._line, self._old)
        except UnsupportedError as error:
            return RecoveredFile(path, RecoverOutcome.UNUSABLE, told(error))
        except (FilesError, OSError) as error:
            return RecoveredFile(path, RecoverOutcome.FAILED, told(error))
        if moved.version is not None:
            self._journal.add(moved.path, moved.version, renamed=True)
        return moved.file

    def _written(self, file: _AtCards) -> _ToDisk:
        """Write the new version, if there is to be one, and have it brought to the disk."""
        if file.inspected is None or file.replacements is None:
            return _ToDisk(file.planned, file.result)
        path, inspected = file.path, file.inspected
        try:
            replacements = file.replacements.result()
            if not replacements:
                self._journal.add(path, inspected.version, renamed=False)
                return _ToDisk(file.planned, RecoveredFile(path, RecoverOutcome.ALREADY_MOVED))
            progress = counting(self._on_event, path, self._card_ids)
            replacement = self._rewriter(path, inspected, replacements, progress)
        except (FilesError, OSError) as error:
            return _ToDisk(file.planned, self._failed(path, inspected, error))
        synced = self._disk.submit(replacement.sync)
        return _ToDisk(file.planned, None, inspected.links, replacement, synced)

    def _finished(self, file: _ToDisk) -> RecoveredFile:
        """Put the new version in the place of the old one."""
        path = file.planned.file.path
        if file.result is not None:
            return file.result
        if file.replacement is None or file.synced is None:
            return self._follower(file.planned)
        try:
            file.synced.result()
            file.replacement.replace()
            others = self._relinked(file, file.replacement)
            for name in (settled(path), *others):
                self._journal.add(name, file.replacement.now(), renamed=True)
            note = _note(file.links - 1 - len(others), file.replacement.loss)
        except (FilesError, OSError) as error:
            return RecoveredFile(path, RecoverOutcome.FAILED, told(error))
        finally:
            file.replacement.close()
        return RecoveredFile(path, RecoverOutcome.MOVED, note=note)

    def _follower(self, planned: PlannedFile) -> RecoveredFile:
        """Another name of a file that came before: it was moved with that, or is not the same."""
        if self._plan.was_moved(planned.at):
            return RecoveredFile(planned.file.path, RecoverOutcome.MOVED)
        return self._finished(self._written(self._begun(planned, again=True)))

    def _relinked(self, file: _ToDisk, replacement: Replacement) -> list[Path]:
        """Give the new version the other names of the old one that were found; which it has now."""
        done: list[Path] = []
        if file.links > 1:
            for at, name in self._plan.links(file.planned.file.path, replacement.version):
                with contextlib.suppress(FilesError):  # it is tried again when its turn comes
                    if replacement.replace_link(name):
                        self._plan.mark_moved(at)
                        done.append(name)
        return done

    def _failed(
        self, path: Path, inspected: Inspected, error: FilesError | OSError
    ) -> RecoveredFile:
        if isinstance(error, NotForThisKeyError):
            if not self._old.are_in(inspected.encoded):
                return RecoveredFile(path, RecoverOutcome.NOT_FOR_THIS_KEY)
            reason = _("The file names the old card as a recipient, but does not open with it.")
            return RecoveredFile(path, RecoverOutcome.UNUSABLE, reason)
        unusable = isinstance(error, UnsupportedError | AlteredError)
        if unusable and not _is_still(path, inspected.version):
            error, unusable = ChangedMeanwhileError(), False  # what was read is of two versions
        outcome = RecoverOutcome.UNUSABLE if unusable else RecoverOutcome.FAILED
        return RecoveredFile(path, outcome, told(error))

    def _told(self, file: RecoveredFile) -> None:
        self._counts[file.outcome] += 1
        self._on_event(RecoverEvent(self._card_ids, file))


def _refused(path: Path, error: FilesError | OSError) -> RecoveredFile:
    """For a file of which `inspect` raised this."""
    outcome = _SETTLED[refused_kind(error)]
    reason = None if outcome is RecoverOutcome.NOT_ENCRYPTED else told(error)
    return RecoveredFile(path, outcome, reason)


def _note(left: int, loss: MetadataLoss) -> str | None:
    """What was not done for a file that was moved; `left` names of it have the old version."""
    notes = []
    if left > 0:
        told = plural(
            "{count} other name of this file (a hard link) was not among the paths given, and "
            "still has the old version.",
            "{count} other names of this file (hard links) were not among the paths given, and "
            "still have the old version.",
            left,
        )
        notes.append(told.format(count=left))
    if loss:
        notes.append(str(loss))
    return " ".join(notes) or None


def _is_still(path: Path, version: Version) -> bool:
    try:
        return Version.of(path.stat()) == version
    except OSError:
        return False


def _drop(file: _ToDisk) -> None:
    if file.replacement is not None:
        if file.synced is not None:
            futures.wait([file.synced])
        file.replacement.close()
