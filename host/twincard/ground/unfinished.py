"""New files that are private, and that get their name only when they are whole and on the disk.

On Linux such a file has no name until then, so nothing is left of it if the process is killed.
Where that is not supported, it has a hidden name, and the living process holds a lock on it
(flock). The next process that writes to the folder removes those without a lock. The lock belongs
to the file, not to a process id: it is right between containers too, and on network file systems
that support locks. Where they do not, the file stays, as on Windows.
"""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

PRIVATE_MODE = 0o600
PREFIX = ".twincard-"
SUFFIX = ".part"
UNFINISHED = f"{PREFIX}*{SUFFIX}"
"""The pattern of hidden names."""
_DESCRIPTORS = "/proc/self/fd"
_BUFFER_BYTES = 1 << 20
_EARLY_BYTES = 32 << 20


class _EarlyFile(io.FileIO):
    """A file that begins to reach the disk while it is written, so that fsync has less to wait for.

    Nothing waits for that: posix_fadvise only starts it (Linux; elsewhere it may do nothing).
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "wb")
        self._pending = 0

    def write(self, piece: Buffer, /) -> int:
        """Write as much as the system takes."""
        count = super().write(piece)
        self._pending += count
        if self._pending >= _EARLY_BYTES and sys.platform == "linux":
            with suppress(OSError):
                start = max(0, self.tell() - self._pending)
                os.posix_fadvise(self.fileno(), start, self._pending, os.POSIX_FADV_DONTNEED)
            self._pending = 0
        return count


def _opened(descriptor: int, buffer_bytes: int) -> BinaryIO:
    if buffer_bytes and hasattr(os, "posix_fadvise"):
        return io.BufferedWriter(_EarlyFile(descriptor), buffer_bytes)
    return os.fdopen(descriptor, "wb", buffer_bytes)


class UnfinishedFile:
    """A new file of mode 0600 in a folder, to be written to as `file`.

    `publish` gives it its name; `discard` must be called in any case.
    """

    def __init__(self, folder: Path, *, buffer_bytes: int = _BUFFER_BYTES) -> None:
        """Raises OSError."""
        _clean_once(folder)
        self._folder = folder
        self._hidden: Path | None = None
        descriptor = _open_nameless(folder)
        if descriptor is None:
            descriptor, self._hidden = _open_hidden(folder)
        self.file: BinaryIO = _opened(descriptor, buffer_bytes)

    def publish(self, path: Path, *, replace: bool = False) -> None:
        """Write what is buffered to the disk, and give the file its name in the same folder.

        Raises FileExistsError when the name is taken and not to be replaced, OSError.
        """
        self.file.flush()
        os.fsync(self.file.fileno())
        if self._hidden is None and not replace:
            _link_descriptor(self.file.fileno(), path)
        else:
            self._rename(path, replace=replace)
        try:
            sync_folder(self._folder)
        except BaseException:
            if not replace:
                path.unlink(missing_ok=True)
            raise

    def reopened(self) -> BinaryIO:
        """The file opened to be read, from its beginning. Raises OSError."""
        if self._hidden is not None:
            return self._hidden.open("rb")
        return _name_of(self.file.fileno()).open("rb")

    def hidden_in(self, folder: Path) -> Path:
        """A hidden name for it in a folder of the same file system. Raises OSError.

        Whoever asks removes it; `discard` does not.
        """
        if self._hidden is not None and folder == self._folder:
            name, self._hidden = self._hidden, None
            if os.name == "nt":
                self.file.close()  # Windows renames no open file; elsewhere it holds the lock
            return name
        name = _free_name(folder)
        _link_descriptor(self.file.fileno(), name)
        return name

    def discard(self) -> None:
        """Remove what has no name of its own by now, and close the file."""
        # On a full disk closing fails too; the caller should see the first failure.
        with suppress(OSError):
            self.file.close()
        if self._hidden is not None:
            self._hidden.unlink(missing_ok=True)
            self._hidden = None

    def _rename(self, path: Path, *, replace: bool) -> None:
        if self._hidden is None:
            self._hidden = _free_name(self._folder)
            _link_descriptor(self.file.fileno(), self._hidden)
        elif os.name == "nt":
            self.file.close()  # Windows renames no open file; elsewhere it holds the lock
        if replace:
            self._hidden.replace(path)
        else:
            _rename_to_free_name(self._hidden, path)


def remove_unfinished(folder: Path) -> None:
    """Remove the hidden files that killed processes of this user left in the folder.

    Those of living processes stay. What cannot be looked at or removed stays too.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        names = [
            entry.name
            for entry in entries
            if entry.name.startswith(PREFIX) and entry.name.endswith(SUFFIX)
        ]
        for name in names:
            with suppress(OSError):
                _remove_if_dead(folder / name)


