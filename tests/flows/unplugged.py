"""A reader whose cable is pulled at a chosen exchange."""

from __future__ import annotations

from twincard.transport import CardGoneError
from twincard.transport.connection import Connection


class Cable:
    """What all readers of a terminal hang on: it breaks at the `at`-th exchange (1: the first).

    With `answered` the card still carries that command out, and its answer is lost.
    """

    def __init__(self, at: int, *, answered: bool) -> None:
        self.exchanges = 0
        self._at = at
        self._answered = answered

    def carry(self, connection: Connection, apdu: bytes) -> tuple[bytes, int]:
        """One exchange over the cable."""
        self.exchanges += 1
        if self.exchanges < self._at:
            return connection.transmit(apdu)
        if self.exchanges == self._at and self._answered:
            connection.transmit(apdu)
        raise CardGoneError("The cable was pulled.")


class Unplugged:
    """A connection over a cable."""

    def __init__(self, connection: Connection, cable: Cable) -> None:
        self._connection = connection
        self._cable = cable

    @property
    def atr(self) -> bytes:
        """See Connection."""
        return self._connection.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        return self._cable.carry(self._connection, apdu)

    def reset(self) -> None:
        """See Connection."""
        self._connection.reset()

    def close(self) -> None:
        """See Connection."""
        self._connection.close()
