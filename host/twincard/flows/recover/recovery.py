"""Recover: every file of a lost original moves to a new one, with the help of the backup.

Only recipient infos are rewritten: one TRANSCODE on the old card and one CHECK on the new card, or
for an archive file one KEEP, for each that opens, usually one per file, whatever its size; no host
sees the key to a file.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from os import PathLike
from pathlib import Path
from typing import ClassVar

from twincard.card.session import Card
from twincard.cms.errors import (
    FilesError,
    NotCmsError,
    NotForThisKeyError,
    RecipientRejectedError,
    told,
)
from twincard.cms.framing.output import FileOutput
from twincard.cms.recipients.infos import ArchiveRecipient, Recipient, RecipientInfo, is_named
from twincard.cms.recipients.opening import open_all
from twincard.cms.transcoding import read_recipients, replace_recipients
from twincard.flows.errors import ProtocolError
from twincard.flows.events import BytesEvent, FlowEvent, Listener, counting, ignore
from twincard.flows.files.archive import CardArchive
from twincard.flows.files.encrypt import open_source
from twincard.flows.files.opener import CardChecker, CardRecipient, CardTranscoder, PinProvider
from twincard.flows.usable import check_released
from twincard.ground.language import N_, _
from twincard.ground.path_arguments import as_paths

_UNFINISHED = ".twincard-*.part"


class RecoverOutcome(Enum):
    """The result for a file."""

    MOVED = N_("moved to the new card")
    ALREADY_MOVED = N_("is already encrypted to the new card")
    NOT_FOR_THIS_KEY = N_("is encrypted to other keys")
    NOT_ENCRYPTED = N_("is not an encrypted file")
    FAILED = N_("could not be moved")


@dataclass(frozen=True)
class RecoveredFile:
    """One file is done; `reason` says in a sentence why it failed."""

    path: Path
    outcome: RecoverOutcome
    reason: str | None = None


@dataclass(frozen=True)
class RecoverEvent(FlowEvent):
    """One file is done, with whatever result."""

    name: ClassVar[str] = "recover.file"
    file: RecoveredFile


def recover_files(
    old: Card,
    new: Card,
    paths: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    old_pin: PinProvider | None = None,
    new_pin: PinProvider | None = None,
    on_event: Listener[BytesEvent | RecoverEvent] = ignore,
) -> tuple[RecoveredFile, ...]:
    """Move every file in `paths` (folders with all below them) that `old` can open to `new`.

    `old` is the backup, or an original that still works. Each file is replaced when the new card
    has confirmed that it opens it, and not before; so after an interruption the same call goes on.
    A file that fails is reported and the others go on. `on_event` hears of the bytes done of a
    file, which fails if the listener raises then, and what became of it as soon as it is done;
    when all are done they are returned. Without PIN providers the PINs must be
    verified. Raises ProtocolError when the new card has no key of its own or is not released,
    CardError (a blocked PIN, for instance), TransportError, and what a PIN provider raises.
    """
    checker = CardChecker(new, new_pin)
    check_released(new.kept_report())
    transcoder = CardTranscoder(old, Recipient.of(new.usage.public_key()), old_pin)
    if checker.key_id == transcoder.key_id:
        raise ProtocolError(_("Both cards have the same key: there is nothing to recover."))
    moving = _Moving(transcoder, checker, CardArchive(new, new_pin))
    cards = transcoder.card_id, checker.card_id
    files = []
    for path in find_files(as_paths(paths)):
        file = _move(path, moving, counting(on_event, path, cards))
        on_event(RecoverEvent(cards, file))
        files.append(file)
    return tuple(files)


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, and in folders every ordinary file, in order; links are not followed."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for found in sorted(path.rglob("*")):
            if found.is_file() and not found.is_symlink() and not found.match(_UNFINISHED):
                yield found


@dataclass(frozen=True)
class _Moving:
    """The two cards."""

    old: CardTranscoder
    new: CardChecker
    archive: CardArchive
    """That of the new card."""

    def replacements(
        self, recipients: Sequence[RecipientInfo]
    ) -> Mapping[RecipientInfo, RecipientInfo]:
        """The new recipient info for each that the old card opens; none if the new card has all.

        Raises FilesError when there is none to move.
        """
        known = self._checks(recipients)
        if known and not any(is_named(recipient, self.old) for recipient in recipients):
            return {}
        try:
            moved = open_all(recipients, self.old, self.old.transcode_with_check)
        except FilesError:
            if known:
                return {}
            raise
        # Anybody can add a recipient info for the new card: it must be for the same key.
        if {one.result.check for one in moved} <= known:
            return {}
        return {one.recipient: self._confirmed(one.recipient, one.result) for one in moved}

    def _checks(self, recipients: Sequence[RecipientInfo]) -> frozenset[bytes]:
        """The check values of the recipient infos for the new card that open."""
        named = [recipient for recipient in recipients if is_named(recipient, self.new)]
        try:
            return frozenset(one.result for one in open_all(named, self.new, self.new.check))
        except FilesError:
            return frozenset()

    def _confirmed(self, old: RecipientInfo, made: CardRecipient) -> RecipientInfo:
        """What takes the place of the old one, after the new card has opened it.

        An archive file stays one: the new card wraps its key for its own archive key.
        """
        new: RecipientInfo = made.recipient
        try:
            if isinstance(old, ArchiveRecipient):
                new, check = self.archive.keep_with_check(made.recipient)
            else:
                check = self.new.check(made.recipient)
        except RecipientRejectedError:
            check = b""
        if check != made.check:
            raise FilesError(
                _("The new card does not open the file to the same key as the old card.")
            )
        return new


def _move(path: Path, moving: _Moving, progress: Callable[[int], None]) -> RecoveredFile:
    try:
        with failing_alone():
            recipients = _recipients(path)
        replacements = moving.replacements(recipients)
        if not replacements:
            return RecoveredFile(path, RecoverOutcome.ALREADY_MOVED)
        with failing_alone():
            _rewrite(path, replacements, progress)
    except NotForThisKeyError:
        return RecoveredFile(path, RecoverOutcome.NOT_FOR_THIS_KEY)
    except NotCmsError:
        return RecoveredFile(path, RecoverOutcome.NOT_ENCRYPTED)
    except (FilesError, OSError) as error:
        return RecoveredFile(path, RecoverOutcome.FAILED, told(error))
    return RecoveredFile(path, RecoverOutcome.MOVED)


@contextmanager
def failing_alone() -> Iterator[None]:
    """Turn any error of a hostile file into a FilesError. No card is used inside."""
    try:
        yield
    except (FilesError, OSError):
        raise
    except Exception as error:
        name = type(error).__name__
        raise FilesError(
            _("The file could not be processed ({name}).").format(name=name)
        ) from error


def _recipients(path: Path) -> tuple[RecipientInfo, ...]:
    with open_source(path) as stream:
        return read_recipients(stream)


def _rewrite(
    path: Path,
    replacements: Mapping[RecipientInfo, RecipientInfo],
    progress: Callable[[int], None],
) -> None:
    left = set(replacements)

    def replace(recipient: RecipientInfo) -> RecipientInfo:
        left.discard(recipient)
        return replacements.get(recipient, recipient)

    mode = stat.S_IMODE(path.stat().st_mode)
    # The input is closed before it is replaced: Windows requires that.
    with FileOutput(path, overwrite=True, mode=mode) as sink, open_source(path) as stream:
        replace_recipients(stream, sink, replace, progress=progress)
        if left:
            raise FilesError(_("The file was changed while it was being moved."))
