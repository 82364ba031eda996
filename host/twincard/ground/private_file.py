"""Creates new files with secrets, which only their owner may read.

On Linux a file gets its name only when it is complete and on the disk. So neither a killed process
nor a power failure leaves half a file.
"""

from __future__ import annotations

import os
from pathlib import Path

PRIVATE_MODE = 0o600
_DESCRIPTORS = "/proc/self/fd"


def write_private(path: Path, content: bytes) -> None:
    """Make a file of mode 0600 with this content, whole or not at all.

    It is on the disk when this returns: the next step may give the card a key that only this file
    holds. Raises FileExistsError when the name is taken, OSError.
    """
    nameless = open_nameless(path.parent)
    descriptor = _open_named(path) if nameless is None else nameless
    named = nameless is None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
            if nameless is not None:
                give_name(nameless, path)
                named = True
        sync_folder(path.parent)
    except BaseException as error:  # Ctrl-C too
        if named:
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


def open_nameless(folder: Path) -> int | None:
    """A file that vanishes with the process unless it gets a name; None if unsupported.

    Its descriptor, to write to; its mode is 0600.
    """
    if not hasattr(os, "O_TMPFILE") or not Path(_DESCRIPTORS).is_dir():
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_WRONLY, PRIVATE_MODE)
    except OSError:  # not supported by the file system; any other error occurs again later
        return None


def give_name(descriptor: int, path: Path) -> None:
    """Give a nameless file its name. Raises FileExistsError when that is taken, OSError."""
    source = f"{_DESCRIPTORS}/{descriptor}"
    # Python follows the link to the file only if given a folder, ignored for such a path.
    os.link(source, path, src_dir_fd=descriptor, follow_symlinks=True)


def sync_folder(path: Path) -> None:
    """Write the names in the folder to the disk, on systems that allow this for a folder."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _open_named(path: Path) -> int:
    # Python lets no program inherit it. Windows would translate line ends.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, PRIVATE_MODE)
