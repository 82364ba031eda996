"""Who holds the wire between a key service and an original: replays, and power cuts before them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.bench import Bench, Stage
from tests.faults.adversary import (
    Act,
    Adversary,
    Messages,
    Move,
    Position,
    cancel,
    import_,
    terminate,
)
from tests.faults.power import Place, Scene, power_fails
from tests.trust.service import public_key, service_of

from twincard.card.duplication import ReceiptKind, Ticket
from twincard.card.report import KeyOrigin, LifeCycle, Mode
from twincard.card.session import Card
from twincard.identity.device_certificate import IdentityError
from twincard.keys.key_type import KeyType

DEPTH = 3


class Siege:
    """An original with a key of its own, and a service with one pair for each of its tickets."""

    def __init__(self, bench: Bench) -> None:
        bench.at(Stage.KEYED, mode=Mode.HOST_BLIND)
        self.service = service_of()
        self.scene = Scene(bench.original)
        (self.original,) = self.scene.subjects
        self.certificate = self.original.card().device.certificate()
        self.pairs: dict[bytes, ec.EllipticCurvePrivateKey] = {}
        self.adversary = Adversary(self.scene, self.moves, self.judge)

    def session(self) -> Card:
        card = self.original.unlocked()
        card.device.verify_certificate(self.service.certificate)
        return card

    def moves(self, known: Messages) -> Iterable[Move]:
        for name, act in self.acts(known):
            yield Move(name, self.original, self.session, act)

    def acts(self, known: Messages) -> Iterator[tuple[str, Act]]:
        for number, block in enumerate(known.blocks):
            yield f"block {number}", import_(block)
        for delivered in (False, True):
            yield f"ticket, delivered {delivered}", partial(self.ask, delivered=delivered)
        yield "cancel", cancel
        yield "another key", _generate
        yield "terminate", terminate

    def ask(self, card: Card, known: Messages, *, delivered: bool = False) -> Messages:
        """The card asks, and the service answers each of its tickets with that ticket's pair."""
        ticket = card.duplication.service_ticket(self.service.service_id, delivered=delivered)
        if ticket in known.tickets:
            return known
        pair = self.pairs.setdefault(ticket.encoded, ec.generate_private_key(ec.SECP256R1()))
        block = self.service.export(self.service.read_ticket(ticket, self.certificate), pair)
        return replace(known, tickets=(*known.tickets, ticket), blocks=(*known.blocks, block))

    def judge(self, position: Position) -> None:
        """No ticket is both done and void, none void has its key here, no key comes twice."""
        (report,) = position.reports
        key = report.key.digest if report.key else None
        assert key not in position.replaced
        given = False
        for ticket in position.known.tickets:
            digest = public_key(self.pairs[ticket.encoded]).digest
            kinds = {*self._kinds(position.known, ticket)}
            here = digest == key
            given = given or here
            assert len(kinds) <= 1
            assert not (here and ReceiptKind.VOID in kinds)
            if digest in position.replaced:
                assert ReceiptKind.VOID not in kinds
        if report.life_cycle is LifeCycle.OPERATIONAL:
            assert report.key_service is not None
            assert (report.key_service.origin is KeyOrigin.SERVICE) is given

    def _kinds(self, known: Messages, ticket: Ticket) -> Iterator[ReceiptKind]:
        request = self.service.read_ticket(ticket, self.certificate)
        for receipt in known.receipts:
            try:
                yield self.service.read_receipt(receipt, request, self.pairs[ticket.encoded])
            except IdentityError:
                continue


def _generate(card: Card, known: Messages) -> Messages:
    card.usage.generate(KeyType.P_256)
    return known


def test_no_replay_gives_a_key_twice_or_two_words_on_a_ticket(bench: Bench) -> None:
    siege = Siege(bench)
    known = siege.ask(siege.session(), Messages())
    assert siege.adversary.attack(known, DEPTH, "ticket") > DEPTH


CUT: dict[str, Callable[[Card, Messages], object]] = {
    "IMPORT KEY": lambda card, known: card.duplication.import_key(known.blocks[0]),
    "CANCEL TICKET": lambda card, _known: card.duplication.cancel(),
    "TERMINATE": lambda card, _known: card.terminate(),
}


@pytest.mark.parametrize("command", CUT)
def test_no_replay_after_a_cut_does_either(bench: Bench, command: str) -> None:
    siege = Siege(bench)
    known = siege.ask(siege.session(), Messages())
    start = siege.scene.keep()
    for write in count(1, 4):
        siege.scene.put_back(start)
        card = siege.session()
        cut = partial(CUT[command], card, known)
        interrupted = power_fails(cut, siege.original, Place.WRITE, write)
        siege.adversary.attack(known, DEPTH, f"{command} cut at write {write}")
        if not interrupted:
            return
