"""Files with secrets: new ones only, that nobody but their owner may read; and how files get names.

On Linux a file has no name before it is whole and on the disk, so that neither a process that is
killed nor a computer that loses its power leaves half of one.
"""

from __future__ import annotations

import os
from pathlib import Path

PRIVATE_MODE = 0o600
_DESCRIPTORS = "/proc/self/fd"


def write_private(path: Path, content: bytes) -> None:
    """Make a file of mode 0600 with this content, whole or not at all.

    It is on the disk when this returns: a card may be given next what nobody else knows.
    Raises FileExistsError when the name is taken, OSError.
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
    """A file that ends with the process unless it is given a name; None where there is none such.

    Its descriptor, to write to; its mode is 0600.
    """
    if not hasattr(os, "O_TMPFILE") or not Path(_DESCRIPTORS).is_dir():
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_WRONLY, PRIVATE_MODE)
    except OSError:  # the file system has none; what else is wrong will be found again
        return None


def give_name(descriptor: int, path: Path) -> None:
    """Give a nameless file its name. Raises FileExistsError when that is taken, OSError."""
    source = f"{_DESCRIPTORS}/{descriptor}"
    # Python follows the link to the file only if given a folder, ignored for such a path.
    os.link(source, path, src_dir_fd=descriptor, follow_symlinks=True)


def sync_folder(path: Path) -> None:
    """The names in it are on the disk too, on systems where a folder can be asked for that."""
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
