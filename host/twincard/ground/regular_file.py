"""Opens files that a user names for reading, and refuses what is no file.

Opening a pipe would wait for somebody who writes to it, reading a device might never end.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO


class NotRegularError(OSError):
    """It is a pipe, a socket or a device."""


def open_regular(path: Path) -> BinaryIO:
    """The file, opened for reading. Raises NotRegularError, OSError."""
    # Otherwise a pipe would keep this waiting. Windows would translate line ends.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except OSError:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise NotRegularError from None  # a socket cannot be opened at all
        raise
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        with path.open("rb") as file:  # raises the error for a folder
            return file
    raise NotRegularError
