"""The duplication commands: messages between an original and a backup, passed by the host."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Self

from twincard.card.report import ID_BYTES, NONCE_BYTES, Mode, UsedSlot
from twincard.card.report_parsing import parse_used_slots
from twincard.ground.language import _
from twincard.identity.device_certificate import POINT_BYTES, SIGNATURE_BYTES
from twincard.iso import tlv
from twincard.iso.channel import Channel
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.ins import Ins
from twincard.iso.status import UnexpectedAnswerError

_MAC_BYTES = 16
_TICKET_BYTES = 3 + 2 * ID_BYTES + NONCE_BYTES
# What host-blind mode adds: a one-time key, the device key's signature.
_SIGNATURE = {0x83: SIGNATURE_BYTES}
_KEY_AND_SIGNATURE = {0x82: POINT_BYTES, **_SIGNATURE}


class ReceiptKind(IntEnum):
    """What a receipt states about its ticket."""

    DONE = 1
    VOID = 2


@dataclass(frozen=True)
class Ticket:
    """A backup's request for the key of one original, authenticated under the key group.

    In host-blind mode it carries the backup's one-time key, and the signature of its device key.
    """

    encoded: bytes = field(repr=False)
    backup_id: bytes
    original_id: bytes
    nonce: bytes
    mode: Mode = Mode.BASE

    @classmethod
    def parse(cls, answer: bytes) -> Self:
        """Read E1 { 80 T, 81 MAC }, host-blind with 82 and 83; raises UnexpectedAnswerError."""
        mode, (ticket, mac) = _values(answer, 0xE1, _("ticket"), [0x80, 0x81], _KEY_AND_SIGNATURE)
        if len(ticket) != _TICKET_BYTES or len(mac) != _MAC_BYTES or ticket[1] != mode:
            raise UnexpectedAnswerError(_("The card's ticket has the wrong length or mode."))
        ids, nonce = ticket[3:-NONCE_BYTES], ticket[-NONCE_BYTES:]
        return cls(answer, ids[:ID_BYTES], ids[ID_BYTES:], nonce, mode)


@dataclass(frozen=True)
class ExportedKey:
    """A private key as a key block, for the one backup that issued the ticket."""

    encoded: bytes = field(repr=False)
    mode: Mode = Mode.BASE

    @classmethod
    def parse(cls, answer: bytes) -> Self:
        """Read E2 { 80 key block }, host-blind with 82 and 83; raises UnexpectedAnswerError."""
        return cls(answer, _values(answer, 0xE2, _("exported key"), [0x80], _KEY_AND_SIGNATURE)[0])

    @property
    def key_block(self) -> bytes:
        """X9.143 version D: 16 ASCII characters, ciphertext, MAC (16 bytes)."""
        return _values(self.encoded, 0xE2, _("exported key"), [0x80], _KEY_AND_SIGNATURE)[1][0]


@dataclass(frozen=True)
class Receipt:
    """A backup's proof that it holds the key, or that its ticket is void."""

    encoded: bytes = field(repr=False)
    kind: ReceiptKind
    mode: Mode = Mode.BASE

    @classmethod
    def parse(cls, answer: bytes) -> Self:
        """Read E3 { 80 kind, 81 MAC }, host-blind with 83; raises UnexpectedAnswerError."""
        mode, (kind, mac) = _values(answer, 0xE3, _("receipt"), [0x80, 0x81], _SIGNATURE)
        if len(kind) != 1 or kind[0] not in set(ReceiptKind) or len(mac) != _MAC_BYTES:
            raise UnexpectedAnswerError(_("Cannot read the card's receipt."))
        return cls(answer, ReceiptKind(kind[0]), mode)


