"""Messages of a Maildir: files whose names hold flags, and in some servers their size."""

from __future__ import annotations

import re
from pathlib import Path

_FOLDERS = ("cur", "new", "tmp")
# Before the flags: Dovecot, and others that keep quotas.
_SIZE = re.compile(r",S=\d+")
_VIRTUAL_SIZE = re.compile(r",W=\d+")
_FLAGS = re.compile(r"[:;!]2,[^/]*$")
_PIECE_BYTES = 1 << 20


def in_maildir(path: Path) -> bool:
    """Whether a file is a message of a Maildir."""
    folder = path.parent
    return folder.name in ("cur", "new") and all(
        (folder.parent / name).is_dir() for name in _FOLDERS
    )


def settle_name(path: Path) -> Path:
    """Give a message the name that its size asks for, if its name holds its size; its path.

    Its flags stay. Raises OSError; FileExistsError if there is a message of that name.
    """
    found = _FLAGS.search(path.name)
    unique, flags = (path.name, "") if found is None else (path.name[: found.start()], found[0])
    if not _SIZE.search(unique) and not _VIRTUAL_SIZE.search(unique):
        return path
    size, line_feeds = _measured(path)
    unique = _SIZE.sub(f",S={size}", unique)
    unique = _VIRTUAL_SIZE.sub(f",W={size + line_feeds}", unique)
    settled = path.with_name(unique + flags)
    if settled != path:
        if settled.exists():
            raise FileExistsError(settled)
        path.rename(settled)
    return settled


def _measured(path: Path) -> tuple[int, int]:
    """The size of a file, and how many of its lines end with LF alone."""
    size = line_feeds = 0
    last = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            size += len(piece)
            line_feeds += piece.count(b"\n") - piece.count(b"\r\n")
            line_feeds -= last == b"\r" and piece.startswith(b"\n")
            last = piece[-1:]
    return size, line_feeds
