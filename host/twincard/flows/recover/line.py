"""The cards of a recovery, each at work in a thread of its own, so that none waits for another.

A file goes from one of the old cards to the new card. Only these threads use the cards.
"""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass
from threading import Lock, Thread
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from twincard.cms.errors import FilesError, RecipientRejectedError
from twincard.cms.recipients.infos import (
    ArchiveRecipient,
    KeyHolder,
    OpenableRecipient,
    PublicKeyRecipient,
    RecipientInfo,
    is_named,
)
from twincard.cms.recipients.opening import open_all
from twincard.cms.recipients.reading import Recipients
from twincard.flows.files.opener import CardRecipient
from twincard.ground.language import _

Replacements = Mapping[RecipientInfo, RecipientInfo]
"""The new recipient info for each that an old card opens; empty if the new card has all."""
_T = TypeVar("_T")


class OldHolder(KeyHolder, Protocol):
    """What an old card does: CardTranscoder."""

    def transcode_with_check(self, recipient: OpenableRecipient, /) -> CardRecipient:
        """The recipient info for the new card, and the check of the key in it."""


class NewHolder(KeyHolder, Protocol):
    """What the new card does: CardChecker."""

    def check(self, recipient: OpenableRecipient, /) -> bytes:
        """The check of the key in a recipient info."""


class NewArchive(Protocol):
    """What the new card does for archive files: CardArchive."""

    def wrap(self, key: bytes, /) -> ArchiveRecipient:
        """The recipient info for its archive key."""

    def keep_with_check(self, recipient: PublicKeyRecipient, /) -> tuple[ArchiveRecipient, bytes]:
        """The recipient info for its archive key, and the check of the key in it."""


class _Job(Protocol):
    """Something to do with a card."""

    def __call__(self) -> None:
        """Do it. A FilesError is a result; anything else that this raises ends the card's work."""

    def fail(self, error: BaseException) -> None:
        """The card's work has ended."""


class _Worker:
    """The thread of one card."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._pending = 0
        self._counting = Lock()
        self._stopped = False
        # Sentences and simulated cards depend on the context.
        self._thread = Thread(target=copy_context().run, args=(self._work,), daemon=True)
        self._thread.start()

    @property
    def pending(self) -> int:
        """How much it has not finished yet."""
        return self._pending

    def do(self, job: _Job) -> None:
        """Have it done after what was given before."""
        with self._counting:
            self._pending += 1
        self._jobs.put(job)

    def stop(self) -> None:
        """Let it finish what it is doing, and nothing else."""
        self._stopped = True
        self._jobs.put(None)

    def join(self) -> None:
        """Wait until it has stopped."""
        self._thread.join()

    def _work(self) -> None:
        ended: BaseException | None = None
        while (job := self._jobs.get()) is not None and not self._stopped:
            try:
                # A card that refused a PIN once must not be asked again for the next file.
                if ended is not None:
                    raise ended
                job()
            except BaseException as error:
                ended = error
                job.fail(error)
            with self._counting:
                self._pending -= 1


class Line:
    """One or several old cards with the same key, and a new card."""

    def __init__(self, old: Sequence[OldHolder], new: NewHolder, archive: NewArchive) -> None:
        """`archive` is that of the new card."""
        self._old = tuple(old)
        self._new = new
        self.archive = archive

    def __enter__(self) -> Self:
        """Start the threads."""
        self._old_workers = tuple(_Worker() for _holder in self._old)
        self._new_worker = _Worker()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the threads, each after the operation that its card is carrying out."""
        workers = (*self._old_workers, self._new_worker)
        for worker in workers:
            worker.stop()
        for worker in workers:
            worker.join()

    @property
    def width(self) -> int:
        """How many old cards there are."""
        return len(self._old)

    def replacements(self, recipients: Recipients) -> Future[Replacements]:
        """What to put in the place of which of these recipient infos of one file.

        The future raises FilesError when there is none to replace, and whatever the cards raise.
        """
        file = _File(self, recipients)
        if file.named_new:
            self._new_worker.do(_Step(file.result, file.look))
        else:
            self.to_old(file)
        return file.result

    def by_old(self, action: Callable[[], _T]) -> _T:
        """What an action with the first old card gives, in its thread; waits for it."""
        return _waited(self._old_workers[0], action)

    def by_new(self, action: Callable[[], _T]) -> _T:
        """The same with the new card."""
        return _waited(self._new_worker, action)

    def to_old(self, file: _File) -> None:
        """Give a file to the old card that has least to do."""
        workers = self._old_workers
        at = min(range(len(workers)), key=lambda place: workers[place].pending)
        workers[at].do(_Step(file.result, lambda: file.transcode(self._old[at])))

    def to_new(self, file: _File) -> None:
        """Give a file to the new card."""
        self._new_worker.do(_Step(file.result, file.confirm))

    @property
    def new(self) -> NewHolder:
        """The new card."""
        return self._new


