"""Who holds the wire between cards, keeps every message, and sends any, at any time.

He has the cards' PINs verified, as the program of the rightful user has. `Adversary` tries the
moves it is given in every order; `between_cards` has those with an original and its backups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from tests.faults.power import Scene, Subject

from twincard.card.duplication import ExportedKey, Receipt, Ticket
from twincard.card.report import CardReport
from twincard.card.session import Card
from twincard.iso.status import CardError
from twincard.simulator.laboratory import Snapshot

_T = TypeVar("_T")


@dataclass(frozen=True)
class Messages:
    """Everything that has gone over the wire."""

    tickets: tuple[Ticket, ...] = ()
    blocks: tuple[ExportedKey, ...] = ()
    receipts: tuple[Receipt, ...] = ()


Act = Callable[[Card, Messages], Messages]


@dataclass(frozen=True)
class Move:
    """Something the attacker does, in a session with one card; a card may refuse it."""

    name: str
    subject: Subject
    """The one card that it touches."""
    session: Callable[[], Card]
    act: Act


@dataclass(frozen=True)
class Position:
    """Where the attack is: the moves so far, the messages known, the cards and what they report."""

    moves: tuple[str, ...]
    known: Messages
    reports: tuple[CardReport, ...]
    replaced: frozenset[bytes]
    """Digests of keys that a card has had since the attack began, and has no more."""
    cards: tuple[Snapshot, ...] = field(repr=False)
    """Each card right after its last move; one that no move has touched since has the same one."""


class Adversary:
    """Tries every sequence of moves, as far as moves have any effect.

    `moves` are those that some messages allow; `judge` looks at the cards before the first and
    after each of them.
    """

    def __init__(
        self,
        scene: Scene,
        moves: Callable[[Messages], Iterable[Move]],
        judge: Callable[[Position], None],
    ) -> None:
        self._scene = scene
        self._moves = moves
        self._judge = judge
        self._untouched: dict[Subject, Snapshot] = {}
        """The cards that nothing was sent to since they were put back, and to what state."""

    def attack(self, known: Messages, depth: int, *before: str) -> int:
        """Try all sequences of up to `depth` moves from the cards as they are now.

        A failure names the moves, after what was done `before`. Returns how many positions were
        reached.
        """
        reports = tuple(subject.card().report() for subject in self._scene.subjects)
        start = Position(before, known, reports, frozenset(), self._scene.keep())
        self._judged(start)
        seen = {_look(start)}
        frontier, reached = [start], 0
        for _ in range(depth):
            frontier = [after for each in frontier for after in self._successors(each, seen)]
            reached += len(frontier)
        self._scene.put_back(start.cards)
        return reached

    def _successors(self, position: Position, seen: set[object]) -> Iterable[Position]:
        for move in self._moves(position.known):
            self._put_back(position)
            del self._untouched[move.subject]
            try:
                known = move.act(move.session(), position.known)
            except CardError:
                continue
            after = _after(position, move, known, self._with(position.reports, move, _report))
            if _look(after) in seen:
                continue
            seen.add(_look(after))
            after = replace(after, cards=self._with(position.cards, move, _keep))
            self._judged(after)
            yield after

    def _put_back(self, position: Position) -> None:
        for subject, snapshot in zip(self._scene.subjects, position.cards, strict=True):
            if self._untouched.get(subject) != snapshot:
                subject.lab.restore(snapshot)
                self._untouched[subject] = snapshot

    def _with(
        self, before: tuple[_T, ...], move: Move, ask: Callable[[Subject], _T]
    ) -> tuple[_T, ...]:
        """What is known of each card, asked anew of the one that the move has touched."""
        return tuple(
            ask(subject) if subject is move.subject else known
            for subject, known in zip(self._scene.subjects, before, strict=True)
        )

    def _judged(self, position: Position) -> None:
        self._untouched.clear()
        try:
            self._judge(position)
        except Exception as error:
            error.add_note(f"after the attacker's moves {', '.join(position.moves)}")
            raise


def _report(subject: Subject) -> CardReport:
    return subject.card().report()


def _keep(subject: Subject) -> Snapshot:
    return subject.lab.snapshot()


def _after(
    position: Position, move: Move, known: Messages, reports: tuple[CardReport, ...]
) -> Position:
    gone = {
        before.key.digest
        for before, now in zip(position.reports, reports, strict=True)
        if before.key and (now.key is None or now.key.digest != before.key.digest)
    }
    moves = (*position.moves, move.name)
    return Position(moves, known, reports, position.replaced | gone, ())


def _look(position: Position) -> object:
    """What tells positions apart."""
    return position.reports, position.known, position.replaced


def between_cards(
    original: Subject, backups: tuple[Subject, ...]
) -> Callable[[Messages], Iterable[Move]]:
    """The moves with an original and backups."""
    original_id = original.card().report().card_id

    def moves(known: Messages) -> Iterable[Move]:
        for number, ticket in enumerate(known.tickets):
            yield Move(f"export for ticket {number}", original, original.unlocked, _export(ticket))
        for number, receipt in enumerate(known.receipts):
            yield Move(f"receipt {number}", original, original.unlocked, _confirm(receipt))
        for backup in backups:
            for name, act in _moves_with(backup.name, original_id, known):
                yield Move(name, backup, backup.unlocked, act)

    return moves


def _moves_with(backup: str, original_id: bytes, known: Messages) -> Iterable[tuple[str, Act]]:
    for number, block in enumerate(known.blocks):
        yield f"block {number} to {backup}", import_(block)
    for delivered in (False, True):
        yield f"ticket of {backup}", _ticket(original_id, delivered)
    yield f"cancel at {backup}", cancel
    yield f"terminate {backup}", terminate


def _export(ticket: Ticket) -> Act:
    def move(card: Card, known: Messages) -> Messages:
        block = card.duplication.export_key(ticket)
        return known if block in known.blocks else replace(known, blocks=(*known.blocks, block))

    return move


def _confirm(receipt: Receipt) -> Act:
    def move(card: Card, known: Messages) -> Messages:
        card.duplication.confirm(receipt)
        return known

    return move


def import_(block: ExportedKey) -> Act:
    """Send a card this key block."""

    def move(card: Card, known: Messages) -> Messages:
        return heard(known, card.duplication.import_key(block))

    return move


def _ticket(original_id: bytes, delivered: bool) -> Act:
    def move(card: Card, known: Messages) -> Messages:
        ticket = card.duplication.ticket(original_id, void_delivered=delivered)
        if ticket in known.tickets:
            return known
        return replace(known, tickets=(*known.tickets, ticket))

    return move


def cancel(card: Card, known: Messages) -> Messages:
    """Have a card give up its ticket."""
    return heard(known, card.duplication.cancel())


def terminate(card: Card, known: Messages) -> Messages:
    """End a card's life; it may give a receipt of that."""
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
