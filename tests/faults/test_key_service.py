"""A key from a key service when power fails: the old key or the new one, and one receipt."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count

import pytest
from tests.bench import Bench, Stage
from tests.faults.keys import Sealed
from tests.faults.power import LONG, Place, Scene, power_fails
from tests.trust.service import Supply, pair_of, public_key

from twincard.card.duplication import ExportedKey, ReceiptKind, Ticket
from twincard.card.report import ImportState, KeyOrigin, Mode
from twincard.card.session import Card
from twincard.iso.status import CardError, NotFoundError, WrongStateError
from twincard.keys.key_type import KeyType


def opens(sealed: Sealed, card: Card) -> bool:
    """Whether the card has the key for it."""
    try:
        return sealed.opens_with(card)
    except CardError:
        return False


class Delivery:
    """An original with a key of its own, and a service that has another for it."""

    def __init__(self, bench: Bench, key: KeyType) -> None:
        bench.at(Stage.KEYED, mode=Mode.HOST_BLIND)
        self.supply = Supply(bench.original, pair_of(key))
        self.scene = Scene(bench.original)
        (self.original,) = self.scene.subjects
        card = self.original.unlocked()
        self.old = Sealed.to(card.usage.public_key())
        self.new = Sealed.to(public_key(self.supply.pair))
        self.archive_id = card.report().archive_id
        self.ticket: Ticket = self.supply.ticket(card)
        self.request = self.supply.request(card, self.ticket)
        self.exported: ExportedKey = self.supply.service.export(self.request, self.supply.pair)

    def session(self) -> Card:
        """The service is the peer."""
        card = self.original.unlocked()
        card.device.verify_certificate(self.supply.service.certificate)
        return card

    def judge(self) -> ImportState:
        """Report, receipt and key say the same; what the service reads is the truth."""
        card = self.original.unlocked()
        told = card.report().key_service
        assert told is not None
        imported = opens(self.new, card)
        assert opens(self.old, card) is not imported
        assert (told.origin is KeyOrigin.SERVICE) is imported
        assert (card.report().archive_id == self.archive_id) is not imported
        if told.state is ImportState.TICKETED:
            with pytest.raises(NotFoundError):
                card.duplication.receipt()
        else:
            kind = self.supply.service.read_receipt(
                card.duplication.receipt(), self.request, self.supply.pair
            )
            assert (kind is ReceiptKind.DONE) is imported
        return told.state

    def cut(self, command: Callable[[Card], object], step: int = 1) -> set[ImportState]:
        """Cut the command at every write; after each the same again finishes it."""
        start, states = self.scene.keep(), set()
        for write in count(1, step):
            self.scene.put_back(start)
            card = self.session()
            interrupted = power_fails(partial(command, card), self.original, Place.WRITE, write)
            states.add(self.judge())
            if not interrupted:
                return states
            if self.judge() is ImportState.TICKETED:
                command(self.session())
            self.judge()
        raise AssertionError


@pytest.mark.parametrize(
    ("key", "step"),
    [
        (KeyType.P_256, 1),
        (KeyType.RSA_2048, 7),
        pytest.param(KeyType.RSA_2048, 1, marks=LONG),
    ],
)
def test_an_import_is_done_wholly_or_not_at_all(bench: Bench, key: KeyType, step: int) -> None:
    delivery = Delivery(bench, key)
    states = delivery.cut(lambda card: card.duplication.import_key(delivery.exported), step)
    assert states == {ImportState.TICKETED, ImportState.IMPORTED}


def test_a_ticket_is_void_or_open(bench: Bench) -> None:
    delivery = Delivery(bench, KeyType.P_256)
    states = delivery.cut(lambda card: card.duplication.cancel())
    assert states == {ImportState.TICKETED, ImportState.VOID}
    with pytest.raises(WrongStateError):
        delivery.session().duplication.import_key(delivery.exported)


def test_a_new_ticket_is_drawn_or_the_receipt_still_there(bench: Bench) -> None:
    delivery = Delivery(bench, KeyType.P_256)
    card = delivery.session()
    receipt = card.duplication.import_key(delivery.exported)
    start = delivery.scene.keep()
    service_id = delivery.supply.service.service_id
    seen = set()
    for write in count(1):
        delivery.scene.put_back(start)
        card = delivery.session()
        ask = partial(card.duplication.service_ticket, service_id, delivered=True)
        interrupted = power_fails(ask, delivery.original, Place.WRITE, write)
        card = delivery.original.unlocked()
        told = card.report().key_service
        assert told is not None
        seen.add(told.state)
        assert delivery.new.opens_with(card)
        if told.state is ImportState.IMPORTED:
            # Its signature may be gone, its word is not: the host said that it was delivered.
            assert card.duplication.receipt().kind is ReceiptKind.DONE
        assert card.duplication.service_ticket(service_id, delivered=True) != delivery.ticket
        if not interrupted:
            break
    assert seen == {ImportState.IMPORTED, ImportState.TICKETED}
    assert receipt.kind is ReceiptKind.DONE
