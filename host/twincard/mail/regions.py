"""A region of a file as a stream, and what stands in it as a message of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from twincard.cms.framing.source import Writable

_PIECE_BYTES = 1 << 20
_SPACE = b" \t\r\n"


class Region:
    """Bytes of a file as a stream, whatever else moves the file's position."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._file = file
        self._at = start
        self._end = end

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; empty at the end."""
        self._file.seek(self._at)
        piece = self._file.read(min(size, self._end - self._at))
        self._at += len(piece)
        return piece

    def copy_to(self, sink: Writable) -> None:
        """Write the rest of it."""
        while piece := self.read(_PIECE_BYTES):
            sink.write(piece)


class Enveloped:
    """The body of a part as an S/MIME message with the shortest header.

    So the reader and the writer of such messages see to its base64. `skipped` is how much white
    space was before it, which is left out.
    """

    def __init__(self, body: Iterator[bytes], *, base64: bool, line_end: bytes) -> None:
        lines = [b"Content-Type: application/pkcs7-mime"]
        if base64:
            lines.append(b"Content-Transfer-Encoding: base64")
        self.head = line_end.join(lines) + line_end * 2
        self._piece = self.head
        self._body = body
        self._strips = base64
        self.skipped = 0

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; empty at the end."""
        while not self._piece:
            piece = next(self._body, None)
            if piece is None:
                return b""
            self._piece = piece
            if self._strips:
                self._piece = piece.lstrip(_SPACE)
                self.skipped += len(piece) - len(self._piece)
                self._strips = not self._piece
        part, self._piece = self._piece[:size], self._piece[size:]
        return part


class WithoutHead:
    """Passes on what is written to it, but for so many bytes at the beginning."""

    def __init__(self, sink: Writable, count: int) -> None:
        self._sink = sink
        self._left = count

    def write(self, piece: bytes | memoryview, /) -> None:
        """Writes all of it but those."""
        view = memoryview(piece)
        dropped = min(self._left, len(view))
        self._left -= dropped
        if dropped < len(view):
            self._sink.write(view[dropped:])
