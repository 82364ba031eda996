"""Writes every byte, also to streams that may take only a part of what they are given.

A raw stream may do that: a pipe with a slow reader, a disk that is nearly full, a non-blocking
descriptor. `PYTHONUNBUFFERED` makes one of standard output.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Protocol


class _Stream(Protocol):
    def write(self, piece: bytes | memoryview, /) -> object: ...


def write_whole(stream: _Stream, piece: bytes | bytearray | memoryview) -> None:
    """Write all of it, waiting where the stream would block. Raises OSError."""
    left = memoryview(piece).cast("B")
    while left:
        try:
            written = stream.write(left)
        except BlockingIOError as error:
            written = error.characters_written
        if written is None and not isinstance(stream, io.RawIOBase):
            return  # a writer of somebody else's, which does not count
        if written is None or written == 0:
            _wait(stream)
        elif isinstance(written, int):
            left = left[written:]
        else:
            return


class WholeSink:
    """A sink that writes all to a stream."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream

    def write(self, piece: bytes | memoryview, /) -> None:
        """Write all of it. Raises OSError."""
        write_whole(self._stream, piece)


def whole_text(stream: io.TextIOWrapper) -> io.TextIOWrapper | None:
    """A text stream to the same file that writes every character or raises OSError.

    None for what is no file, such as a console of Windows or a stream in memory.
    """
    buffer = stream.buffer
    raw = getattr(buffer, "raw", buffer)
    if not isinstance(raw, io.FileIO):
        return None
    stream.flush()
    unbuffered = buffer is raw
    return io.TextIOWrapper(
        # TextIOWrapper takes a raw stream too; typeshed does not know that.
        _WholeRaw(raw) if unbuffered else io.BufferedWriter(_WholeRaw(raw)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=unbuffered,
    )


class _WholeRaw(io.RawIOBase):
    """A raw stream whose `write` writes all; closing it leaves the file open."""

    def __init__(self, raw: io.FileIO) -> None:
        self._raw = raw

    def write(self, piece: object, /) -> int:
        """Write all of it, and return how much that is."""
        view = memoryview(piece)  # type: ignore[arg-type]  # typeshed has its own name for buffers
        write_whole(self._raw, view)
        return view.nbytes

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def isatty(self) -> bool:
        return self._raw.isatty()

    @property
    def name(self) -> object:
        return self._raw.name

    @property
    def mode(self) -> str:
        return self._raw.mode


def _wait(stream: object) -> None:
    """Wait until the stream may take more. Raises OSError where that cannot be known."""
    if sys.platform != "win32" and isinstance(stream, io.IOBase) and _has_descriptor(stream):
        import select

        poll = select.poll()
        poll.register(stream.fileno(), select.POLLOUT)
        poll.poll()
    else:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def _has_descriptor(stream: io.IOBase) -> bool:
    try:
        stream.fileno()
    except OSError:
        return False
    return True
