"""Who holds the wire between an original and its backups, keeps every message, and sends any.

He has the cards' PINs verified, as the program of the rightful user has; what he may not get is two
backups that hold one key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from tests.faults.power import Scene, Subject

from twincard.card.duplication import ExportedKey, Receipt, Ticket
from twincard.card.report import CardReport
from twincard.card.session import Card
from twincard.iso.status import CardError
from twincard.simulator.laboratory import Snapshot


@dataclass(frozen=True)
class Messages:
    """Everything that has gone over the wire."""

    tickets: tuple[Ticket, ...] = ()
    blocks: tuple[ExportedKey, ...] = ()
    receipts: tuple[Receipt, ...] = ()


@dataclass(frozen=True)
class Position:
    """Where the attack is: the moves so far, the messages known, the cards."""

    moves: tuple[str, ...]
    known: Messages
    cards: tuple[Snapshot, ...] = field(repr=False)


Move = Callable[[Card, Messages], Messages]


class Adversary:
    """Tries every sequence of moves from a position, as far as moves have any effect."""

    def __init__(self, original: Subject, backups: tuple[Subject, ...], scene: Scene) -> None:
        self.original = original
        self.backups = backups
        self.scene = scene
        self.original_id = original.card().report().card_id

    def attack(self, known: Messages, depth: int, judge: Callable[[], None]) -> int:
        """Try all sequences of up to `depth` moves from the cards as they are now.

        `judge` looks at the cards after each effective move; a failure names the moves.
        Returns how many positions were reached.
        """
        start = Position((), known, self.scene.keep())
        seen = {self._look(start)}
        frontier, reached = [start], 0
        for _ in range(depth):
            frontier = [next_ for each in frontier for next_ in self._successors(each, seen, judge)]
            reached += len(frontier)
        self.scene.put_back(start.cards)
        return reached

    def _successors(
        self, position: Position, seen: set[object], judge: Callable[[], None]
    ) -> Iterable[Position]:
        for name, subject, move in self._moves(position.known):
            self.scene.put_back(position.cards)
            try:
                known = move(subject.unlocked(), position.known)
            except CardError:
                continue
            after = Position((*position.moves, name), known, ())
            look = self._look(after)
            if look in seen:
                continue
            seen.add(look)
            try:
                judge()
            except Exception as error:
                error.add_note(f"after the attacker's moves {', '.join(after.moves)}")
                raise
            yield replace(after, cards=self.scene.keep())

    def _look(self, position: Position) -> object:
        """What tells positions apart: the cards' reports, and how much is known."""
        reports: list[CardReport] = [subject.card().report() for subject in self.scene.subjects]
        return tuple(reports), position.known

    def _moves(self, known: Messages) -> Iterable[tuple[str, Subject, Move]]:
        for number, ticket in enumerate(known.tickets):
            yield f"export for ticket {number}", self.original, _export(ticket)
        for number, receipt in enumerate(known.receipts):
            yield f"receipt {number}", self.original, _confirm(receipt)
        for backup in self.backups:
            for number, block in enumerate(known.blocks):
                yield f"block {number} to {backup.name}", backup, _import(block)
            for delivered in (False, True):
                yield f"ticket of {backup.name}", backup, _ticket(self.original_id, delivered)
            yield f"cancel at {backup.name}", backup, _cancel
            yield f"terminate {backup.name}", backup, _terminate


def _export(ticket: Ticket) -> Move:
    def move(card: Card, known: Messages) -> Messages:
        block = card.duplication.export_key(ticket)
        return known if block in known.blocks else replace(known, blocks=(*known.blocks, block))

    return move


def _confirm(receipt: Receipt) -> Move:
    def move(card: Card, known: Messages) -> Messages:
        card.duplication.confirm(receipt)
        return known

    return move


def _import(block: ExportedKey) -> Move:
    def move(card: Card, known: Messages) -> Messages:
        return heard(known, card.duplication.import_key(block))

    return move


def _ticket(original_id: bytes, delivered: bool) -> Move:
    def move(card: Card, known: Messages) -> Messages:
        ticket = card.duplication.ticket(original_id, void_delivered=delivered)
        if ticket in known.tickets:
            return known
        return replace(known, tickets=(*known.tickets, ticket))

    return move


def _cancel(card: Card, known: Messages) -> Messages:
    return heard(known, card.duplication.cancel())


def _terminate(card: Card, known: Messages) -> Messages:
    card.terminate()
    try:
        return heard(known, card.duplication.receipt())
    except CardError:
        return known


def heard(known: Messages, receipt: Receipt) -> Messages:
    """With this receipt as well."""
    if receipt in known.receipts:
        return known
    return replace(known, receipts=(*known.receipts, receipt))
