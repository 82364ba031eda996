"""The rules of docs/card-interface.md once more, as small as they can be said.

A rule takes a card's state and gives its state afterwards, or the refusal. What a card draws at
random, a nonce or a key, is given to the rule as it was seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from twincard.card.duplication import ReceiptKind
from twincard.card.group import EqualComponentError
from twincard.card.report import ImportState, KeyOrigin, Mode, SlotUse
from twincard.iso.status import (
    CardError,
    IntegrityError,
    MemoryFullError,
    NotFoundError,
    WrongDataError,
    WrongStateError,
)

PLACES = 3
REMEMBERED_SLOTS = 8
REMEMBERED_VOID = 8
Refusal = type[CardError]
AnyCard = TypeVar("AnyCard", bound="Card")


@dataclass(frozen=True)
class Group:
    """A key group: its id, and which component is in each place."""

    identity: str
    places: tuple[str | None, ...] = (None,) * PLACES

    @property
    def complete(self) -> bool:
        """Whether every place is set."""
        return None not in self.places


SERVICE = "service"
NO_GROUP = Group("none", ())
"""What tickets for a key service are authenticated under."""


@dataclass(frozen=True)
class Ticket:
    """T, and the group that it was authenticated under."""

    backup: str
    original: str
    nonce: bytes
    group: Group
    mode: Mode

    @property
    def number(self) -> int:
        """Which of its backup's tickets it is, from 1."""
        return int.from_bytes(self.nonce[:2], "big")


@dataclass(frozen=True)
class Block:
    """A key (its digest) for a ticket."""

    ticket: Ticket
    key: bytes


@dataclass(frozen=True)
class Receipt:
    """What a backup says about its ticket; the key's digest belongs to DONE."""

    kind: ReceiptKind
    ticket: Ticket
    key: bytes | None = None


@dataclass(frozen=True)
class Slot:
    """A slot of the present key, used; by its receipt, unless abandoned."""

    use: SlotUse
    backup: str
    receipt: Receipt | None = None


@dataclass(frozen=True, kw_only=True)
class Card:
    """What both kinds have."""

    name: str
    group: Group | None
    modes: frozenset[Mode]
    """Those that certificate and policy allow."""
    erased: frozenset[str] = frozenset()
    key: bytes | None = None
    alive: bool = True

    @property
    def in_use(self) -> bool:
        """Whether something depends on the group."""
        return self.key is not None


@dataclass(frozen=True, kw_only=True)
class Original(Card):
    """A card that makes keys."""

    allowed: int
    erases_group: bool
    withholds: bool = False
    pending: Ticket | None = None
    slots: tuple[Slot, ...] = ()
    former: tuple[str, ...] = ()
    """Backups that used slots of earlier keys."""
    voided: tuple[tuple[str, int], ...] = ()
    """Backups of the present group, and the number of the last ticket of each that became void."""
    drawn: int = 0
    """Tickets for key services, so far."""
    service: ImportState = ImportState.EMPTY
    request: Ticket | None = None
    """The last ticket for a key service."""
    origin: KeyOrigin = KeyOrigin.CARD

    @property
    def in_use(self) -> bool:
        """See Card."""
        return super().in_use or self.pending is not None or self.service is ImportState.TICKETED


@dataclass(frozen=True, kw_only=True)
class Backup(Card):
    """A card that takes one key."""

    state: ImportState = ImportState.EMPTY
    ticket: Ticket | None = None
    drawn: int = 0
    """Tickets, so far."""

    @property
    def in_use(self) -> bool:
        """See Card."""
        return super().in_use or self.state is ImportState.TICKETED


def released(card: Card) -> bool:
    """Whether the public key of its key may be had."""
    if not isinstance(card, Original) or not card.withholds:
        return True
    return any(slot.use is SlotUse.DONE for slot in card.slots)


def generate(card: Original, key: bytes) -> Original | Refusal:
    """GENERATE: a new key starts a new count."""
    if not card.alive or card.pending:
        return WrongStateError
    return _with_key(card, key, KeyOrigin.CARD)


