"""Sessions of cards that know each other: the host brings the other card's certificate.

What tests do in base mode they do in host-blind mode as well by these sessions: a ticket is drawn
in that mode, and each card meets the other one before it hands over or takes a key.
"""

from __future__ import annotations

from twincard.card.duplication import Duplication, ExportedKey, Receipt, Ticket
from twincard.card.report import Mode
from twincard.card.report_parsing import parse_report
from twincard.card.session import Card
from twincard.iso.channel import Channel
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.ins import Ins
from twincard.transport.connection import Connection

Certificates = dict[bytes, bytes]
"""By card id."""


class Unintroduced(Card):
    """A session in base mode."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.duplication = _InBaseMode(self._channel)


class _InBaseMode(Duplication):
    def ticket(
        self, original_id: bytes, mode: Mode = Mode.BASE, *, void_delivered: bool = False
    ) -> Ticket:
        """See Duplication."""
        return super().ticket(original_id, mode, void_delivered=void_delivered)


class Introduced(Card):
    """A session in host-blind mode; the certificates may become more while it lasts."""

    def __init__(self, connection: Connection, known: Certificates) -> None:
        super().__init__(connection)
        self.duplication = _Introducing(self._channel, known)


class _Introducing(Duplication):
    def __init__(self, channel: Channel, known: Certificates) -> None:
        super().__init__(channel)
        self._known = known

    def ticket(
        self, original_id: bytes, mode: Mode = Mode.HOST_BLIND, *, void_delivered: bool = False
    ) -> Ticket:
        """See Duplication."""
        return super().ticket(original_id, mode, void_delivered=void_delivered)

    def export_key(self, ticket: Ticket) -> ExportedKey:
        """See Duplication."""
        self._introduce(ticket.backup_id)
        return super().export_key(ticket)

    def import_key(self, key: ExportedKey) -> Receipt:
        """See Duplication."""
        command = Command.of(Ins.GET_DATA, 0x00, 0xE0, answer=SHORT_ANSWER)
        import_ = parse_report(self._channel.exchange(command).data).import_
        if import_ is not None and import_.original_id is not None:
            self._introduce(import_.original_id)
        return super().import_key(key)

    def _introduce(self, card_id: bytes) -> None:
        """Where that is refused, the command that needed it tells why."""
        if card_id in self._known:
            self._channel.exchange(
                Command.of(Ins.PERFORM_SECURITY_OPERATION, 0x00, 0xBE, self._known[card_id])
            )
