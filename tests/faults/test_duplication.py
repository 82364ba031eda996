"""Exactly once: however often the power fails, one backup gets the key, and both cards work."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Specimen, Stage
from tests.faults.keys import Sealed, parts_of, remains
from tests.faults.power import LONG, Place, Story, Subject, interrupt, interrupt_twice

from twincard.card.report import CardReport, ExportState, ImportState, Mode, PolicyFlags
from twincard.card.session import Card
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.iso.status import NotFoundError, WrongStateError
from twincard.keys.key_type import KeyType

BASE, BLIND = Mode
SIZES_AND_MODES = [(1, BASE), (3, BASE), (8, BASE), (3, BLIND)]


class Duplicating(Story):
    """The whole flow between an original with a key and a backup; another backup looks on.

    The backup takes the last slot of the original.
    """

    def __init__(
        self, bench: Bench, size: int, key: KeyType, backup: Specimen, onlooker: Specimen
    ) -> None:
        self.parts = parts_of(bench.original, backup, size, key)
        super().__init__(bench.original, backup)
        self.original, self.backup = self.scene.subjects
        card = bench.original.unlocked()
        self.start = card.report()
        self.mode = BLIND if self.start.certified else BASE
        self.sealed = Sealed.by(card)
        self.other_ticket = onlooker.unlocked().duplication.ticket(self.start.card_id)

    def open(self) -> None:
        """Nothing: the flow verifies its PINs itself, and is cut there too."""

    def act(self) -> None:
        duplicate_key(self.original.unintroduced(), self.backup.unintroduced())

    repeat = act

    def check(self) -> None:
        original, backup = self.original.unlocked(), self.backup.unlocked()
        there, here = original.report(), backup.report()
        assert there.key == self.start.key
        assert self.sealed.opens_with(original)
        self._check_backup(here, backup)
        assert there.export is not None
        assert here.import_ is not None
        assert here.import_.mode in (None, self.mode)
        imported = here.import_.state is ImportState.IMPORTED
        if there.export == self.start.export:
            assert not imported
            return
        with pytest.raises((WrongStateError, NotFoundError)):
            original.duplication.export_key(self.other_ticket)
        if there.export.state is ExportState.PENDING:
            assert not there.export_closed
            assert there.export.nonce == here.import_.nonce
        else:
            assert there.export_closed
            assert imported

    def _check_backup(self, report: CardReport, backup: Card) -> None:
        assert report.import_ is not None
        assert self.start.key is not None
        if report.import_.state is ImportState.IMPORTED:
            assert report.key is not None
            assert report.key.digest == self.start.key.digest
            assert self.sealed.opens_with(backup)
        else:
            assert report.import_.state in (ImportState.EMPTY, ImportState.TICKETED)
            assert report.key is None
            with pytest.raises(NotFoundError):
                self.sealed.opens_with(backup)
            assert remains(self.backup.lab.image(), self.parts) == []

    def conclude(self) -> None:
        self.check()
        there, here = self.original.card().report(), self.backup.card().report()
        assert there.export is not None
        assert there.export.state is ExportState.DONE
        assert there.export.slots_used == there.backups_allowed
        assert here.import_ is not None
        assert here.import_.state is ImportState.IMPORTED
        used = [slot.backup_id for slot in self.original.card().duplication.used_slots()]
        assert len(used) == len(set(used)) == there.backups_allowed
        assert used[-1] == here.card_id
        if PolicyFlags.ERASE_GROUP in there.policy:
            assert there.group is None


def _only(bench: Bench, size: int, key: KeyType) -> Duplicating:
    return Duplicating(bench, size, key, bench.backup, bench.backup2)


def _victim(story: Duplicating, name: str) -> Subject:
    return story.original if name == "original" else story.backup


victims = pytest.mark.parametrize("victim", ["original", "backup"])
modes = pytest.mark.parametrize("mode", list(Mode))
keys = pytest.mark.parametrize("key", list(KeyType))


@victims
@keys
@pytest.mark.parametrize(("size", "mode"), SIZES_AND_MODES)
def test_exactly_one_backup_gets_the_key_whatever_write_is_cut(
    bench: Bench, size: int, mode: Mode, key: KeyType, victim: str
) -> None:
    bench.in_mode(mode).at(Stage.KEYED, size=size, key=key)
    story = _only(bench, size, key)
    assert interrupt(story, _victim(story, victim)) > 10


@victims
@keys
@modes
def test_exactly_one_backup_gets_the_key_whatever_answer_is_lost(
    bench: Bench, mode: Mode, key: KeyType, victim: str
) -> None:
    story = _only(bench.in_mode(mode).at(Stage.KEYED, key=key), 3, key)
    assert interrupt(story, _victim(story, victim), Place.ANSWER) > 4


@keys
@modes
def test_the_group_is_erased_with_the_last_backup_whatever_write_is_cut(
    bench: Bench, mode: Mode, key: KeyType
) -> None:
    bench.in_mode(mode).at(Stage.KEYED, key=key, policy=PolicyFlags.ERASE_GROUP)
    story = _only(bench, 3, key)
    assert interrupt(story, story.original) > 10


@keys
@pytest.mark.parametrize(
    ("mode", "victim", "first", "second"),
    [
        (BASE, "original", 2, 3),
        (BASE, "backup", 5, 11),
        (BLIND, "original", 7, 9),
        (BLIND, "backup", 13, 11),
        *(pytest.param(mode, "original", 1, 1, marks=LONG) for mode in Mode),
        *(pytest.param(mode, "backup", 2, 3, marks=LONG) for mode in Mode),
    ],
)
def test_exactly_one_backup_gets_the_key_when_power_fails_twice(
    bench: Bench, key: KeyType, mode: Mode, victim: str, first: int, second: int
) -> None:
    story = _only(bench.in_mode(mode).at(Stage.KEYED, key=key), 3, key)
    assert interrupt_twice(story, _victim(story, victim), first=first, second=second) > 20


@victims
@modes
def test_a_second_backup_gets_the_key_once_whatever_write_is_cut(
    bench: Bench, mode: Mode, victim: str
) -> None:
    bench.in_mode(mode).at(Stage.DUPLICATED, backups=2)
    story = Duplicating(bench, 3, KeyType.P_256, bench.backup2, bench.backup3)
    assert interrupt(story, _victim(story, victim)) > 10
