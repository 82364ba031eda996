"""The duplication commands: what an original and a backup say to each other through the host."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from twincard.card import tlv
from twincard.card.channel import ISO, OWN, Channel
from twincard.card.report import ID_BYTES, NONCE_BYTES, UsedSlot, parse_used_slots
from twincard.card.status import UnexpectedAnswerError
from twincard.transport.apdu import SHORT_ANSWER, Command

_MAC_BYTES = 16
_TICKET_BYTES = 3 + 2 * ID_BYTES + NONCE_BYTES


class ReceiptKind(IntEnum):
    """What a receipt says about its ticket."""

    DONE = 1
    VOID = 2


@dataclass(frozen=True)
class Ticket:
    """A backup's request for the key of one original, authenticated under the key group."""

    encoded: bytes = field(repr=False)
    backup_id: bytes
    original_id: bytes
    nonce: bytes

    @classmethod
    def parse(cls, answer: bytes) -> Self:
        """Read E1 { 80 T, 81 MAC }; raises UnexpectedAnswerError."""
        ticket, mac = _values(answer, 0xE1, "ticket", [0x80, 0x81])
        if len(ticket) != _TICKET_BYTES or len(mac) != _MAC_BYTES:
            raise UnexpectedAnswerError("The card's ticket has a wrong length.")
        ids, nonce = ticket[3:-NONCE_BYTES], ticket[-NONCE_BYTES:]
        return cls(answer, ids[:ID_BYTES], ids[ID_BYTES:], nonce)


@dataclass(frozen=True)
class ExportedKey:
    """A private key as a key block, for the one backup that drew the ticket."""

    encoded: bytes = field(repr=False)

    @classmethod
    def parse(cls, answer: bytes) -> Self:
        """Read E2 { 80 key block }; raises UnexpectedAnswerError."""
        _values(answer, 0xE2, "exported key", [0x80])
        return cls(answer)

    @property
    def key_block(self) -> bytes:
        """X9.143 version D: 16 ASCII characters, ciphertext, MAC (16 bytes)."""
        return _values(self.encoded, 0xE2, "exported key", [0x80])[0]


@dataclass(frozen=True)
class Receipt:
    """A backup's proof that it holds the key, or that its ticket is void."""

    encoded: bytes = field(repr=False)
    kind: ReceiptKind

    @classmethod
    def parse(cls, answer: bytes) -> Self:
        """Read E3 { 80 kind, 81 MAC }; raises UnexpectedAnswerError."""
        kind, mac = _values(answer, 0xE3, "receipt", [0x80, 0x81])
        if len(kind) != 1 or kind[0] not in set(ReceiptKind) or len(mac) != _MAC_BYTES:
            raise UnexpectedAnswerError("The card's receipt cannot be read.")
        return cls(answer, ReceiptKind(kind[0]))


class Duplication:
    """One card's side of the duplication. All commands but the reading ones need its PIN."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def ticket(self, original_id: bytes, *, void_delivered: bool = False) -> Ticket:
        """Backup: ask for the key of the original with this card id (GET TICKET).

        An open ticket is returned unchanged. `void_delivered` says that the original has the
        receipt of a void ticket, and lets the backup draw a new one.
        Raises AuthorityMissingError, WrongStateError with a ticket for another original, a key, or
        an undelivered void ticket, NotFoundError while the key group is not complete.
        """
        command = Command(OWN, 0x20, int(void_delivered), 0, original_id, SHORT_ANSWER)
        return Ticket.parse(self._channel.send(command, "ask for a key"))

    def export_key(self, ticket: Ticket) -> ExportedKey:
        """Original: hand the key, wrapped, to the ticket's backup (EXPORT KEY).

        The same ticket yields the same bytes until its receipt comes.
        Raises AuthorityMissingError, NotFoundError without a key or a complete group,
        WrongDataError when the ticket names another original, IntegrityError when it was made
        under another key group or altered, WrongStateError when another ticket is pending, this
        backup had its key, or no backup is allowed any more.
        """
        command = Command(OWN, 0x22, data=ticket.encoded, answer=SHORT_ANSWER)
        return ExportedKey.parse(self._channel.send(command, "hand over its key"))

    def import_key(self, key: ExportedKey) -> Receipt:
        """Backup: take the key that its ticket asked for (IMPORT KEY).

        Raises AuthorityMissingError, WrongStateError without an open ticket, IntegrityError when
        the block is not for this ticket, altered, or no key pair.
        """
        command = Command(OWN, 0x24, data=key.encoded, answer=SHORT_ANSWER)
        return Receipt.parse(self._channel.send(command, "take the key"))

    def confirm(self, receipt: Receipt) -> None:
        """Original: close the export, or take the slot back for a void ticket (CONFIRM EXPORT).

        Raises AuthorityMissingError, IntegrityError when the receipt is not for the pending ticket,
        WrongStateError when nothing is pending and this receipt was not accepted before.
        """
        self._channel.send(Command(OWN, 0x26, data=receipt.encoded), "accept the receipt")

    def cancel(self) -> Receipt:
        """Backup: make its open ticket void (CANCEL TICKET); the same receipt when repeated.

        Raises AuthorityMissingError, WrongStateError without a ticket or with the key.
        """
        command = Command(OWN, 0x28, answer=SHORT_ANSWER)
        return Receipt.parse(self._channel.send(command, "cancel its ticket"))

    def abandon(self) -> None:
        """Original: spend the pending slot without a receipt (ABANDON EXPORT).

        Needs PIN and issuer. Raises AuthorityMissingError, WrongStateError when nothing is pending.
        """
        self._channel.send(Command(OWN, 0x2A), "abandon the export")

    def receipt(self) -> Receipt:
        """Backup: the receipt for its ticket, once imported or void (GET DATA E3).

        Raises NotFoundError before that.
        """
        command = Command(ISO, 0xCA, 0x00, 0xE3, answer=SHORT_ANSWER)
        return Receipt.parse(self._channel.send(command, "give its receipt"))

    def used_slots(self) -> tuple[UsedSlot, ...]:
        """Original: which backups used a slot of the present key (GET DATA E4)."""
        command = Command(ISO, 0xCA, 0x00, 0xE4, answer=SHORT_ANSWER)
        return parse_used_slots(self._channel.send(command, "list the used slots"))


def _values(answer: bytes, tag: int, name: str, tags: list[int]) -> list[bytes]:
    try:
        return tlv.decode_exactly(tlv.decode_one(answer, tag), tags)
    except tlv.TlvError as error:
        raise UnexpectedAnswerError(f"The card's {name} cannot be read: {error}.") from None
