"""Mailboxes in a recovery: every encrypted part moves, and the file is replaced whole or stays.

An mbox file is rewritten under its lock. A message of a Maildir keeps its flags.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from twincard.cms.errors import FilesError, NotForThisKeyError, UnsupportedError, told
from twincard.cms.framing.message import MessageReader
from twincard.cms.framing.source import Readable, Writable
from twincard.cms.recipients.infos import RecipientInfo
from twincard.cms.recipients.reading import Recipients
from twincard.cms.transcoding import replace_chosen
from twincard.flows.files.regular import Version, open_regular
from twincard.flows.files.replacement import Replacement
from twincard.flows.files.safely import failing_alone
from twincard.flows.recover.line import Line
from twincard.flows.recover.names import CardNames
from twincard.flows.recover.outcomes import FoundKind, RecoveredFile, RecoverOutcome
from twincard.ground.language import _, plural
from twincard.mail.locks import locked
from twincard.mail.maildir import in_maildir, settle_name
from twincard.mail.mbox import is_mbox
from twincard.mail.rewriting import PartResult, read_messages, rewrite_messages

_Replace = Callable[[RecipientInfo], RecipientInfo]
_HEAD_BYTES = 1 << 12
_MOST_REASONS = 3


@dataclass(frozen=True)
class LookedAt:
    """What a mailbox is, without a card, and which version of the file it was.

    `for_old`: how many of its messages, or encrypted parts, name the old card.
    """

    kind: FoundKind
    version: Version
    for_old: int


@dataclass(frozen=True)
class MovedMailbox:
    """What became of a mailbox; `path` and `version` are what it is called and is now."""

    file: RecoveredFile
    path: Path
    version: Version | None


def look_at_mailbox(path: Path, old: CardNames, new: CardNames) -> LookedAt:
    """Which keys its messages are encrypted to. Raises FilesError, OSError."""
    kinds: Counter[FoundKind] = Counter()

    def look(source: Readable) -> None:
        encoded = MessageReader(source).opening().recipient_infos
        if old.are_in(encoded):
            kinds[FoundKind.FOR_OLD] += 1
        elif new.are_in(encoded):
            kinds[FoundKind.FOR_NEW] += 1
        else:
            kinds[FoundKind.FOR_OTHERS] += 1

    def note(result: PartResult) -> None:
        if result.error is not None:
            kinds[FoundKind.MALFORMED] += 1

    with failing_alone(), open_regular(path) as file:
        version = Version.of(os.fstat(file.fileno()))
        read_messages(file, look, note)
    order = (FoundKind.FOR_OLD, FoundKind.MALFORMED, FoundKind.FOR_NEW, FoundKind.FOR_OTHERS)
    kind = next((one for one in order if one in kinds), FoundKind.NOT_ENCRYPTED)
    return LookedAt(kind, version, kinds[FoundKind.FOR_OLD])


def move_mailbox(path: Path, line: Line, old: CardNames) -> MovedMailbox:
    """Move what the old card opens in a mailbox, message by message.

    Raises FilesError if nothing could be done; OSError, and what the cards raise.
    """
    moving = _Moving(line, old)
    with _opened(path) as file:
        replacement = Replacement(path.resolve(), file)
        try:
            moving.rewrite_all(file, replacement)
            version = replacement.version
            if moving.moved:
                replacement.sync()
                if os.name == "nt":  # where no open file can be replaced
                    file.close()
                replacement.replace()
                version = replacement.now()
            return _result(path, moving, replacement, version)
        finally:
            replacement.close()


def refuse_re_encryption() -> UnsupportedError:
    """For a mailbox, with --re-encrypt."""
    return UnsupportedError(
        _(
            "Mailboxes are moved, but not encrypted anew. Run the command for them without "
            "--re-encrypt."
        )
    )


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """The file, with its lock if it is an mbox file."""
    with open_regular(path) as file:
        box = is_mbox(file.read(_HEAD_BYTES))
        file.seek(0)
        if not box:
            yield file
            return
    # The other descriptor is closed by now: closing one ends the lock.
    with locked(path) as file:
        yield file


@dataclass
class _Moving:
    """Moves one part after the other, and counts."""

    line: Line
    old: CardNames
    moved: int = 0
    already: int = 0
    others: int = 0
    reasons: list[str] = field(default_factory=list)
    failed: int = 0
    failure: BaseException | None = None
    """What a card raised, which ends everything."""

    def rewrite_all(self, file: BinaryIO, replacement: Replacement) -> None:
        """Write the new version of the whole file."""
        try:
            with failing_alone(), replacement as sink:
                rewrite_messages(file, sink, self._rewrite, self._note)
        except Exception:
            if self.failure is not None:
                raise self.failure from None
            raise

    def _rewrite(self, source: Readable, sink: Writable) -> bool:
        """See Rewrite."""
        try:
            replace_chosen(source, sink, self._choose)
        except _StaysError:
            return False
        self.moved += 1
        return True

    def _note(self, result: PartResult) -> None:
        """One part was done, or could not be moved."""
        if result.error is None:
            return
        self.failed += 1
        if len(self.reasons) < _MOST_REASONS:
            self.reasons.append(
                _("Message {number}: {sentence}").format(
                    number=result.message, sentence=told(result.error)
                )
            )

    def _choose(self, recipients: Recipients) -> _Replace:
        try:
            replacements = self.line.replacements(recipients).result()
        except NotForThisKeyError:
            if any(True for _one in recipients.mentioning(self.old.names)):
                raise UnsupportedError(
                    _("It names the old card as a recipient, but does not open with it.")
                ) from None
            self.others += 1
            raise _StaysError from None
        except FilesError:
            raise
        except BaseException as error:
            self.failure = error
            raise
        if not replacements:
            self.already += 1
            raise _StaysError
        return lambda recipient: replacements.get(recipient, recipient)


class _StaysError(Exception):
    """A part is not to be changed."""


def _result(
    path: Path, moving: _Moving, replacement: Replacement, version: Version
) -> MovedMailbox:
    notes = []
    now = path
    if moving.moved:
        told_moved = plural("{count} message moved.", "{count} messages moved.", moving.moved)
        notes.append(str(told_moved.format(count=moving.moved)))
        if replacement.loss:
            notes.append(str(replacement.loss))
        now = settled(path)
    note = " ".join(notes) or None
    if moving.failed:
        reasons = " ".join(map(str, (*moving.reasons, *notes)))
        return MovedMailbox(RecoveredFile(path, RecoverOutcome.UNUSABLE, reasons), now, None)
    if moving.moved:
        return MovedMailbox(RecoveredFile(path, RecoverOutcome.MOVED, note=note), now, version)
    if moving.already:
        return MovedMailbox(RecoveredFile(path, RecoverOutcome.ALREADY_MOVED), now, version)
    left = RecoverOutcome.NOT_FOR_THIS_KEY if moving.others else RecoverOutcome.NOT_ENCRYPTED
    return MovedMailbox(RecoveredFile(path, left), now, None)


def settled(path: Path) -> Path:
    """The path of a message of a Maildir, whose name has the new size; any other path as it is."""
    if not in_maildir(path):
        return path
    # With the old size in its name a server reads it all the same, and mends the name.
    with contextlib.suppress(OSError):
        return settle_name(path)
    return path
