"""Turns commands into the APDUs that carry them, and the answers back into one."""

from __future__ import annotations

from dataclasses import dataclass, field

from twincard.ground.language import _
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.ins import Ins
from twincard.iso.status import Sw
from twincard.transport.connection import Connection, TransportError

_SW1_MORE = Sw.MORE_DATA >> 8
_SW1_WRONG_LE = 0x6C
# More than any answer of the applet: a card that never ends its answer is stopped here.
_MOST_PIECES = 64


@dataclass(frozen=True)
class Response:
    """The whole answer to a command: its data, pieces joined, and the last status word."""

    data: bytes = field(repr=False)
    sw: int


class Link:
    """Carries commands of any length over a connection."""

    def __init__(self, connection: Connection, *, extended: bool = False) -> None:
        """With `extended`, long commands go in one extended APDU; else they are chained."""
        self.connection = connection
        self.extended = extended

    def exchange(self, command: Command) -> Response:
        """Send the command and gather its answer.

        A chain stops at the first part not answered with 9000; that answer is returned.
        """
        if self.extended and not command.fits_short:
            return self._complete(command, *self.connection.transmit(command.extended()))
        links = command.chain()
        for link in links[:-1]:
            data, sw = self.connection.transmit(link.short())
            if sw != Sw.DONE:
                return Response(data, sw)
        return self._complete(command, *self._transmit_short(links[-1]))

    def _transmit_short(self, command: Command) -> tuple[bytes, int]:
        data, sw = self.connection.transmit(command.short())
        if sw >> 8 == _SW1_WRONG_LE:
            # T=0 (ISO 7816-3, 10.3.2): the card gives the available length.
            right = command.with_answer(sw & 0xFF or SHORT_ANSWER)
            return self.connection.transmit(right.short())
        return data, sw

    def _complete(self, command: Command, data: bytes, sw: int) -> Response:
        pieces = [data]
        while sw >> 8 == _SW1_MORE:
            if len(pieces) > _MOST_PIECES:
                raise TransportError(_("The card's answer does not end."))
            more = Command.of(Ins.GET_RESPONSE, answer=sw & 0xFF or SHORT_ANSWER)
            piece, sw = self._transmit_short(more)
            pieces.append(piece)
        return Response(b"".join(pieces), sw)