def sync_folder(path: Path) -> None:
    """Write the names in the folder to the disk, on systems that allow this for a folder."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@lru_cache(maxsize=256)
def _clean_once(folder: Path) -> None:
    # A process that writes thousands of files to a folder looks through it once.
    remove_unfinished(folder)


def _remove_if_dead(path: Path) -> None:
    if sys.platform == "win32":
        return  # there is no lock to ask for
    is_folder = stat.S_ISDIR(path.lstat().st_mode)
    access = os.O_RDONLY | os.O_DIRECTORY if is_folder else os.O_RDWR
    descriptor = os.open(path, access | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        if stat.S_IFMT(status.st_mode) not in (stat.S_IFREG, stat.S_IFDIR):
            return
        if status.st_uid != os.geteuid() or not try_lock(descriptor):
            return
        if not os.path.samestat(status, path.lstat()):
            return
        if is_folder:
            from twincard.ground.unfinished_folder import remove_left_behind

            remove_left_behind(path, descriptor)
        else:
            path.unlink()
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    """Lock the file; False where another holds it, or the system or file system has no locks."""
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _open_nameless(folder: Path) -> int | None:
    """A file that vanishes with the process unless it gets a name; None if unsupported."""
    if not hasattr(os, "O_TMPFILE") or not Path(_DESCRIPTORS).is_dir():
        return None
    try:
        descriptor = os.open(folder, os.O_TMPFILE | os.O_WRONLY, PRIVATE_MODE)
    except OSError:  # not supported by the file system; any other error occurs again later
        return None
    try_lock(descriptor)  # for the moment in which it has a hidden name
    return descriptor


def _open_hidden(folder: Path) -> tuple[int, Path]:
    while True:
        descriptor, name = tempfile.mkstemp(prefix=PREFIX, suffix=SUFFIX, dir=folder)
        try_lock(descriptor)
        # Another process may have removed it before it was locked.
        if os.fstat(descriptor).st_nlink:
            return descriptor, Path(name)
        os.close(descriptor)


def _free_name(folder: Path) -> Path:
    return folder / f"{PREFIX}{os.urandom(8).hex()}{SUFFIX}"


def by_descriptor(descriptor: int) -> Path | None:
    """A path to what is open, whatever its name is by now; None where the system has none."""
    name = _name_of(descriptor)
    return name if sys.platform == "linux" and name.exists() else None


def _name_of(descriptor: int) -> Path:
    return Path(f"{_DESCRIPTORS}/{descriptor}")


def _link_descriptor(descriptor: int, path: Path) -> None:
    # Python follows the link to the file only if given a folder, ignored for such a path.
    os.link(_name_of(descriptor), path, src_dir_fd=descriptor, follow_symlinks=True)


def _rename_to_free_name(hidden: Path, path: Path) -> None:
    # A hard link, unlike a rename, never replaces a file that appeared meanwhile.
    try:
        os.link(hidden, path)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError) as error:  # some file systems have no hard links
        if path.exists() or path.is_symlink():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        hidden.rename(path)
