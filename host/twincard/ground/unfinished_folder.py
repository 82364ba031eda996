"""A new folder that is private and hidden, and that gets its name only when it is complete."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from twincard.ground.unfinished import (
    PREFIX,
    SUFFIX,
    by_descriptor,
    remove_unfinished,
    sync_folder,
    try_lock,
)

_CONTENT = "unfinished"


class UnfinishedFolder:
    """A folder to fill, `path`, inside of a hidden one of mode 0700 where it is to appear.

    A living process holds a lock on the hidden one; the next process that writes there removes what
    has none. On Linux `path` leads through its descriptor: whoever may rename it in a shared folder
    cannot put a link to somewhere else in its place.
    """

    def __init__(self, parent: Path) -> None:
        """Raises OSError."""
        remove_unfinished(parent)
        self._parent = parent
        while True:
            self._hidden = Path(tempfile.mkdtemp(prefix=PREFIX, suffix=SUFFIX, dir=parent))
            try:
                self._lock = _open_folder(self._hidden)
            except OSError:
                if self._hidden.is_dir() and not self._hidden.is_symlink():
                    raise
                continue  # another process removed it before it was locked
            if self._lock is None:
                self._top = self._hidden
                break
            try_lock(self._lock)
            self._top = by_descriptor(self._lock) or self._hidden
            if _is_there(self._hidden, self._lock) and is_left_behind(self._top):
                break
            os.close(self._lock)
        self.path = self._top / _CONTENT
        self.path.mkdir(mode=stat.S_IRWXU)

    def clear(self) -> None:
        """Remove all that is in it."""
        _empty(self.path)

    def publish(self, content: Path, path: Path) -> None:
        """Give a folder in it, or itself, a name beside it, which must be free.

        Its mode and its times stay. Raises FileExistsError, OSError.
        """
        if path.exists() or path.is_symlink():  # a rename would replace an empty folder
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        status = content.stat()
        descriptor = _open_folder(content)
        try:
            # Its parent changes, and that is a change of the folder.
            content.chmod(stat.S_IRWXU)
            content.rename(path)
            # By descriptor: in a shared folder the name may belong to another folder by now.
            published = path if descriptor is None else descriptor
            os.chmod(published, stat.S_IMODE(status.st_mode))  # noqa: PTH101
            os.utime(published, ns=(status.st_atime_ns, status.st_mtime_ns))
        finally:
            if descriptor is not None:
                os.close(descriptor)
        sync_folder(self._parent)

    def discard(self) -> None:
        """Remove what has no name of its own by now."""
        _empty(self._top)
        with suppress(OSError):
            self._hidden.rmdir()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def is_left_behind(hidden: Path) -> bool:
    """Whether a hidden folder can only be of an UnfinishedFolder: nothing else may be removed.

    In a shared folder somebody else can give its name to any folder, but puts nothing into it.
    """
    mode = stat.S_IMODE(hidden.stat().st_mode)
    return mode == stat.S_IRWXU and set(os.listdir(hidden)) <= {_CONTENT}  # noqa: PTH208


def remove_left_behind(name: Path, descriptor: int) -> None:
    """Remove a hidden folder, which is open as this descriptor, if a killed process left it.

    Raises OSError.
    """
    hidden = by_descriptor(descriptor) or name
    if is_left_behind(hidden):
        _empty(hidden)
        name.rmdir()


def _empty(path: Path) -> None:
    """Remove all in a folder, read-only folders too, as far as possible."""
    with suppress(OSError):
        for folder, _folders, _files in os.walk(path):
            with suppress(OSError):
                os.chmod(folder, stat.S_IRWXU)  # noqa: PTH101
    with suppress(OSError):
        for one in list(path.iterdir()):
            if one.is_dir() and not one.is_symlink():
                shutil.rmtree(one, ignore_errors=True)
            else:
                with suppress(OSError):
                    one.unlink()


def _is_there(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _open_folder(path: Path) -> int | None:
    if not hasattr(os, "O_DIRECTORY"):
        return None
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | getattr(os, "O_NOFOLLOW", 0))
