"""Files with secrets: new ones only, that nobody but their owner may read."""

from __future__ import annotations

import os
from pathlib import Path


def write_private(path: Path, content: bytes) -> None:
    """Make a file of mode 0600 with this content, whole or not at all.

    Raises FileExistsError when the name is taken, OSError.
    """
    file = open(path, "xb", opener=_private)  # noqa: SIM115
    try:
        with file:
            file.write(content)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