def _with_key(card: Original, key: bytes, origin: KeyOrigin) -> Original:
    former = (*card.former, *(slot.backup for slot in card.slots))
    return replace(card, key=key, slots=(), former=former, origin=origin)


def ask_service(card: Original, nonce: bytes, *, delivered: bool) -> Original | Refusal:
    """GET TICKET on an original: the one key service of the game."""
    if not card.alive:
        return WrongStateError
    if Mode.HOST_BLIND not in card.modes:
        return NotFoundError
    if card.service is ImportState.TICKETED:
        return card
    if card.pending or (card.service is not ImportState.EMPTY and not delivered):
        return WrongStateError
    request = Ticket(card.name, SERVICE, nonce, NO_GROUP, Mode.HOST_BLIND)
    return replace(card, service=ImportState.TICKETED, request=request, drawn=card.drawn + 1)


def take_from_service(card: Original, request: Ticket, key: bytes) -> Original | Refusal:
    """IMPORT KEY on an original, the service being its peer."""
    if not card.alive or card.service is not ImportState.TICKETED:
        return WrongStateError
    if card.request != request:
        return IntegrityError
    return replace(_with_key(card, key, KeyOrigin.SERVICE), service=ImportState.IMPORTED)


def cancel_service(card: Original) -> Original | Refusal:
    """CANCEL TICKET on an original."""
    if not card.alive or card.service not in (ImportState.TICKETED, ImportState.VOID):
        return WrongStateError
    return replace(card, service=ImportState.VOID)


def get_ticket(
    card: Backup, original: str, mode: Mode, nonce: bytes, *, delivered: bool
) -> Backup | Refusal:
    """GET TICKET."""
    if not card.alive:
        return WrongStateError
    if card.group is None or not card.group.complete:
        return NotFoundError
    if mode not in card.modes:
        return NotFoundError if mode is Mode.HOST_BLIND else WrongStateError
    if card.state is ImportState.TICKETED:
        assert card.ticket is not None
        same = (card.ticket.original, card.ticket.mode) == (original, mode)
        return card if same else WrongStateError
    if card.state is ImportState.EMPTY or (card.state is ImportState.VOID and delivered):
        ticket = Ticket(card.name, original, nonce, card.group, mode)
        drawn = card.drawn + 1
        return replace(card, state=ImportState.TICKETED, ticket=ticket, drawn=drawn)
    return WrongStateError


def export(card: Original, ticket: Ticket) -> Original | Refusal:
    """EXPORT KEY."""
    if not card.alive:
        return WrongStateError
    if card.key is None or card.group is None or not card.group.complete:
        return NotFoundError
    if ticket.original != card.name:
        return WrongDataError
    if ticket.group != card.group:
        return IntegrityError
    if card.pending and _proves_void(ticket, card.pending):
        card = _give_back(card, card.pending)
    if card.pending:
        return card if card.pending == ticket else WrongStateError
    known = [*card.former, *(slot.backup for slot in card.slots)][-REMEMBERED_SLOTS:]
    had_it = ticket.backup in known
    if had_it or len(card.slots) >= card.allowed:
        return WrongStateError
    voided = dict(card.voided)
    if ticket.backup not in voided and len(voided) == REMEMBERED_VOID:
        return MemoryFullError
    if ticket.number <= voided.get(ticket.backup, 0):
        return WrongStateError
    if card.service is ImportState.TICKETED:
        return WrongStateError
    return replace(card, pending=ticket, service=ImportState.EMPTY)


def import_key(card: Backup, block: Block) -> Backup | Refusal:
    """IMPORT KEY."""
    if not card.alive or card.state is not ImportState.TICKETED:
        return WrongStateError
    if block.ticket != card.ticket:
        return IntegrityError
    return replace(card, state=ImportState.IMPORTED, key=block.key)


def confirm(card: Original, receipt: Receipt) -> Original | Refusal:
    """CONFIRM EXPORT."""
    if not card.alive:
        return WrongStateError
    if card.pending is None:
        return card if receipt in [slot.receipt for slot in card.slots] else WrongStateError
    if receipt.ticket.mode is not card.pending.mode:
        return WrongDataError
    if receipt.ticket != card.pending or receipt.key not in (None, card.key):
        return IntegrityError
    if receipt.kind is ReceiptKind.VOID:
        return _give_back(card, receipt.ticket)
    return _use_slot(card, Slot(SlotUse.DONE, receipt.ticket.backup, receipt))


