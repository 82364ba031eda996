"""Who holds the wire between a key service and an original: replays, and power cuts before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.bench import Bench, Stage
from tests.faults.power import Place, Scene, power_fails
from tests.trust.service import public_key, service_of

from twincard.card.duplication import ExportedKey, Receipt, ReceiptKind, Ticket
from twincard.card.report import KeyOrigin, LifeCycle, Mode
from twincard.card.session import Card
from twincard.identity.device_certificate import IdentityError
from twincard.iso.status import CardError
from twincard.keys.key_type import KeyType
from twincard.simulator.laboratory import Snapshot

DEPTH = 3


@dataclass(frozen=True)
class Messages:
    """What has gone over the wire: tickets, a block for each of them, receipts."""

    tickets: tuple[Ticket, ...] = ()
    blocks: tuple[ExportedKey, ...] = ()
    receipts: tuple[Receipt, ...] = ()


@dataclass(frozen=True)
class Position:
    """Where the attack is; `replaced` are digests of keys that the card has had and has no more."""

    moves: tuple[str, ...]
    known: Messages
    digest: bytes | None
    replaced: frozenset[bytes]
    cards: tuple[Snapshot, ...] = field(repr=False)


Move = Callable[[Card], Messages]


class Siege:
    """An original with a key of its own, and a service with one pair for each of its tickets."""

    def __init__(self, bench: Bench) -> None:
        bench.at(Stage.KEYED, mode=Mode.HOST_BLIND)
        self.service = service_of()
        self.scene = Scene(bench.original)
        (self.original,) = self.scene.subjects
        self.certificate = self.original.card().device.certificate()
        self.pairs: dict[bytes, ec.EllipticCurvePrivateKey] = {}

    def position(self, *moves: str, known: Messages) -> Position:
        return Position(moves, known, self._digest(), frozenset(), self.scene.keep())

    def session(self) -> Card:
        card = self.original.unlocked()
        card.device.verify_certificate(self.service.certificate)
        return card

    def attack(self, start: Position) -> int:
        """Try every sequence of moves; how many positions were reached."""
        frontier, reached = [start], 0
        for _ in range(DEPTH):
            frontier = [after for each in frontier for after in self._successors(each)]
            reached += len(frontier)
        return reached

    def _successors(self, position: Position) -> Iterator[Position]:
        for name, move in self._moves(position.known):
            self.scene.put_back(position.cards)
            try:
                known = move(self.session())
            except CardError:
                continue
            moves = (*position.moves, name)
            digest = self._digest()
            replaced = position.replaced
            if position.digest is not None and digest != position.digest:
                replaced |= {position.digest}
            after = Position(moves, known, digest, replaced, self.scene.keep())
            self.judge(after)
            yield after

    def _moves(self, known: Messages) -> Iterator[tuple[str, Move]]:
        for number, block in enumerate(known.blocks):
            yield f"block {number}", partial(self._import, known, block)
        for delivered in (False, True):
            yield f"ticket, delivered {delivered}", partial(self.ask, known, delivered=delivered)
        yield "cancel", lambda card: heard(known, card.duplication.cancel())
        yield "another key", partial(_generate, known)
        yield "terminate", partial(_terminate, known)

    def ask(self, known: Messages, card: Card, *, delivered: bool = False) -> Messages:
        """The card asks, and the service answers each of its tickets with that ticket's pair."""
        ticket = card.duplication.service_ticket(self.service.service_id, delivered=delivered)
        if ticket in known.tickets:
            return known
        pair = self.pairs.setdefault(ticket.encoded, ec.generate_private_key(ec.SECP256R1()))
        block = self.service.export(self.service.read_ticket(ticket, self.certificate), pair)
        return replace(known, tickets=(*known.tickets, ticket), blocks=(*known.blocks, block))

    def _import(self, known: Messages, block: ExportedKey, card: Card) -> Messages:
        return heard(known, card.duplication.import_key(block))

    def judge(self, position: Position) -> None:
        """No ticket is both done and void, none void has its key here, no key comes twice."""
        where = f"after {', '.join(position.moves)}"
        report = self.original.card().report()
        assert position.digest not in position.replaced, where
        given = False
        for ticket in position.known.tickets:
            digest = public_key(self.pairs[ticket.encoded]).digest
            kinds = {*self._kinds(position.known, ticket)}
            here = digest == position.digest
            given = given or here
            assert len(kinds) <= 1, where
            assert not (here and ReceiptKind.VOID in kinds), where
            if digest in position.replaced:
                assert ReceiptKind.VOID not in kinds, where
        if report.life_cycle is LifeCycle.OPERATIONAL:
            assert report.key_service is not None, where
            assert (report.key_service.origin is KeyOrigin.SERVICE) is given, where

    def _kinds(self, known: Messages, ticket: Ticket) -> Iterator[ReceiptKind]:
        request = self.service.read_ticket(ticket, self.certificate)
        for receipt in known.receipts:
            try:
                yield self.service.read_receipt(receipt, request, self.pairs[ticket.encoded])
            except IdentityError:
                continue

    def _digest(self) -> bytes | None:
        key = self.original.card().report().key
        return key.digest if key else None


def heard(known: Messages, receipt: Receipt) -> Messages:
    """With this receipt as well."""
    return replace(known, receipts=(*{*known.receipts, receipt},))


def _generate(known: Messages, card: Card) -> Messages:
    card.usage.generate(KeyType.P_256)
    return known


def _terminate(known: Messages, card: Card) -> Messages:
    card.terminate()
    try:
        return heard(known, card.duplication.receipt())
    except CardError:
        return known


def test_no_replay_gives_a_key_twice_or_two_words_on_a_ticket(bench: Bench) -> None:
    siege = Siege(bench)
    known = siege.ask(Messages(), siege.session())
    assert siege.attack(siege.position("ticket", known=known)) > DEPTH


CUT: dict[str, Callable[[Messages, Card], object]] = {
    "IMPORT KEY": lambda known, card: card.duplication.import_key(known.blocks[0]),
    "CANCEL TICKET": lambda _known, card: card.duplication.cancel(),
    "TERMINATE": lambda _known, card: card.terminate(),
}


@pytest.mark.parametrize("command", CUT)
def test_no_replay_after_a_cut_does_either(bench: Bench, command: str) -> None:
    siege = Siege(bench)
    known = siege.ask(Messages(), siege.session())
    start = siege.scene.keep()
    for write in count(1, 4):
        siege.scene.put_back(start)
        card = siege.session()
        cut = partial(CUT[command], known, card)
        interrupted = power_fails(cut, siege.original, Place.WRITE, write)
        after = siege.position(f"{command} cut at write {write}", known=known)
        siege.judge(after)
        siege.attack(after)
        if not interrupted:
            return
