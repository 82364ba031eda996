"""Command APDUs (ISO 7816-4, 5.1)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

from twincard.iso.ins import Ins

SHORT_DATA = 255
SHORT_ANSWER = 256
EXTENDED_ANSWER = 65536
_CHAINING = 0x10


@dataclass(frozen=True)
class Command:
    """One command. `answer` is the number of bytes wanted back at most (Ne); 0 wants none."""

    cla: int
    ins: int
    p1: int = 0
    p2: int = 0
    # Left out of the repr: it may be a PIN or a component.
    data: bytes = field(default=b"", repr=False)
    answer: int = 0

    @classmethod
    def of(cls, ins: Ins, p1: int = 0, p2: int = 0, data: bytes = b"", answer: int = 0) -> Self:
        """A command of the card interface."""
        return cls(ins.cla, ins.code, p1, p2, data, answer)

    @property
    def fits_short(self) -> bool:
        """Whether Lc fits in one byte."""
        return len(self.data) <= SHORT_DATA

    def with_answer(self, answer: int) -> Self:
        """The same command, wanting another number of bytes back."""
        return replace(self, answer=answer)

    def short(self) -> bytes:
        """Encoded with lengths of one byte; an `answer` of 256 or more asks for 256."""
        lc = bytes([len(self.data)]) + self.data if self.data else b""
        le = bytes([min(self.answer, SHORT_ANSWER) & 0xFF]) if self.answer else b""
        return self._header() + lc + le

    def extended(self) -> bytes:
        """Encoded with lengths of two bytes after a zero byte."""
        body = b""
        if self.data:
            body += b"\x00" + len(self.data).to_bytes(2, "big") + self.data
        if self.answer:
            body += b"" if self.data else b"\x00"
            body += (min(self.answer, EXTENDED_ANSWER) & 0xFFFF).to_bytes(2, "big")
        return self._header() + body

    def chain(self) -> list[Self]:
        """The command in parts of at most 255 bytes (ISO 7816-4, 5.3.3)."""
        pieces = [
            self.data[start : start + SHORT_DATA] for start in range(0, len(self.data), SHORT_DATA)
        ] or [b""]
        links = [
            replace(self, cla=self.cla | _CHAINING, data=piece, answer=0) for piece in pieces[:-1]
        ]
        return [*links, replace(self, data=pieces[-1])]

    def _header(self) -> bytes:
        return bytes([self.cla, self.ins, self.p1, self.p2])
