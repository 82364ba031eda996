"""Creates several files with secrets that belong together: all of them, or none.

If the process is killed in between, those that it wrote are removed by the next one that writes
files to the folder in this way. A record in the folder says which they are, by the SHA-256 of their
content: a file that somebody has put in the place of one of them stays. The record shows nothing of
secrets that are as random as a key.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from twincard.ground.private_file import write_private
from twincard.ground.unfinished import PRIVATE_MODE

_RECORD = ".twincard-new-files"
_MOST_RECORD_BYTES = 1 << 20


class FilesInUseError(Exception):
    """Another process is writing such files to the folder."""


class Together:
    """The files of a folder that belong together."""

    def __init__(self, folder: Path, record: BinaryIO) -> None:
        self._folder = folder
        self._record = record

    def write(self, files: Mapping[str, bytes]) -> None:
        """Make a private file of each name with its content.

        Raises FileExistsError when a name is taken, OSError; then no file is left.
        """
        known = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        self._record.write(json.dumps(known).encode("ascii"))
        self._record.flush()
        os.fsync(self._record.fileno())
        try:
            for name, content in files.items():
                write_private(self._folder / name, content)
        except BaseException:
            _undo(self._folder, known)
            raise


@contextmanager
def files_together(folder: Path) -> Iterator[Together]:
    """Undo what a killed process did, and write files. The folder is made if it is missing.

    Raises FilesInUseError, OSError.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / _RECORD
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, PRIVATE_MODE), "r+b") as record:
        _lock(record)
        with suppress(ValueError):  # killed while it wrote the record, before any file
            _undo(folder, json.loads(record.read(_MOST_RECORD_BYTES) or b"{}"))
        record.seek(0)
        record.truncate()
        try:
            yield Together(folder, record)
        finally:
            if os.name == "nt":
                record.close()  # Windows removes no open file; elsewhere it is locked until then
            path.unlink(missing_ok=True)


def _lock(record: BinaryIO) -> None:
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(record, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise FilesInUseError from None
    except OSError:  # the file system has no locks
        return


def _undo(folder: Path, files: Mapping[str, str]) -> None:
    for name, digest in files.items():
        path = folder / Path(name).name
        with suppress(OSError):
            if hashlib.sha256(path.read_bytes()).hexdigest() == digest:
                path.unlink()