@dataclass(frozen=True)
class _Step(Generic[_T]):
    """An action towards a result."""

    result: Future[_T]
    action: Callable[[], None]

    def __call__(self) -> None:
        """See _Job."""
        try:
            self.action()
        except FilesError as error:
            self.result.set_exception(error)

    def fail(self, error: BaseException) -> None:
        """See _Job."""
        self.result.set_exception(error)


class _File:
    """One file on its way along the line; each step is taken in the thread of its card."""

    def __init__(self, line: Line, recipients: Recipients) -> None:
        self.result: Future[Replacements] = Future()
        names = [name for name in (line.new.key_id, line.new.archive_id) if name is not None]
        mentioned = recipients.mentioning(names)
        self.named_new = [one for one in mentioned if is_named(one, line.new)]
        self._line = line
        self._recipients = recipients
        self._known: dict[RecipientInfo, bytes] = {}
        self._moved: dict[OpenableRecipient, CardRecipient] = {}

    def look(self) -> None:
        """New card: which keys does it get from the file already?"""
        new = self._line.new
        with contextlib.suppress(FilesError):  # they may only name it
            for one in open_all(self.named_new, new, new.check):
                self._known[one.recipient] = one.result
        self._line.to_old(self)

    def transcode(self, old: OldHolder) -> None:
        """An old card: the recipient infos for the new one."""
        others: Recipients | list[RecipientInfo] = self._recipients
        if self._known:
            others = [one for one in self._recipients if one not in self._known]
        try:
            opened = open_all(others, old, old.transcode_with_check)
        except FilesError:
            if not self._known:
                raise
            self.result.set_result({})
            return
        # Anybody can add a recipient info for the new card: it must be for the same key.
        if {one.result.check for one in opened} <= set(self._known.values()):
            self.result.set_result({})
            return
        self._moved = {one.recipient: one.result for one in opened}
        self._line.to_new(self)

    def confirm(self) -> None:
        """New card: it opens each of them, to the same key."""
        new: dict[RecipientInfo, RecipientInfo] = {}
        for old, made in self._moved.items():
            new[old] = self._confirmed(old, made)
        self.result.set_result(new)

    def _confirmed(self, old: RecipientInfo, made: CardRecipient) -> RecipientInfo:
        """What takes the place of the old one, after the new card has opened it.

        An archive file stays one: the new card wraps its key for its own archive key.
        """
        new: RecipientInfo = made.recipient
        try:
            if isinstance(old, ArchiveRecipient):
                new, check = self._line.archive.keep_with_check(made.recipient)
            else:
                check = self._line.new.check(made.recipient)
        except RecipientRejectedError:
            check = b""
        if check != made.check:
            raise FilesError(
                _("The new card does not open the file to the same key as the old card.")
            )
        return new


def _waited(worker: _Worker, action: Callable[[], _T]) -> _T:
    result: Future[_T] = Future()
    worker.do(_Step(result, lambda: result.set_result(action())))
    return result.result()
