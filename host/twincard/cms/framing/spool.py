"""Bytes that are held back: in memory up to a size, beyond it encrypted in a temporary file.

The key is in memory only, so the disk never holds plaintext; and what was changed on the disk is
noticed when it is read.
"""

from __future__ import annotations

import errno
import os
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from twincard.ground.whole_writes import write_whole

_CHUNK_BYTES = 1 << 20
_TAG_BYTES = 16
_KEY_BITS = 256
_NONCE = struct.Struct(">4xQ")
_MEMORY_CHUNKS = 8


class Spool:
    """Takes bytes, and gives them back in order."""

    def __init__(self, folder: Path | None = None, *, memory_chunks: int = _MEMORY_CHUNKS) -> None:
        """`folder` is for the temporary file; `memory_chunks` of 1 MiB stay in memory."""
        self._folder = folder
        self._limit = memory_chunks
        self._in_memory: list[bytearray] = []
        self._last = bytearray()
        self._file: BinaryIO | None = None
        self._cipher: AESGCM | None = None
        self._in_file = 0

    def write(self, piece: bytes | memoryview, /) -> None:
        """Keep all of it. Raises OSError."""
        left = memoryview(piece)
        while left:
            room = _CHUNK_BYTES - len(self._last)
            self._last += left[:room]
            left = left[room:]
            if len(self._last) == _CHUNK_BYTES:
                self._put_away()

    def pieces(self) -> Iterator[bytes | bytearray]:
        """All that was written. Raises OSError."""
        yield from self._in_memory
        if self._file is not None and self._cipher is not None:
            self._file.seek(0)
            for number in range(self._in_file):
                encrypted = self._file.read(_CHUNK_BYTES + _TAG_BYTES)
                try:
                    yield self._cipher.decrypt(_NONCE.pack(number), encrypted, None)
                except InvalidTag:
                    raise OSError(errno.EIO, os.strerror(errno.EIO)) from None
        yield self._last

    def clear(self) -> None:
        """Forget it all; what is written from now on takes its place."""
        for chunk in (*self._in_memory, self._last):
            chunk[:] = bytes(len(chunk))
        self._in_memory.clear()
        self._last = bytearray()
        if self._file is not None:
            self._file.close()
            self._file = self._cipher = None
            self._in_file = 0

    def _put_away(self) -> None:
        if len(self._in_memory) < self._limit:
            self._in_memory.append(self._last)
            self._last = bytearray()
            return
        if self._file is None or self._cipher is None:
            # mypy knows only the portable type of what this gives.
            file = tempfile.TemporaryFile(buffering=0, dir=self._folder)  # noqa: SIM115
            self._file = cast(BinaryIO, file)
            self._cipher = AESGCM(AESGCM.generate_key(_KEY_BITS))
        encrypted = self._cipher.encrypt(_NONCE.pack(self._in_file), self._last, None)
        write_whole(self._file, encrypted)
        self._in_file += 1
        self._last[:] = b""
