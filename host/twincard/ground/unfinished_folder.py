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
    remove_unfinished,
    sync_folder,
    try_lock,
)


class UnfinishedFolder:
    """A hidden folder of mode 0700, `path`, beside the one that it is to become.

    A living process holds a lock on it; the next one that writes there removes what has none.
    """

    def __init__(self, parent: Path) -> None:
        """Raises OSError."""
        remove_unfinished(parent)
        self._parent = parent
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, suffix=SUFFIX, dir=parent))
            self._lock = _open_folder(self.path)
            # Another process may have removed it before it was locked.
            if self._lock is None or (try_lock(self._lock) and self.path.exists()):
                return
            os.close(self._lock)

    def publish(self, content: Path, path: Path) -> None:
        """Give a folder in it, or itself, a name beside it, which must be free.

        Raises FileExistsError, OSError.
        """
        if path.exists() or path.is_symlink():  # a rename would replace an empty folder
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        mode = stat.S_IMODE(content.stat().st_mode)
        content.chmod(stat.S_IRWXU)  # its parent changes, and that is a change of the folder
        content.rename(path)
        path.chmod(mode)
        sync_folder(self._parent)

    def discard(self) -> None:
        """Remove what has no name of its own by now."""
        remove_tree(self.path)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def remove_tree(path: Path) -> None:
    """Remove a folder with all in it, read-only folders too, as far as possible."""
    with suppress(OSError):
        for folder, _folders, _files in os.walk(path):
            with suppress(OSError):
                os.chmod(folder, stat.S_IRWXU)  # noqa: PTH101
    shutil.rmtree(path, ignore_errors=True)


def _open_folder(path: Path) -> int | None:
    if not hasattr(os, "O_DIRECTORY"):
        return None
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY)