class Duplication:
    """One card's side of the duplication. Commands that change the card need its PIN."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def ticket(
        self, original_id: bytes, mode: Mode = Mode.HOST_BLIND, *, void_delivered: bool = False
    ) -> Ticket:
        """Backup: ask for the key of the original with this card id (GET TICKET).

        An open ticket is returned unchanged. `void_delivered` states that the original has the
        receipt for a void ticket, so the backup may issue a new one. Raises AuthorityMissingError,
        WrongStateError with a ticket for another original or mode, a key, an undelivered void
        ticket, or where the policy forbids the mode, NotFoundError while the key group is not
        complete or the card is not certified, UnexpectedAnswerError for a ticket that was not
        requested.
        """
        command = Command.of(Ins.GET_TICKET, int(void_delivered), mode, original_id, SHORT_ANSWER)
        ticket = Ticket.parse(self._channel.send(command, _("issue a ticket for a key")))
        if (ticket.mode, ticket.original_id) != (mode, original_id):
            raise UnexpectedAnswerError(
                _("The ticket is not for the card or mode that was requested.")
            )
        return ticket

    def service_ticket(self, service_id: bytes, *, delivered: bool = False) -> Ticket:
        """Original: ask the key service with this id (16 bytes) for a key (GET TICKET).

        An open ticket is returned unchanged. `delivered` states that the service has the receipt
        for the last key or void ticket, so the card may issue a new one. `ticket.original_id` is
        the service's. Raises AuthorityMissingError, WrongStateError while an export is pending,
        with a ticket for another service, or an undelivered receipt, NotFoundError for a card that
        is not certified.
        """
        return self.ticket(service_id, Mode.HOST_BLIND, void_delivered=delivered)

    def export_key(self, ticket: Ticket) -> ExportedKey:
        """Original: hand the key, wrapped, to the ticket's backup (EXPORT KEY).

        The same ticket yields the same bytes until its receipt comes.
        In host-blind mode the original must have verified the backup's certificate before.
        Raises AuthorityMissingError, NotFoundError without a key or a complete group,
        WrongDataError when the ticket names another original, IntegrityError when it was made
        under another key group or altered, WrongStateError when another ticket is pending, this
        backup had its key, no backup is allowed any more, the policy forbids the mode, or no
        certificate was verified, UnexpectedAnswerError for an answer of another mode.
        """
        command = Command.of(Ins.EXPORT_KEY, data=ticket.encoded, answer=SHORT_ANSWER)
        key = ExportedKey.parse(self._channel.send(command, _("export its key")))
        if key.mode is not ticket.mode:
            raise UnexpectedAnswerError(
                _("The exported key and the ticket are for different modes.")
            )
        return key

    def import_key(self, key: ExportedKey) -> Receipt:
        """Backup: take the key that its ticket asked for (IMPORT KEY).

        In host-blind mode the backup must have verified the original's certificate before.
        Raises AuthorityMissingError, WrongStateError without an open ticket or a certificate,
        IntegrityError when the block is not for this ticket, altered, or no key pair.
        """
        command = Command.of(Ins.IMPORT_KEY, data=key.encoded, answer=SHORT_ANSWER)
        return Receipt.parse(self._channel.send(command, _("import the key")))

    def confirm(self, receipt: Receipt) -> None:
        """Original: close the export, or take the slot back for a void ticket (CONFIRM EXPORT).

        Raises AuthorityMissingError, IntegrityError when the receipt is not for the pending ticket,
        WrongStateError when nothing is pending and this receipt was not accepted before.
        """
        self._channel.send(
            Command.of(Ins.CONFIRM_EXPORT, data=receipt.encoded), _("accept the receipt")
        )

    def cancel(self) -> Receipt:
        """Backup: make its open ticket void (CANCEL TICKET); the same receipt when repeated.

        Raises AuthorityMissingError, WrongStateError without a ticket or with the key.
        """
        command = Command.of(Ins.CANCEL_TICKET, answer=SHORT_ANSWER)
        return Receipt.parse(self._channel.send(command, _("cancel its ticket")))

    def abandon(self) -> None:
        """Original: spend the pending slot without a receipt (ABANDON EXPORT).

        Needs PIN and issuer. Raises AuthorityMissingError, WrongStateError when nothing is pending.
        """
        self._channel.send(Command.of(Ins.ABANDON_EXPORT), _("abandon the export"))

    def receipt(self) -> Receipt:
        """Backup: the receipt for its ticket, once imported or void (GET DATA E3).

        Raises NotFoundError before that.
        """
        command = Command.of(Ins.GET_DATA, 0x00, 0xE3, answer=SHORT_ANSWER)
        return Receipt.parse(self._channel.send(command, _("return its receipt")))

    def used_slots(self) -> tuple[UsedSlot, ...]:
        """Original: which backups used a slot of the present key (GET DATA E4)."""
        command = Command.of(Ins.GET_DATA, 0x00, 0xE4, answer=SHORT_ANSWER)
        return parse_used_slots(self._channel.send(command, _("list the used slots")))


def _values(
    answer: bytes, tag: int, name: str, tags: list[int], more: dict[int, int]
) -> tuple[Mode, list[bytes]]:
    """The mode of a template, and the values of `tags`.

    `more` are the tags that it has in host-blind mode besides, and their lengths.
    """
    try:
        content = tlv.decode_one(answer, tag)
        if len(tlv.decode(content)) == len(tags):
            return Mode.BASE, tlv.decode_exactly(content, tags)
        values = tlv.decode_exactly(content, [*tags, *more])
    except tlv.TlvError as error:
        raise UnexpectedAnswerError(
            _("Cannot read the card's {name}: {error}.").format(name=name, error=error)
        ) from None
    if [len(value) for value in values[len(tags) :]] != list(more.values()):
        raise UnexpectedAnswerError(
            _("The card's {name} has a key or signature of the wrong length.").format(name=name)
        )
    return Mode.HOST_BLIND, values[: len(tags)]