def _proves_void(ticket: Ticket, pending: Ticket) -> bool:
    """A backup draws no ticket before the last one is void."""
    return ticket.backup == pending.backup and ticket.number > pending.number


def _give_back(card: Original, pending: Ticket) -> Original:
    voided = {**dict(card.voided), pending.backup: pending.number}
    return replace(card, pending=None, voided=tuple(voided.items()))


def abandon(card: Original) -> Original | Refusal:
    """ABANDON EXPORT."""
    if not card.alive or card.pending is None:
        return WrongStateError
    return _use_slot(card, Slot(SlotUse.ABANDONED, card.pending.backup))


def _use_slot(card: Original, slot: Slot) -> Original:
    used = replace(card, slots=(*card.slots, slot), pending=None)
    last = slot.use is SlotUse.DONE and len(used.slots) >= used.allowed
    if used.erases_group and last and used.group:
        return without_group(used)
    return used


def without_group(card: AnyCard) -> AnyCard:
    """The group is erased, and with it what was known of its backups' void tickets."""
    assert card.group is not None
    bare = replace(card, group=None, erased=card.erased | {card.group.identity})
    return replace(bare, voided=()) if isinstance(bare, Original) else bare


def cancel(card: Backup) -> Backup | Refusal:
    """CANCEL TICKET."""
    if not card.alive or card.state not in (ImportState.TICKETED, ImportState.VOID):
        return WrongStateError
    return replace(card, state=ImportState.VOID)


def receipt_of(card: Backup) -> Receipt | Refusal:
    """The receipt that can be read."""
    if card.ticket is not None and card.state is ImportState.IMPORTED:
        return Receipt(ReceiptKind.DONE, card.ticket, card.key)
    if card.ticket is not None and card.state is ImportState.VOID:
        return Receipt(ReceiptKind.VOID, card.ticket)
    return NotFoundError


def terminate(card: Card) -> Card | Refusal:
    """TERMINATE CARD USAGE; a ticket becomes void with the key."""
    if not card.alive:
        return WrongStateError
    ended = replace(card, alive=False, key=None, group=None)
    if isinstance(ended, Backup) and ended.state is not ImportState.EMPTY:
        return replace(ended, state=ImportState.VOID)
    if isinstance(ended, Original) and ended.service is ImportState.TICKETED:
        return replace(ended, service=ImportState.VOID)
    return ended


def begin_group(card: Card, identity: str) -> Card | Refusal:
    """BEGIN GROUP with a given id."""
    if not card.alive:
        return WrongStateError
    if card.group is not None:
        return card if card.group.identity == identity else WrongStateError
    if identity in card.erased:
        return WrongStateError
    return replace(card, group=Group(identity))


def set_component(card: Card, place: int, component: str) -> Card | Refusal:
    """SET COMPONENT in a place, from 0."""
    if not card.alive:
        return WrongStateError
    if card.group is None:
        return NotFoundError
    if card.group.places[place] is not None:
        return card if card.group.places[place] == component else WrongStateError
    if component in card.group.places:
        return EqualComponentError
    return _with_place(card, place, component)


def clear_component(card: Card, place: int) -> Card | Refusal:
    """CLEAR GROUP of one place, with every authority."""
    refusal = _clearing_refused(card)
    return refusal or _with_place(card, place, None)


def clear_group(card: Card) -> Card | Refusal:
    """CLEAR GROUP of all, with every authority."""
    refusal = _clearing_refused(card)
    if refusal is not None:
        return refusal
    return without_group(card)


def _clearing_refused(card: Card) -> Refusal | None:
    if not card.alive:
        return WrongStateError
    if card.group is None:
        return NotFoundError
    return WrongStateError if card.in_use else None


def _with_place(card: Card, place: int, component: str | None) -> Card:
    assert card.group is not None
    places = list(card.group.places)
    places[place] = component
    return replace(card, group=replace(card.group, places=tuple(places)))
