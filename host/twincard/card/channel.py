"""One command at a time to the applet, status words as exceptions."""

from __future__ import annotations

from dataclasses import replace

from twincard.card.status import Sw, error_for
from twincard.transport.apdu import EXTENDED_ANSWER, SHORT_ANSWER, Command
from twincard.transport.base import Connection
from twincard.transport.stages import Link, Response

ISO = 0x00
OWN = 0x80


class Channel:
    """What the parts of a card session send their commands through."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._link = Link(connection)

    def use_extended_length(self, usable: bool) -> None:
        """Long commands go in one extended APDU from now on, or chained."""
        self._link.extended = usable

    def exchange(self, command: Command) -> Response:
        """Send the command; the answer with whatever status word."""
        return self._link.exchange(command)

    def send(self, command: Command, action: str) -> bytes:
        """Send the command and return the answer's data.

        Raises the CardError of the status word, which says that the card did not do `action`
        (in the infinitive).
        """
        if self._link.extended and command.answer == SHORT_ANSWER and not command.fits_short:
            command = replace(command, answer=EXTENDED_ANSWER)
        response = self.exchange(command)
        if response.sw != Sw.DONE:
            raise error_for(response.sw, action)
        return response.data
