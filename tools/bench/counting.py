"""A connection that counts its exchanges."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from twincard.transport.connection import Connection


@dataclass(frozen=True)
class Exchange:
    """One APDU: the card, its header (4 bytes), bytes sent and received, seconds."""

    card: str
    header: bytes
    sent: int
    received: int
    seconds: float


@dataclass
class Counted:
    """A Connection that adds every exchange to `exchanges`, which several cards may share."""

    connection: Connection
    card: str
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def atr(self) -> bytes:
        """See Connection."""
        return self.connection.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        start = time.perf_counter()
        data, sw = self.connection.transmit(apdu)
        seconds = time.perf_counter() - start
        self.exchanges.append(Exchange(self.card, apdu[:4], len(apdu), len(data) + 2, seconds))
        return data, sw

    def reset(self) -> None:
        """See Connection."""
        self.connection.reset()

    def close(self) -> None:
        """See Connection."""
        self.connection.close()
