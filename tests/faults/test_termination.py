"""A card that is terminated is wiped, whatever write is cut; until then it works as before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from tests.bench import Bench, Specimen, Stage, component, components
from tests.faults.keys import Sealed, group_key, parts_of, remains
from tests.faults.power import Place, Story, interrupt, interrupt_twice
from tests.faults.test_files import make_file

from twincard.card.duplication import ReceiptKind
from twincard.card.report import ExportState, ImportState, LifeCycle, Mode
from twincard.card.session import Card
from twincard.iso.status import CardError, NotFoundError
from twincard.keys.key_type import KeyType

CONTENT = b"known to its card alone, and to nobody else"
SIZE = 3


@dataclass(frozen=True)
class Case:
    """A card's state before it is terminated; `prepare` takes original and backup there."""

    victim: str
    stage: Stage
    prepare: Callable[[Card, Card], None] = lambda original, backup: None


def _export(original: Card, backup: Card) -> None:
    original.duplication.export_key(backup.duplication.ticket(original.report().card_id))


def _void(original: Card, backup: Card) -> None:
    _export(original, backup)
    backup.duplication.cancel()


def _import(original: Card, backup: Card) -> None:
    ticket = backup.duplication.ticket(original.report().card_id)
    backup.duplication.import_key(original.duplication.export_key(ticket))


CASES = {
    "original without components": Case("original", Stage.ISSUED),
    "original without a key": Case("original", Stage.COMPLETE),
    "original with a key": Case("original", Stage.KEYED),
    "original pending": Case("original", Stage.KEYED, _export),
    "original done": Case("original", Stage.DUPLICATED),
    "backup empty": Case("backup", Stage.KEYED),
    "backup ticketed": Case("backup", Stage.KEYED, _export),
    "backup void": Case("backup", Stage.KEYED, _void),
    "backup imported": Case("backup", Stage.KEYED, _import),
    "backup imported and confirmed": Case("backup", Stage.DUPLICATED),
}


class Terminating(Story):
    """TERMINATE with the PIN, on a card with a file and a contact as well."""

    def __init__(self, bench: Bench, case: Case, key: KeyType, mode: Mode = Mode.BASE) -> None:
        bench.in_mode(mode).at(case.stage, size=SIZE, key=key)
        self.secrets: list[bytes] = []
        if case.stage is Stage.KEYED:
            self.secrets += parts_of(bench.original, bench.backup, SIZE, key)
        if case.stage >= Stage.COMPLETE:
            case.prepare(bench.original.unlocked(), bench.backup.unlocked())
        super().__init__(*self._furnished(bench))
        original, backup = self.scene.subjects
        self.victim, self.other = (
            (original, backup) if case.victim == "original" else (backup, original)
        )
        self.start = self.victim.card().report()
        self.sealed = _sealed(bench.original) if case.stage >= Stage.KEYED else None
        specimen = self.victim.specimen
        values = [item.value for item in components(SIZE)]
        values += [specimen.pin, specimen.puk, specimen.transport_key]
        self.secrets += [value.reveal() for value in values]
        self.secrets += [CONTENT, group_key(SIZE).value]

    def _furnished(self, bench: Bench) -> tuple[Specimen, Specimen]:
        for specimen in (bench.original, bench.backup):
            make_file(specimen.as_issuer(), 0xD001, CONTENT)
        return bench.original, bench.backup

    def open(self) -> None:
        self.session = self.victim.unlocked()

    def act(self) -> None:
        self.session.terminate()

    def repeat(self) -> None:
        if self.victim.card().report().life_cycle is not LifeCycle.TERMINATED:
            self.victim.unlocked().terminate()

    def check(self) -> None:
        report = self.victim.card().report()
        if report.life_cycle is LifeCycle.TERMINATED:
            self._check_wiped()
            return
        assert report == self.start
        assert CONTENT in self.victim.lab.image()
        card = self.victim.unlocked()
        if report.key is not None:
            assert self.sealed is not None
            assert self.sealed.opens_with(card)
        if report.import_ is not None and report.import_.state is not ImportState.VOID:
            # The void receipt is not to be had from a card that can still open files.
            assert _receipt_kind(card) is not ReceiptKind.VOID

    def _check_wiped(self) -> None:
        assert remains(self.victim.lab.image(), self.secrets) == []
        card = self.victim.card()
        report = card.report()
        assert report.key is None
        assert report.group is None
        assert (report.file_bytes_free, report.file_entries_free) == (8192, 32)
        with pytest.raises(CardError):
            card.pin.verify(self.victim.specimen.pin)
        had_ticket = self.start.import_ and self.start.import_.state is not ImportState.EMPTY
        assert _receipt_kind(card) is (ReceiptKind.VOID if had_ticket else None)

    def conclude(self) -> None:
        assert self.victim.card().report().life_cycle is LifeCycle.TERMINATED
        self._check_wiped()
        export = self.other.card().report().export
        if export is not None and export.state is ExportState.PENDING:
            with self.scene.aside():
                original = self.other.unlocked()
                original.duplication.confirm(self.victim.card().duplication.receipt())
                after = original.report().export
                assert after is not None
                assert (after.state, after.slots_used) == (ExportState.NONE, 0)


