"""The cards of a game, what was seen of them, and what must hold after every step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant
from tests.bench import Bench, Specimen
from tests.faults.keys import Sealed
from tests.model import rules
from tests.model.choices import (
    BACKUPS,
    ORIGINALS,
)
from tests.model.rules import Backup, Block, Original, Receipt, Ticket
from tests.model.subject import (
    Answer,
    Failure,
    Observed,
    Outcome,
)
from tests.trust.service import service_of

from twincard.card.duplication import ExportedKey
from twincard.card.duplication import Receipt as ReceiptBytes
from twincard.card.duplication import Ticket as TicketBytes
from twincard.card.key_service import KeyRequest
from twincard.card.report import CardReport, Mode
from twincard.card.session import Card
from twincard.identity.device_certificate import CardCertificate
from twincard.iso.status import WrongStateError

Said = TypeVar("Said", Ticket, Block, Receipt)
Carried = TypeVar("Carried", TicketBytes, ExportedKey, ReceiptBytes)


@dataclass(frozen=True)
class Seen(Generic[Said, Carried]):
    """Something that crossed the wire: what it says, and its bytes."""

    said: Said
    carried: Carried = field(repr=False)


SeenTicket = Seen[Ticket, TicketBytes]
SeenBlock = Seen[Block, ExportedKey]
SeenReceipt = Seen[Receipt, ReceiptBytes]


class Table(RuleBasedStateMachine):
    """Two originals and three backups, and everything that was ever seen on a wire."""

    def __init__(self, bench: Bench, happened: Counter[str]) -> None:
        super().__init__()
        self.bench = bench
        self.happened = happened
        self.cards: dict[str, Observed] = {}
        self.tickets: list[SeenTicket] = []
        self.blocks: list[SeenBlock] = []
        self.receipts: list[SeenReceipt] = []
        self.sealed: dict[bytes, Sealed] = {}
        self.service = service_of()
        self.requests: list[tuple[Ticket, TicketBytes]] = []
        """What the service was ever asked."""
        self.bytes_of: dict[Ticket | Block | Receipt, bytes] = {}
        self.allowed = 0
        self.mode = Mode.BASE
        self.steps = 0

    def _take(self, state: rules.Card) -> None:
        specimen: Specimen = getattr(self.bench, state.name)
        self.cards[state.name] = Observed(specimen, state)

    @invariant()
    def reports_agree(self) -> None:
        """Every card reports what the model says."""
        card_ids = {name: card.card_id for name, card in self.cards.items()}
        for card in self.cards.values():
            card.report = card.session.report()
            card.agrees(card_ids)

    @invariant()
    def keys_are_where_the_slots_say(self) -> None:
        """Never more backups of a key than allowed, and its original knows of each."""
        for key in {card.state.key for card in self.cards.values()} - {None}:
            holders = {name for name in BACKUPS if self.cards[name].state.key == key}
            assert len(holders) <= self.allowed
            for original in map(self._original, ORIGINALS):
                if original.key == key:
                    known = {slot.backup for slot in original.slots}
                    if original.pending:
                        known.add(original.pending.backup)
                    assert holders <= known

    @invariant()
    def keys_work(self) -> None:
        """Every card opens what was encrypted to the key that it reports."""
        self.steps += 1
        for card in self.cards.values():
            if card.state.key is None:
                continue
            if card.state.key in self.sealed:
                assert self.sealed[card.state.key].opens_with(card.session)
            if isinstance(card.state, Original):
                self._see_key(card, card.state.key)

    def _see_key(self, card: Observed, key: bytes) -> None:
        """An original shows its public key when it is released, and not before."""
        try:
            public = card.session.usage.public_key()
        except WrongStateError:
            assert not rules.released(card.state)
            return
        assert rules.released(card.state)
        assert public.digest == key
        if key not in self.sealed:
            self.sealed[key] = Sealed.by(card.session)

    def _send(
        self,
        command: str,
        name: str,
        send: Callable[[Card], Answer],
        outcome: Callable[[CardReport], Outcome],
        failure: Failure | None,
    ) -> Answer | None:
        """Send a command, let the model follow; the answer, if it came."""
        fate, answer = self.cards[name].send(send, outcome, failure)
        self.happened[f"{command} {fate.value}"] += 1
        return answer

    def _read_request(self, ticket: TicketBytes, name: str) -> KeyRequest:
        """The service knows every card's certificate, those of terminated ones too."""
        specimen: Specimen = getattr(self.bench, name)
        certificate = CardCertificate.parse(specimen.known[specimen.card_id])
        return self.service.read_ticket(ticket, certificate)

    def _note_receipt(self, name: str, answer: ReceiptBytes | None) -> SeenReceipt | None:
        receipt = rules.receipt_of(self._backup(name))
        if answer is None or isinstance(receipt, type):
            return None
        assert answer.kind is receipt.kind
        self._note(receipt, answer.encoded)
        self.receipts.append(Seen(receipt, answer))
        return self.receipts[-1]

    def _note(self, said: Ticket | Block | Receipt, encoded: bytes) -> None:
        """The same is always said in the same bytes, and different things in different ones."""
        assert self.bytes_of.setdefault(said, encoded) == encoded
        assert len(set(self.bytes_of.values())) == len(self.bytes_of)

    def _original(self, name: str) -> Original:
        state = self.cards[name].state
        assert isinstance(state, Original)
        return state

    def _backup(self, name: str) -> Backup:
        state = self.cards[name].state
        assert isinstance(state, Backup)
        return state
