"""Reads big-endian numbers and bytes off one component of a CAP file."""

from __future__ import annotations


class CutShortError(Exception):
    """The component ends before what it says that it holds, or after it."""


class ComponentReader:
    """The rest of a component, taken from the front."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self._content) - self._at

    @property
    def is_at_end(self) -> bool:
        """Whether all was taken."""
        return not self.left

    def take(self, size: int) -> bytes:
        """The next bytes; raises CutShortError."""
        if size > self.left:
            raise CutShortError
        self._at += size
        return self._content[self._at - size : self._at]

    def number(self, size: int) -> int:
        """An unsigned number of so many bytes; raises CutShortError."""
        return int.from_bytes(self.take(size), "big")

    def end(self) -> None:
        """Raises CutShortError when something is left."""
        if not self.is_at_end:
            raise CutShortError
