"""A binary stream read in large pieces; what is consumed can be passed on unchanged."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol

from twincard.cms.errors import AlteredError, SourceError
from twincard.ground.language import _
from twincard.ground.system_words import reason

READ_BYTES = 1 << 20

Progress = Callable[[int], None]
"""Called now and then with the number of bytes of the source that are done."""


class Readable(Protocol):
    """Where bytes come from: a binary file, a pipe, anything that reads."""

    def read(self, size: int, /) -> bytes | None:
        """At most ``size`` bytes; empty at the end."""


class Writable(Protocol):
    """Where bytes go: a binary file, or an output of this package."""

    def write(self, piece: bytes | memoryview, /) -> object:
        """Writes all of it."""


def read_some(stream: Readable, size: int) -> bytes:
    """At most ``size`` bytes; empty at the end. Raises SourceError."""
    try:
        piece = stream.read(size)
    except OSError as error:
        raise SourceError(
            _("Cannot read the file: {reason}.").format(reason=reason(error))
        ) from error
    if piece is None:
        # Not the end: a non-blocking stream without data at the moment.
        raise SourceError(_("Cannot read the file: its stream is non-blocking."))
    return piece


def offset_of(stream: Readable) -> int | None:
    """Where a stream stands that can be read again from there; None for a pipe, for instance."""
    try:
        return stream.tell() if stream.seekable() else None  # type: ignore[attr-defined]
    except (AttributeError, OSError):
        return None


class Source:
    """Reads a stream of any kind, also one that gives fewer bytes than asked, as pipes do."""

    def __init__(
        self, stream: Readable, progress: Progress | None = None, *, position: int = 0
    ) -> None:
        """``position``: how many bytes of the whole were consumed before."""
        self._stream = stream
        self._progress = progress
        self._buffer = memoryview(b"")
        self._at = 0
        self._base = position
        self._copy: Writable | None = None
        self._copied = 0

    @property
    def position(self) -> int:
        """Bytes consumed so far."""
        return self._base + self._at

    def peek(self, count: int) -> bytes:
        """The next bytes without consuming them; fewer only where the stream ends."""
        self._fill(count)
        return bytes(self._buffer[self._at : self._at + count])

    def take(self, count: int) -> bytes:
        """Exactly so many bytes. Raises AlteredError where the stream ends before."""
        piece = self.peek(count)
        if len(piece) < count:
            raise AlteredError()
        self._at += count
        return piece

    def some(self, limit: int) -> memoryview:
        """At least one byte and at most ``limit``, without copying. Raises AlteredError."""
        self._fill(1)
        piece = self._buffer[self._at : self._at + limit]
        if not piece:
            raise AlteredError()
        self._at += len(piece)
        return piece

    def run(self, header: bytes, length: int, limit: int) -> memoryview:
        """The contents of several elements of one length, each behind the same header.

        Of those that are in memory already, as many as follow each other before the position
        ``limit``; perhaps none. Writers of many short chunks are common.
        """
        stride = len(header) + length
        end = min(len(self._buffer), self._at + max(0, limit - self.position))
        count = (end - self._at) // stride
        region = self._buffer[self._at : self._at + count * stride]
        for place, value in enumerate(header):
            column = bytes(region[place::stride])
            count = min(count, len(column) - len(column.lstrip(bytes((value,)))))
        starts = range(len(header), count * stride, stride)
        self._at += count * stride
        return memoryview(b"".join([region[start : start + length] for start in starts]))

    def skip(self, count: int) -> None:
        """Passes over so many bytes, without reading them where the stream allows that.

        A stream that ends before is noticed by whatever reads next.
        """
        kept = min(count, len(self._buffer) - self._at)
        self._at += kept
        left = count - kept
        if left and self._copy is None and offset_of(self._stream) is not None:
            self._stream.seek(left, os.SEEK_CUR)  # type: ignore[attr-defined]
            self._base += left
        elif left:
            while left:
                left -= len(self.some(left))

    def again(self, stream: Readable, position: int) -> Source:
        """Another source for a stream with the same bytes, which stands at this position."""
        return Source(stream, self._progress, position=position)

    def at_end(self) -> bool:
        """Whether the stream has no more bytes."""
        return not self.peek(1)

    def copy_to(self, sink: Writable) -> None:
        """From here on, all bytes consumed also go to the sink unchanged."""
        self._copy = sink
        self._copied = self._at

    def finish(self) -> None:
        """Passes on the remaining bytes, and reports progress for the last time."""
        self._pass_on()
        if self._progress is not None:
            self._progress(self.position)

    def _fill(self, count: int) -> None:
        while len(self._buffer) - self._at < count:
            piece = read_some(self._stream, READ_BYTES)
            if not piece:
                return
            self.finish()
            rest = self._buffer[self._at :]
            self._base += self._at
            self._at = self._copied = 0
            self._buffer = memoryview(bytes(rest) + piece if rest else piece)

    def _pass_on(self) -> None:
        if self._copy is not None and self._copied < self._at:
            self._copy.write(self._buffer[self._copied : self._at])
            self._copied = self._at
