"""A key group changes wholly or not at all, component by component, and erased is erased."""

from __future__ import annotations

import pytest
from tests.bench import GROUP_ID, Bench, Stage, component, components
from tests.faults.keys import group_key, remains
from tests.faults.power import Place, Story, interrupt, interrupt_twice

from twincard.card.report import PolicyFlags
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.iso.status import WrongStateError

_TICKET = slice(4, 4 + 51)


class SettingComponents(Story):
    """All components of a backup's group but the first, one after the other, by its user."""

    def __init__(self, bench: Bench, size: int) -> None:
        super().__init__(bench.backup)
        (self.backup,) = self.scene.subjects
        self.components = components(size)
        self.original_id = bench.original.card().report().card_id

    def open(self) -> None:
        self.session = self.backup.unlocked()

    def act(self) -> None:
        for item in self.components[1:]:
            self.session.group.set_component(item)

    def check(self) -> None:
        group = self.backup.card().report().group
        assert group is not None
        image = self.backup.lab.image()
        for place, item in zip(group.components, self.components, strict=True):
            value = item.value.reveal()
            assert place.kcv in (None, item.kcv)
            assert remains(image, [value]) == [] if place.kcv is None else value in image

    def repeat(self) -> None:
        self.open()
        self.act()

    def conclude(self) -> None:
        self.check()
        ticket = self.backup.unlocked().duplication.ticket(self.original_id).encoded
        mac = group_key(len(self.components)).ticket_mac(ticket[_TICKET])
        assert ticket.endswith(mac)


class SettingAsIssuer(Story):
    """The issuer begins the group with a given id and sets its first component."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.original)
        (self.original,) = self.scene.subjects

    def open(self) -> None:
        self.session = self.original.authorised()

    def act(self) -> None:
        assert self.session.group.begin(3, GROUP_ID) == GROUP_ID
        self.session.group.set_component(component(1))

    def check(self) -> None:
        group = self.original.card().report().group
        first = component(1)
        value, image = first.value.reveal(), self.original.lab.image()
        if group is None or group.components[0].kcv is None:
            assert remains(image, [value]) == []
        else:
            assert group.components[0].kcv == first.kcv
            assert value in image
        if group is not None:
            assert (group.group_id, group.size) == (GROUP_ID, 3)
            assert group.missing[-2:] == (2, 3)

    def repeat(self) -> None:
        self.open()
        self.act()

    def conclude(self) -> None:
        self.check()
        group = self.original.card().report().group
        assert group is not None
        assert group.missing == (2, 3)


class ClearingComponent(Story):
    """One component is cleared by the user who set it."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.original)
        (self.original,) = self.scene.subjects

    def open(self) -> None:
        self.session = self.original.unlocked()

    def act(self) -> None:
        self.session.group.clear_component(2)

    def check(self) -> None:
        group = self.original.card().report().group
        assert group is not None
        value, image = component(2).value.reveal(), self.original.lab.image()
        if group.missing:
            assert group.missing == (2,)
            assert remains(image, [value]) == []
        else:
            assert group.components[1].kcv == component(2).kcv
            assert value in image
        assert component(1).value.reveal() in image
        assert component(3).value.reveal() in image

    def repeat(self) -> None:
        self.open()
        self.act()

    def conclude(self) -> None:
        self.check()
        group = self.original.card().report().group
        assert group is not None
        assert group.missing == (2,)


class ErasingGroup(Story):
    """What ends with the group erased; while it is there, it is whole."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.original)
        (self.original,) = self.scene.subjects
        self.values = [item.value.reveal() for item in components()]
        self.values.append(group_key(3).value)

    def is_there(self) -> bool:
        """Whether the group is there; it is looked at either way."""
        group = self.original.card().report().group
        image = self.original.lab.image()
        if group is not None:
            assert group.group_id == GROUP_ID
            assert [place.kcv for place in group.components] == [item.kcv for item in components()]
            assert all(value in image for value in self.values[:-1])
            return True
        assert remains(image, self.values) == []
        with self.scene.aside(), pytest.raises(WrongStateError):
            self.original.unlocked().group.begin(3, GROUP_ID)
        return False

    def check(self) -> None:
        self.is_there()

    def conclude(self) -> None:
        assert not self.is_there()


class ClearingGroup(ErasingGroup):
    """CLEAR GROUP, by issuer and user together."""

    def open(self) -> None:
        self.session = self.original.grant(self.original.unlocked())

    def act(self) -> None:
        self.session.group.clear()

    def repeat(self) -> None:
        if self.original.card().report().group is not None:
            self.open()
            self.act()


class ConfirmingLast(ErasingGroup):
    """The receipt of the last backup erases the original's group, as the policy says."""

    def __init__(self, bench: Bench) -> None:
        bench.at(Stage.KEYED, policy=PolicyFlags.ERASE_GROUP)
        original, backup = bench.original.unlocked(), bench.backup.unlocked()
        ticket = backup.duplication.ticket(original.report().card_id)
        self.receipt = backup.duplication.import_key(original.duplication.export_key(ticket))
        super().__init__(bench)

    def open(self) -> None:
        self.session = self.original.unlocked()

    def act(self) -> None:
        self.session.duplication.confirm(self.receipt)

    def repeat(self) -> None:
        self.open()
        self.act()

    def check(self) -> None:
        report = self.original.card().report()
        assert report.export is not None
        assert self.is_there() == (report.export.slots_used == 0)


@pytest.mark.parametrize("size", [2, 3, 8])
def test_a_component_is_set_wholly_or_not_at_all(bench: Bench, size: int) -> None:
    story = SettingComponents(bench.at(Stage.ISSUED, size=size), size)
    assert interrupt(story, story.backup) >= 4 * (size - 1)


def test_a_component_whose_answer_is_lost_can_be_set_again(bench: Bench) -> None:
    story = SettingComponents(bench.at(Stage.ISSUED, size=3), 3)
    assert interrupt(story, story.backup, Place.ANSWER) == 2


def test_components_are_whole_when_power_fails_twice(bench: Bench) -> None:
    story = SettingComponents(bench.at(Stage.ISSUED, size=2), 2)
    assert interrupt_twice(story, story.backup) > 20


def test_the_issuer_begins_a_group_and_sets_a_component_wholly_or_not_at_all(bench: Bench) -> None:
    story = SettingAsIssuer(bench.at(Stage.BLANK))
    assert interrupt(story, story.original) >= 8
    assert interrupt(story, story.original, Place.ANSWER) == 2
    assert interrupt_twice(story, story.original) > 20


def test_a_component_is_cleared_wholly_or_not_at_all(bench: Bench) -> None:
    story = ClearingComponent(bench.at(Stage.COMPLETE))
    assert interrupt(story, story.original) >= 4
    assert interrupt_twice(story, story.original) > 10


def test_a_group_is_cleared_wholly_or_not_at_all(bench: Bench) -> None:
    story = ClearingGroup(bench.at(Stage.COMPLETE))
    assert interrupt(story, story.original) > 5
    assert interrupt(story, story.original, Place.ANSWER) == 1
    assert interrupt_twice(story, story.original) > 20


def test_the_last_receipt_erases_the_group_whatever_write_is_cut(bench: Bench) -> None:
    story = ConfirmingLast(bench)
    assert interrupt(story, story.original) > 5
    assert interrupt(story, story.original, Place.ANSWER) == 1
    assert interrupt_twice(story, story.original) > 20


def test_an_original_whose_group_was_erased_still_makes_sense_to_the_flow(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED, policy=PolicyFlags.ERASE_GROUP)
    assert not duplicate_key(bench.original.unlocked(), bench.backup.unlocked()).copied
