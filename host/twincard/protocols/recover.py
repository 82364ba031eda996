"""Recover: every file of a lost original moves to a new one, by means of the backup (S301-S326).

Only recipient infos are rewritten: one TRANSCODE on the old card and one CHECK on the new card a
file, whatever its size; the key to a file is seen by no host.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from twincard.card.session import Card
from twincard.files.errors import FilesError, NotCmsError, NotForThisKeyError
from twincard.files.output import FileOutput
from twincard.files.recipients import OpenableRecipient, Recipient, RecipientInfo, is_named
from twincard.files.transcoding import read_recipients, transcode
from twincard.protocols.errors import ProtocolError
from twincard.protocols.files import open_source
from twincard.protocols.opener import CardChecker, CardTranscoder, PinProvider

_UNFINISHED = ".twincard-*.part"


class Outcome(Enum):
    """What became of a file."""

    MOVED = "moved to the new card"
    ALREADY_MOVED = "is for the new card already"
    NOT_FOR_THIS_KEY = "is encrypted to other keys"
    NOT_ENCRYPTED = "is not an encrypted file"
    FAILED = "could not be moved"


@dataclass(frozen=True)
class FileEvent:
    """One file is done; `reason` says in a sentence why it failed."""

    path: Path
    outcome: Outcome
    reason: str | None = None


def recover(
    old: Card,
    new: Card,
    paths: Iterable[Path],
    *,
    old_pin: PinProvider | None = None,
    new_pin: PinProvider | None = None,
    progress: Callable[[Path, int], None] | None = None,
) -> Iterator[FileEvent]:
    """Move every file in `paths` (folders with all below them) that `old` can open to `new`.

    `old` is the backup, or an original that still works. Each file is replaced when the new card
    has confirmed that it opens it, and not before; so after an interruption the same call goes on.
    A file that fails is reported and the others go on. `progress` is told the bytes done of a file.
    Without PIN providers the PINs must be verified. Raises ProtocolError when the new card has no
    key of its own, CardError (a blocked PIN, for instance), TransportError.
    """
    checker = CardChecker(new, new_pin)
    transcoder = CardTranscoder(old, Recipient.of(new.usage.public_key()), old_pin)
    if checker.key_id == transcoder.key_id:
        raise ProtocolError("Both cards hold the same key; there is nothing to recover.")
    moving = _Moving(transcoder, checker)
    for path in find_files(paths):
        count = None if progress is None else _counter(progress, path)
        yield _move(path, moving, count)


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files named, and in folders every ordinary file, in order; links are not followed."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for found in sorted(path.rglob("*")):
            if found.is_file() and not found.is_symlink() and not found.match(_UNFINISHED):
                yield found


class _Moving:
    """A Transcoder that lets the new card confirm each recipient info."""

    def __init__(self, transcoder: CardTranscoder, checker: CardChecker) -> None:
        self.old = transcoder
        self.new = checker
        self.kind = transcoder.kind
        self.key_id = transcoder.key_id

    def transcode(self, recipient: OpenableRecipient, /) -> OpenableRecipient:
        """See Transcoder."""
        transcoded = self.old.transcode_with_check(recipient)
        if self.new.check(transcoded.recipient) != transcoded.check:
            raise FilesError("The new card does not open the file as the old one does.")
        return transcoded.recipient


def _move(path: Path, moving: _Moving, progress: Callable[[int], None] | None) -> FileEvent:
    try:
        if any(is_named(recipient, moving.new) for recipient in _recipients(path)):
            return FileEvent(path, Outcome.ALREADY_MOVED)
        _rewrite(path, moving, progress)
    except NotForThisKeyError:
        return FileEvent(path, Outcome.NOT_FOR_THIS_KEY)
    except NotCmsError:
        return FileEvent(path, Outcome.NOT_ENCRYPTED)
    except FilesError as error:
        return FileEvent(path, Outcome.FAILED, str(error))
    except OSError as error:
        return FileEvent(path, Outcome.FAILED, f"{path}: {error.strerror or error}.")
    return FileEvent(path, Outcome.MOVED)


def _recipients(path: Path) -> tuple[RecipientInfo, ...]:
    with open_source(path) as stream:
        return read_recipients(stream)


def _rewrite(path: Path, moving: _Moving, progress: Callable[[int], None] | None) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    # The input is closed before it is replaced: Windows wants it so.
    with FileOutput(path, overwrite=True, mode=mode) as sink, open_source(path) as stream:
        transcode(stream, sink, moving, progress=progress)


def _counter(progress: Callable[[Path, int], None], path: Path) -> Callable[[int], None]:
    return lambda done: progress(path, done)
