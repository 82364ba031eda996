"""A card of the bench under the model: commands with power cuts, and what its report must say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import TypeVar

from tests.bench import GROUP_ID, Specimen, component
from tests.faults.power import Place, Subject
from tests.model import rules
from tests.model.rules import PLACES, Backup, Group, Original, Refusal, Ticket

from twincard.card.report import (
    CardReport,
    ExportState,
    ImportState,
    KeyOrigin,
    LifeCycle,
    Mode,
)
from twincard.card.session import Card
from twincard.iso.status import CardError
from twincard.keys.component import Component
from twincard.keys.secret import Secret
from twincard.transport import PowerCutError

Outcome = rules.Card | rules.Refusal
Answer = TypeVar("Answer")

KITS = ("a", "b")
"""Two key groups: ids and components. `a` is the bench's."""


def group_id(kit: str) -> bytes:
    """The id of a kit's group."""
    return GROUP_ID if kit == "a" else sha256(b"the id of group " + kit.encode()).digest()[:16]


def names_of(kit: str) -> tuple[str, ...]:
    """What the model calls the components of a kit."""
    return tuple(f"{kit}{number}" for number in range(1, PLACES + 1))


def component_named(name: str, place: int) -> Component:
    """A kit's component, for a place that need not be its own."""
    if name.startswith("a"):
        value = component(int(name[1:]), PLACES).value
    else:
        value = Secret(sha256(b"component " + name.encode()).digest())
    return Component(place + 1, PLACES, value)


class Fate(Enum):
    """What became of a command."""

    ANSWERED = "answered"
    REFUSED = "refused"
    CUT = "cut"


@dataclass(frozen=True)
class Failure:
    """Where the power fails in a command; `number` counts from 1."""

    place: Place
    number: int


class Observed:
    """One card and what the model says about it."""

    def __init__(self, specimen: Specimen, state: rules.Card) -> None:
        self.subject = Subject(specimen)
        self.state = state
        self.report = self.subject.card().report()
        self.card_id = self.report.card_id
        self.session = self._open()

    def _open(self) -> Card:
        """A session with PIN and issuer, as far as the card still has them."""
        card = self.subject.card()
        if card.report().life_cycle is LifeCycle.OPERATIONAL:
            card.pin.verify(self.subject.specimen.pin)
            self.subject.grant(card)
        return card

    def send(
        self,
        command: Callable[[Card], Answer],
        rule: Callable[[CardReport], Outcome],
        failure: Failure | None,
    ) -> tuple[Fate, Answer | None]:
        """Send a command and let the model follow; the rule is given the report afterwards.

        After a failure of power the old state and the new one are both right.
        """
        if failure is not None:
            self.subject.wire.fail(failure.place, failure.number)
        answer: Answer | None = None
        refusal: Refusal | None = None
        fate = Fate.ANSWERED
        try:
            answer = command(self.session)
        except PowerCutError:
            fate = Fate.CUT
        except CardError as error:
            fate, refusal = Fate.REFUSED, type(error)
        if failure is not None:
            self.subject.wire.restart()
            self.session = self._open()
        self.report = self.session.report()
        self._follow(fate, refusal, rule(self.report))
        return fate, answer

    def _follow(self, fate: Fate, refusal: Refusal | None, outcome: Outcome) -> None:
        if isinstance(outcome, type):
            assert fate is Fate.CUT or refusal is outcome, (fate, refusal, outcome)
        elif fate is Fate.CUT:
            if not self._unchanged():
                self.state = outcome
        else:
            assert fate is Fate.ANSWERED, (refusal, outcome)
            self.state = outcome

    def _unchanged(self) -> bool:
        try:
            self.agrees({self.state.name: self.card_id}, others_known=False)
        except AssertionError:
            return False
        return True

    def agrees(self, card_ids: Mapping[str, bytes], *, others_known: bool = True) -> None:
        """The report says what the model says."""
        state, report = self.state, self.report
        alive = LifeCycle.OPERATIONAL if state.alive else LifeCycle.TERMINATED
        assert report.life_cycle is alive
        assert _group_of(report) == _expected_group(state.group)
        assert (report.key.digest if report.key else None) == state.key
        assert report.key is None or report.key.released is rules.released(state)
        if isinstance(state, Original):
            assert report.export is not None
            assert _export_of(report) == _expected_export(state)
            assert _service_of(report) == _expected_service(state)
            if state.pending and others_known:
                assert report.export.backup_id == card_ids[state.pending.backup]
        elif isinstance(state, Backup):
            assert report.import_ is not None
            assert _import_of(report) == (state.state, *_nonce_and_mode(state.ticket))
            if state.ticket:
                assert state.ticket.number == state.drawn
            if state.ticket and others_known:
                assert report.import_.original_id == card_ids[state.ticket.original]


def _group_of(report: CardReport) -> tuple[bytes, tuple[bytes | None, ...]] | None:
    if report.group is None:
        return None
    return report.group.group_id, tuple(place.kcv for place in report.group.components)


def _expected_group(group: Group | None) -> tuple[bytes, tuple[bytes | None, ...]] | None:
    if group is None:
        return None
    values = (
        None if name is None else component_named(name, place).kcv
        for place, name in enumerate(group.places)
    )
    return group_id(group.identity), tuple(values)


def _export_of(report: CardReport) -> tuple[ExportState, int, bytes | None, Mode | None]:
    export = report.export
    assert export is not None
    return export.state, export.slots_used, export.nonce, export.mode


def _expected_export(card: Original) -> tuple[ExportState, int, bytes | None, Mode | None]:
    state = ExportState.DONE if card.slots else ExportState.NONE
    if card.pending:
        state = ExportState.PENDING
    return state, len(card.slots), *_nonce_and_mode(card.pending)


def _service_of(report: CardReport) -> tuple[ImportState, KeyOrigin]:
    told = report.key_service
    assert told is not None
    return told.state, told.origin


def _expected_service(card: Original) -> tuple[ImportState, KeyOrigin]:
    return card.service, card.origin


def _import_of(report: CardReport) -> tuple[ImportState, bytes | None, Mode | None]:
    import_ = report.import_
    assert import_ is not None
    return import_.state, import_.nonce, import_.mode


def _nonce_and_mode(ticket: Ticket | None) -> tuple[bytes | None, Mode | None]:
    return (ticket.nonce, ticket.mode) if ticket else (None, None)
