"""Which files earlier runs finished, so that a repeated run need not ask the cards again.

One line a file: a hash of its path, of which version of the file it is, and of the keys of both
cards. It holds no secret, and no name of a file. A file that was replaced or changed since, even by
a copy with the old time of modification, is another version, and counts as not finished.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from twincard.flows.files.regular import Version
from twincard.flows.files.replacement import sync_folders

_HASH_BYTES = 16
_LINE = re.compile(rb"[0-9a-f]{32}\n")
_BATCH = 64


class Journal:
    """The journal of one pair of keys.

    Where the system does not tell when a file last changed (Windows), nothing counts as finished.
    """

    def __init__(self, path: Path | None, old_key_id: bytes, new_key_id: bytes) -> None:
        """Reads what is in the file, if it can be read; None: nothing is kept."""
        self._path = path if os.name != "nt" else None
        self._keys = old_key_id + new_key_id
        self._finished = _Finished(self._path)
        self._new: list[bytes] = []
        self._folders: set[Path] = set()

    def is_finished(self, path: Path, version: Version) -> bool:
        """Whether this version of a file is finished."""
        return self._path is not None and self._hash(path, version) in self._finished

    def add(self, path: Path, version: Version, *, renamed: bool) -> None:
        """A file is finished. `renamed`: its name is not safely on the disk yet."""
        if renamed:
            self._folders.add(path.parent)
        self._new.append(self._hash(path, version))
        if len(self._new) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write names and the journal to the disk."""
        sync_folders(self._folders)
        self._folders.clear()
        lines, self._new = b"".join(one.hex().encode() + b"\n" for one in self._new), []
        if self._path is None or not lines:
            return
        # Without a journal the cards are asked again, no more.
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "ab", buffering=0) as file:
                file.write(lines)

    @contextmanager
    def flushing(self) -> Iterator[None]:
        """`flush` at the end of the block, however it ends."""
        try:
            yield
        finally:
            self.flush()

    def close(self) -> None:
        """Release what was read."""
        self._finished.close()

    def _hash(self, path: Path, version: Version) -> bytes:
        # Not the device: its number may change when the system starts again.
        numbers = (version.inode, version.size, version.mtime_ns, version.ctime_ns)
        digest = hashlib.sha256(self._keys)
        digest.update(",".join(map(str, numbers)).encode() + b"\0")
        digest.update(os.fsencode(path.absolute()))
        return digest.digest()[:_HASH_BYTES]


class _Finished:
    """The hashes in a journal, in a temporary database: memory does not grow with their number."""

    def __init__(self, path: Path | None) -> None:
        self._hashes = sqlite3.connect("", isolation_level=None)
        self._hashes.execute("PRAGMA journal_mode = OFF")
        self._hashes.execute("CREATE TABLE finished (hash BLOB PRIMARY KEY) WITHOUT ROWID")
        if path is not None:
            with contextlib.suppress(OSError), path.open("rb") as file:
                self._hashes.execute("BEGIN")
                self._hashes.executemany("INSERT OR IGNORE INTO finished VALUES (?)", _read(file))
                self._hashes.execute("COMMIT")

    def __contains__(self, digest: bytes) -> bool:
        found = self._hashes.execute("SELECT 1 FROM finished WHERE hash = ?", (digest,))
        return found.fetchone() is not None

    def close(self) -> None:
        self._hashes.close()


def _read(lines: Iterable[bytes]) -> Iterator[tuple[bytes]]:
    """One row for each whole line; a killed run may have torn one."""
    for line in lines:
        if _LINE.fullmatch(line):
            yield (bytes.fromhex(line[:-1].decode()),)
