"""Opens regular files only: opening a pipe could wait forever, opening a device could act."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from twincard.cms.errors import FilesError, SourceError
from twincard.ground.language import _
from twincard.ground.system_words import reason

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a pipe may have taken the file's place
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)
_ABSENT = (errno.ENOENT, errno.ENOTDIR)


class NotRegularFileError(SourceError):
    """A pipe, a socket, a device or a folder."""


@dataclass(frozen=True)
class Version:
    """Which file this is, and of when: after a change or a replacement it differs."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> Version:
        """What the system says of a file."""
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def same_content(self, other: Version) -> bool:
        """The same but for the time of the last change, which new names of a file change too."""
        return self._content() == other._content()

    def _content(self) -> tuple[int, ...]:
        return self.device, self.inode, self.size, self.mtime_ns


def open_regular(path: Path) -> BinaryIO:
    """A file, unbuffered. Raises NotRegularFileError, other SourceErrors."""
    try:
        _check(path, path.stat().st_mode)
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise refused(path, error) from error
    file = os.fdopen(descriptor, "rb", buffering=0)
    try:
        _check(path, os.fstat(descriptor).st_mode)
    except BaseException:
        file.close()
        raise
    return file


def refused(path: Path, error: OSError | ValueError) -> SourceError:
    """A sentence that names the file."""
    why = reason(error) if isinstance(error, OSError) else str(error)
    return SourceError(_("Cannot read {path}: {reason}.").format(path=path, reason=why))


def is_unreadable(error: FilesError | OSError) -> bool:
    """Whether there is something that cannot be read, or is no regular file."""
    cause = error if isinstance(error, OSError) else error.__cause__
    if isinstance(cause, OSError):
        return cause.errno not in _ABSENT
    return isinstance(error, SourceError)


def _check(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise NotRegularFileError(
            _("{path} is not a regular file, so it was left alone.").format(path=path)
        )
