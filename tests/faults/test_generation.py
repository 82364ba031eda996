"""A key pair is replaced wholly or not at all: at every moment one key is there, and works."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Stage
from tests.faults.keys import Sealed, news, parts_of, remains
from tests.faults.power import LONG, Place, Story, interrupt, interrupt_twice

from twincard.card.report import ExportState
from twincard.iso.status import NotFoundError, WrongDataError
from twincard.keys.key_type import KeyType


class Generating(Story):
    """A new key pair on an original, which may have one, and slots used for it."""

    def __init__(self, bench: Bench, key: KeyType) -> None:
        super().__init__(bench.original)
        (self.original,) = self.scene.subjects
        self.key = key
        card = bench.original.unlocked()
        self.start = card.report()
        self.image = self.original.lab.image()
        self.sealed = Sealed.by(card) if self.start.key else None
        self.old_parts: list[bytes] = []

    def open(self) -> None:
        self.session = self.original.unlocked()

    def act(self) -> None:
        self.session.usage.generate(self.key)

    def check(self) -> None:
        card = self.original.unlocked()
        report = card.report()
        if report.key == self.start.key:
            assert report.export == self.start.export
            assert report.archive_id == self.start.archive_id
            assert news(self.original.lab.image(), self.image) == []
            if self.sealed is not None:
                assert self.sealed.opens_with(card)
            else:
                with pytest.raises(NotFoundError):
                    card.usage.public_key()
            return
        assert report.key is not None
        assert report.export is not None
        assert (report.export.state, report.export.slots_used) == (ExportState.NONE, 0)
        public = card.usage.public_key()
        assert public.digest == report.key.digest
        assert Sealed.by(card).opens_with(card)
        assert report.archive_id not in (None, self.start.archive_id)
        if self.sealed is not None and self.sealed.archived is not None:
            with pytest.raises(WrongDataError):
                card.usage.unwrap(self.sealed.archived)
        assert remains(self.original.lab.image(), self.old_parts) == []

    def repeat(self) -> None:
        self.original.unlocked().usage.generate(self.key)

    def conclude(self) -> None:
        self.check()
        assert self.original.card().report().key != self.start.key


@pytest.mark.parametrize(
    ("key", "step", "repeating"),
    [
        (KeyType.P_256, 1, True),
        (KeyType.RSA_2048, 2, False),
        pytest.param(KeyType.RSA_2048, 1, True, marks=LONG),
    ],
)
def test_a_first_key_pair_is_made_wholly_or_not_at_all(
    bench: Bench, key: KeyType, step: int, repeating: bool
) -> None:
    story = Generating(bench.at(Stage.COMPLETE), key)
    assert interrupt(story, story.original, step=step, repeating=repeating) > 10


@pytest.mark.parametrize(
    ("old", "new", "step", "repeating"),
    [
        (KeyType.P_256, KeyType.P_256, 1, True),
        (KeyType.RSA_2048, KeyType.P_256, 1, True),
        (KeyType.RSA_2048, KeyType.RSA_2048, 3, False),
        pytest.param(KeyType.P_256, KeyType.RSA_2048, 1, True, marks=LONG),
        pytest.param(KeyType.RSA_2048, KeyType.RSA_2048, 1, True, marks=LONG),
    ],
)
def test_a_key_pair_is_replaced_wholly_or_not_at_all(
    bench: Bench, old: KeyType, new: KeyType, step: int, repeating: bool
) -> None:
    bench.at(Stage.KEYED, key=old)
    parts = parts_of(bench.original, bench.backup, 3, old)
    story = Generating(bench, new)
    story.old_parts = parts
    assert interrupt(story, story.original, step=step, repeating=repeating) > 10


def test_a_new_key_starts_a_new_count_whatever_write_is_cut(bench: Bench) -> None:
    story = Generating(bench.at(Stage.DUPLICATED), KeyType.P_256)
    assert story.start.export is not None
    assert story.start.export.slots_used == 1
    assert interrupt(story, story.original) > 10


def test_a_key_pair_whose_answer_is_lost_is_there(bench: Bench) -> None:
    story = Generating(bench.at(Stage.KEYED), KeyType.P_256)
    assert interrupt(story, story.original, Place.ANSWER) == 1


@pytest.mark.parametrize(("first", "second"), [(9, 13), pytest.param(2, 3, marks=LONG)])
def test_a_key_pair_is_whole_when_power_fails_twice(bench: Bench, first: int, second: int) -> None:
    story = Generating(bench.at(Stage.KEYED), KeyType.P_256)
    assert interrupt_twice(story, story.original, first=first, second=second) > 20
