"""A ticket that is cancelled, or an export that is abandoned: one story on both cards."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Stage
from tests.faults.keys import Sealed
from tests.faults.power import Place, Story, Subject, interrupt, interrupt_twice

from twincard.card.report import ExportState, ImportState, Mode, SlotUse
from twincard.flows.duplicate.abandon import abandon, cancel
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.iso.status import WrongStateError


class AfterExport(Story):
    """The original is pending, and the backup's block is on its way."""

    def __init__(self, bench: Bench) -> None:
        original, backup = bench.original.unlocked(), bench.backup.unlocked()
        self.ticket = backup.duplication.ticket(original.report().card_id)
        self.block = original.duplication.export_key(self.ticket)
        self.sealed = Sealed.by(original)
        super().__init__(bench.original, bench.backup)
        self.original, self.backup = self.scene.subjects

    def states(self) -> tuple[ExportState, ImportState]:
        """Of original and backup; the original's key works in any."""
        card = self.original.unlocked()
        assert self.sealed.opens_with(card)
        export, import_ = card.report().export, self.backup.card().report().import_
        assert export is not None
        assert import_ is not None
        return export.state, import_.state


class Cancelling(AfterExport):
    """The backup's ticket is made void, and the original gets its slot back."""

    def open(self) -> None:
        """Nothing: the sessions belong to what is interrupted."""

    def act(self) -> None:
        cancel(self.original.unintroduced(), self.backup.unintroduced())

    repeat = act

    def check(self) -> None:
        export, import_ = self.states()
        assert export in (ExportState.PENDING, ExportState.NONE)
        assert import_ in (ImportState.TICKETED, ImportState.VOID)
        assert self.backup.card().report().key is None
        if export is ExportState.NONE:
            assert import_ is ImportState.VOID
        if import_ is ImportState.VOID:
            with pytest.raises(WrongStateError):
                self.backup.unlocked().duplication.import_key(self.block)

    def conclude(self) -> None:
        assert self.states() == (ExportState.NONE, ImportState.VOID)
        report = self.original.card().report()
        assert report.export is not None
        assert report.export.slots_used == 0
        with self.scene.aside():
            pair = self.original.unintroduced(), self.backup.unintroduced()
            assert duplicate_key(*pair).copied
            assert self.sealed.opens_with(self.backup.unlocked())


class Renewing(Cancelling):
    """The same, and then the flow again: the backup draws a new ticket and takes the key."""

    def act(self) -> None:
        original, backup = self.original.unintroduced(), self.backup.unintroduced()
        backup.duplication.cancel()
        duplicate_key(original, backup)

    def repeat(self) -> None:
        duplicate_key(self.original.unintroduced(), self.backup.unintroduced())

    def check(self) -> None:
        export, import_ = self.states()
        backup = self.backup.unlocked()
        if import_ is ImportState.IMPORTED:
            assert export is not ExportState.NONE
            assert self.sealed.opens_with(backup)
        else:
            assert export is not ExportState.DONE
            assert backup.report().key is None

    def conclude(self) -> None:
        assert self.states() == (ExportState.DONE, ImportState.IMPORTED)
        self.check()
        assert len(self.original.card().duplication.used_slots()) == 1


class Abandoning(AfterExport):
    """The slot of a destroyed backup is spent, by user and issuer together."""

    def open(self) -> None:
        self.session = self.original.grant(self.original.unlocked())

    def act(self) -> None:
        self.session.duplication.abandon()

    def check(self) -> None:
        export, _ = self.states()
        used = self.original.card().duplication.used_slots()
        if export is ExportState.PENDING:
            assert used == ()
        else:
            assert export is ExportState.DONE
            assert [slot.use for slot in used] == [SlotUse.ABANDONED]

    def repeat(self) -> None:
        if self.states()[0] is ExportState.PENDING:
            specimen = self.original.specimen
            abandon(self.original.unintroduced(), specimen.transport_key, specimen.pin)

    def conclude(self) -> None:
        assert self.states()[0] is ExportState.DONE
        self.check()
        with pytest.raises(WrongStateError):
            self.original.unlocked().duplication.export_key(self.ticket)


modes = pytest.mark.parametrize("mode", list(Mode))


def _victim(story: AfterExport, name: str) -> Subject:
    return story.original if name == "original" else story.backup


@pytest.mark.parametrize("place", list(Place))
@pytest.mark.parametrize("victim", ["original", "backup"])
@pytest.mark.parametrize("kind", [Cancelling, Renewing])
@modes
def test_a_cancelled_ticket_frees_its_slot_wherever_power_fails(
    bench: Bench, mode: Mode, kind: type[Cancelling], victim: str, place: Place
) -> None:
    story = kind(bench.in_mode(mode).at(Stage.KEYED))
    assert interrupt(story, _victim(story, victim), place) > 2


@pytest.mark.parametrize("victim", ["original", "backup"])
@modes
def test_a_cancelled_ticket_frees_its_slot_when_power_fails_twice(
    bench: Bench, mode: Mode, victim: str
) -> None:
    story = Cancelling(bench.in_mode(mode).at(Stage.KEYED))
    step = 1 if mode is Mode.BASE else 5
    assert interrupt_twice(story, _victim(story, victim), first=step, second=step) > 5


@pytest.mark.parametrize("backups", [1, 2])
@modes
def test_an_export_is_abandoned_wholly_or_not_at_all(
    bench: Bench, mode: Mode, backups: int
) -> None:
    story = Abandoning(bench.in_mode(mode).at(Stage.KEYED, backups=backups))
    assert interrupt(story, story.original) > 3
    assert interrupt(story, story.original, Place.ANSWER) == 1
    step = 1 if mode is Mode.BASE else 4
    assert interrupt_twice(story, story.original, first=step, second=step) > 10