def _sealed(original: Specimen) -> Sealed:
    return Sealed.to(original.card().usage.public_key())


def _receipt_kind(card: Card) -> ReceiptKind | None:
    try:
        return card.duplication.receipt().kind
    except NotFoundError:
        return None


@pytest.mark.parametrize(
    ("mode", "key"), [*((Mode.BASE, key) for key in KeyType), (Mode.HOST_BLIND, KeyType.P_256)]
)
@pytest.mark.parametrize("case", CASES)
def test_a_terminated_card_is_wiped_whatever_write_is_cut(
    bench: Bench, case: str, mode: Mode, key: KeyType
) -> None:
    story = Terminating(bench, CASES[case], key, mode)
    assert interrupt(story, story.victim) > 10
    assert interrupt(story, story.victim, Place.ANSWER) == 1


@pytest.mark.parametrize(
    ("mode", "key"), [*((Mode.BASE, key) for key in KeyType), (Mode.HOST_BLIND, KeyType.P_256)]
)
@pytest.mark.parametrize("case", ["original pending", "backup imported"])
def test_a_terminated_card_is_wiped_when_power_fails_twice(
    bench: Bench, case: str, mode: Mode, key: KeyType
) -> None:
    story = Terminating(bench, CASES[case], key, mode)
    assert interrupt_twice(story, story.victim, first=7, second=8) > 20


class TerminatingUnissued(Story):
    """TERMINATE by the issuer, before the card is operational."""

    def __init__(self, bench: Bench) -> None:
        card = bench.at(Stage.BLANK).original.as_issuer()
        card.group.begin(SIZE)
        card.group.set_component(component(1, SIZE))
        super().__init__(bench.original)
        (self.original,) = self.scene.subjects
        key = bench.original.transport_key.reveal()
        self.secrets = [key, component(1, SIZE).value.reveal()]

    def open(self) -> None:
        self.session = self.original.authorised()

    def act(self) -> None:
        self.session.terminate()

    def check(self) -> None:
        # The SELECT goes on with what was interrupted: the image is taken after it.
        life_cycle = self.original.card().report().life_cycle
        image = self.original.lab.image()
        if life_cycle is LifeCycle.INITIALISATION:
            assert all(secret in image for secret in self.secrets)
            self.original.authorised()
        else:
            assert remains(image, self.secrets) == []

    def repeat(self) -> None:
        if self.original.card().report().life_cycle is LifeCycle.INITIALISATION:
            self.open()
            self.act()

    def conclude(self) -> None:
        assert self.original.card().report().life_cycle is LifeCycle.TERMINATED
        assert remains(self.original.lab.image(), self.secrets) == []


def test_a_card_that_was_never_issued_is_wiped_whatever_write_is_cut(bench: Bench) -> None:
    story = TerminatingUnissued(bench)
    assert interrupt(story, story.original) > 10
    assert interrupt_twice(story, story.original, first=2, second=3) > 20
