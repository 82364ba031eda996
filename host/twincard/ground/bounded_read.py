"""Reads files given by a user, up to a limit, whatever they are."""

from __future__ import annotations

from pathlib import Path


def read_bounded(path: Path, most: int) -> bytes | None:
    """The content of a file; None where it has more than `most` bytes. Raises OSError."""
    with path.open("rb") as file:
        content = file.read(most + 1)
    return content if len(content) <= most else None
