"""Content that is kept until all of it was read, to be read again and again."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path

from twincard.cms.framing.output import HeldOutput
from twincard.cms.framing.source import Writable
from twincard.cms.framing.spool import Spool
from twincard.ground.language import _


class KeptOutput(HeldOutput):
    """An output that can be read once it is complete: in memory, beyond 8 MiB encrypted on a disk.

    `close` forgets it.
    """

    def __init__(self, *, folder: str | PathLike[str] | None = None) -> None:
        super().__init__(_("a temporary file"))
        self._spool = Spool(None if folder is None else Path(folder))
        self._complete = False
        self.length = 0
        """How many bytes were written."""

    def write(self, piece: bytes | memoryview, /) -> None:
        """See Output."""
        super().write(piece)
        self.length += len(piece)

    def stream(self) -> PieceStream:
        """All that was written, from its beginning. Raises ValueError unless it is complete."""
        if not self._complete:
            raise ValueError("the output is not complete")
        return PieceStream(self._spool.pieces())

    def close(self) -> None:
        """Forget the content."""
        self._spool.clear()
        self._complete = False
        self.length = 0

    def _open(self) -> Writable:
        self.close()
        return self._spool

    def _restart(self) -> None:
        self.close()

    def _publish(self) -> None:
        self._complete = True

    def _discard(self) -> None:
        if not self._complete:
            self._spool.clear()


class PieceStream:
    """Pieces of any size as a stream to read from."""

    def __init__(self, pieces: Iterator[bytes | bytearray]) -> None:
        self._pieces = pieces
        self._piece: bytes = b""
        self._at = 0

    def read(self, size: int, /) -> bytes:
        """At least one byte and at most `size`; empty at the end."""
        while self._at >= len(self._piece):
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            # A copy: the spool may clear its own.
            self._piece, self._at = bytes(piece), 0
        part = self._piece[self._at : self._at + size]
        self._at += len(part)
        return part
