"""Reads the bytes of a mail from front to end: lines, and bodies up to a delimiter of MIME.

A body is searched for delimiters (RFC 2046, 5.1.1) as a block, so that large attachments are read
fast and in constant memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from twincard.cms.framing.source import READ_BYTES, Readable, read_some

_MAX_DELIMITER_LINE = 1000
"""A line of a mail has at most 1,000 bytes with its end (RFC 5322, 2.1.1)."""


@dataclass(frozen=True, slots=True)
class Delimiter:
    """The line that ended a body: the place of its boundary in the list, and whether it closes."""

    index: int
    closes: bool


class Scanner:
    """Reads a stream; `position` counts the bytes consumed."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self._base = 0
        self._ended = False
        self.delimiter: Delimiter | None = None
        """What ended the body that `body` read last; None at the end of the stream."""
        self.body_end = 0
        """Where that body ended; the line end before a delimiter belongs to the delimiter."""

    @property
    def position(self) -> int:
        """Bytes consumed so far."""
        return self._base + self._at

    def line(self, limit: int) -> bytes:
        """The next line with its end, but at most `limit` bytes of it; empty at the end."""
        length = self._line_length(self._at, limit)
        line = self._buffer[self._at : self._at + length]
        self._at += length
        return line

    def peek_line(self, limit: int) -> bytes:
        """The same without consuming it."""
        length = self._line_length(self._at, limit)
        return self._buffer[self._at : self._at + length]

    def peek(self, count: int) -> bytes:
        """So many of the next bytes, or all that are left, without consuming them."""
        while len(self._buffer) - self._at < count and not self._ended:
            self._more()
        return self._buffer[self._at : self._at + count]

    def body(self, boundaries: Sequence[bytes]) -> Iterator[bytes]:
        """What follows up to a line that delimits with one of the boundaries, or to the end."""
        if self.take_delimiter(boundaries):
            return
        pattern, held_back = _searched(tuple(boundaries))
        while True:
            match = pattern.search(self._buffer, self._at) if boundaries else None
            if match is None:
                end = len(self._buffer) - (0 if self._ended else held_back)
                yield from self._piece(max(self._at, end))
                if self._ended:
                    self.body_end = self.position
                    return
                self._more()
                continue
            ahead = match.start() - self._at
            line = self._delimiter(match.start() + 1, boundaries)
            found = self._at + ahead
            if line is None:
                yield from self._piece(found + len(b"\n--"))
                continue
            before = found - 1 if self._buffer[max(self._at, found - 1) : found] == b"\r" else found
            yield from self._piece(before)
            self.body_end = self.position
            self.delimiter, length = line
            self._at = found + 1 + length
            return

    def take_delimiter(self, boundaries: Sequence[bytes]) -> bool:
        """Consume a delimiter, if one is next; `delimiter` and `body_end` tell of it."""
        self.delimiter = None
        self.body_end = self.position
        found = self._delimiter(self._at, boundaries)
        if found is None:
            return False
        self.delimiter, length = found
        self._at += length
        return True

    def _piece(self, end: int) -> Iterator[bytes]:
        if end > self._at:
            piece = self._buffer[self._at : end]
            self._at = end
            yield piece

    def _delimiter(self, at: int, boundaries: Sequence[bytes]) -> tuple[Delimiter, int] | None:
        """The delimiter in the line that begins there, and the length of the line."""
        if not boundaries:
            return None
        ahead = at - self._at
        length = self._line_length(at, _MAX_DELIMITER_LINE)
        at = self._at + ahead
        line = self._buffer[at : at + length]
        if not line.startswith(b"--"):
            return None
        text = line[2:].rstrip(b" \t\r\n")
        for index in reversed(range(len(boundaries))):
            if text == boundaries[index]:
                return Delimiter(index, closes=False), length
            if text == boundaries[index] + b"--":
                return Delimiter(index, closes=True), length
        return None

    def _line_length(self, at: int, limit: int) -> int:
        ahead = at - self._at
        searched = 0
        while True:
            at = self._at + ahead
            end = self._buffer.find(b"\n", at + searched, at + limit)
            if end >= 0:
                return end + 1 - at
            there = len(self._buffer) - at
            if there >= limit:
                return limit
            if self._ended:
                return there
            searched = there
            self._more()

    def _more(self) -> None:
        piece = read_some(self._stream, READ_BYTES)
        if not piece:
            self._ended = True
            return
        self._buffer = self._buffer[self._at :] + piece
        self._base += self._at
        self._at = 0


@lru_cache(maxsize=64)
def _searched(boundaries: tuple[bytes, ...]) -> tuple[re.Pattern[bytes], int]:
    """A pattern for the beginnings of lines that delimit, and how long one can be."""
    names = b"|".join(map(re.escape, boundaries))
    longest = max(map(len, boundaries), default=0)
    return re.compile(b"\n--(?:" + names + b")"), (len(b"\r\n--") + longest if boundaries else 0)
