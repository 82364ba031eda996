"""The page of the worked trace: prose, and every byte of what is said to cards."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from twincard.transport.connection import Connection

_WIDTH = 100


@dataclass
class Page:
    """The page as it grows: prose, and blocks of traced bytes."""

    lines: list[str] = field(default_factory=list)
    in_block: bool = False

    def say(self, text: str) -> None:
        """A line outside of the traced bytes."""
        if self.in_block:
            self.lines.append("```")
            self.in_block = False
            self.lines.append("")
        self.lines.append(text)
        self.lines.append("")

    def bytes(self, mark: str, data: bytes) -> None:
        """Traced bytes, wrapped."""
        if not self.in_block:
            self.lines.append("```")
            self.in_block = True
        lead = f"{mark} "
        self.lines += textwrap.wrap(
            data.hex().upper(), _WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead)
        )

    def text(self) -> str:
        """The page."""
        self.say("")
        return "\n".join(self.lines).rstrip() + "\n"


@dataclass
class Recorded:
    """A connection that writes each exchange to the page."""

    connection: Connection
    name: str
    page: Page
    heard: bool = True

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """What is said in the block is not written."""
        self.heard = False
        yield
        self.heard = True

    @property
    def atr(self) -> bytes:
        """See Connection."""
        return self.connection.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        data, sw = self.connection.transmit(apdu)
        if self.heard:
            self.page.bytes(f"{self.name}>", apdu)
            self.page.bytes(f"{self.name}<", data + sw.to_bytes(2, "big"))
        return data, sw

    def reset(self) -> None:
        """See Connection."""
        self.connection.reset()

    def close(self) -> None:
        """See Connection."""
        self.connection.close()
