"""A simulated card with a card manager: blank at first, and `card load` puts the applet on it."""

from __future__ import annotations

from typing import Protocol

from twincard.simulator.manager.commands import Sw
from twincard.simulator.manager.domain import Applets, SecurityDomain
from twincard.transport.connection import Connection

_SELECT_BY_NAME = b"\x00\xa4\x04\x00"


class Carrier(Connection, Applets, Protocol):
    """A simulated card: it runs the applet, and stores the card manager's state."""


class ManagedCard:
    """The connection to the card: the security domain answers, or the applet where it is selected.

    See SecurityDomain for what it takes over; the card in `carrier` is its own.
    """

    def __init__(self, carrier: Carrier, domain: SecurityDomain) -> None:
        self._carrier = carrier
        self.reader: str | None = getattr(carrier, "reader", None)
        self.domain = domain
        if not domain.state.running:
            # An installation or deletion was interrupted.
            carrier.remove()
        self._forget()

    def _forget(self) -> None:
        self.domain.forget()
        self._applet_is_selected = False

    @property
    def atr(self) -> bytes:
        """See Connection."""
        return self._carrier.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        selected = apdu[5 : 5 + apdu[4]] if apdu[:4] == _SELECT_BY_NAME and len(apdu) > 5 else None
        running = self.domain.state.running
        if selected and running.startswith(selected):
            self.domain.forget()
            self._applet_is_selected = True
        elif apdu[:4] == _SELECT_BY_NAME and self._selects_domain(selected):
            if running:
                # As when an applet is deselected: its transient memory is cleared.
                self._carrier.reset()
            self._applet_is_selected = False
        if self._applet_is_selected:
            return self._carrier.transmit(apdu)
        return self._answer(apdu)

    def reset(self) -> None:
        """See Connection."""
        self._carrier.reset()
        self._forget()

    def close(self) -> None:
        """See Connection."""
        self._carrier.close()

    def _selects_domain(self, name: bytes | None) -> bool:
        return not name or self.domain.aid.startswith(name)

    def _answer(self, apdu: bytes) -> tuple[bytes, int]:
        if apdu[:4] != _SELECT_BY_NAME:
            return self.domain.transmit(apdu)
        name = apdu[5 : 5 + apdu[4]] if len(apdu) > 5 else b""
        if not self._selects_domain(name):
            return b"", Sw.NO_FILE
        return self.domain.select(), Sw.DONE
