"""Files with secrets: new ones only, that nobody but their owner may read."""

from __future__ import annotations

import os
from pathlib import Path

_HAS_FOLDERS = hasattr(os, "O_DIRECTORY")


def write_private(path: Path, content: bytes) -> None:
    """Make a file of mode 0600 with this content, whole or not at all.

    It is on the disk when this returns: a card may be given next what nobody else knows.
    Raises FileExistsError when the name is taken, OSError.
    """
    file = open(path, "xb", opener=_private)  # noqa: SIM115
    try:
        with file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(path.parent)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(path: Path) -> None:
    """The name is on the disk too, on systems where a folder can be asked for that."""
    if not _HAS_FOLDERS:
        return
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
