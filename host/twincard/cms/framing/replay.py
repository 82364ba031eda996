"""A stream whose beginning can be read twice."""

from __future__ import annotations

from twincard.cms.framing.source import Readable


class Replay:
    """Keeps what is read of a stream until it is rewound once; from then on it keeps nothing."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._kept: list[bytes] = []
        self._again: list[bytes] | None = None

    def read(self, size: int, /) -> bytes | None:
        """At most so many bytes; empty at the end."""
        if self._again:
            first = self._again.pop(0)
            if len(first) > size:
                self._again.insert(0, first[size:])
            return first[:size]
        piece = self._stream.read(size)
        if self._again is None and piece:
            self._kept.append(piece)
        return piece

    def rewind(self) -> None:
        """The next to be read is the beginning."""
        self._again, self._kept = self._kept, []
