"""Issuing goes on wherever the power failed, and personalisation is replaced as a whole."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Specimen, Stage, components
from tests.faults.power import Place, Story, Subject, interrupt, interrupt_twice

from twincard.card.files import EXPIRY_DATE, MEMBER_NUMBER
from twincard.card.issuer import Personalisation
from twincard.card.report import LifeCycle, PolicyFlags, Role
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.flows.issue.pair import Blank, IssuedPair, IssueEvent, Profile, issue_pair
from twincard.iso.status import WrongPinError, WrongStateError
from twincard.keys.secret import Secret

SIZE = 2
PROFILE = Profile(SIZE, policy=PolicyFlags.NONE, member_number=b"4711-0815", expiry_date=b"2031-12")


class Issuing(Story):
    """Two blank cards become a pair that shares a key group."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.original, bench.backup)
        self.original, self.backup = self.scene.subjects
        self.events: list[IssueEvent] = []
        self.pair: IssuedPair | None = None

    def open(self) -> None:
        """Nothing: the flow opens its sessions itself."""

    def act(self) -> None:
        self.events.clear()
        self.pair = issue_pair(
            _blank(self.original),
            _blank(self.backup),
            PROFILE,
            components(SIZE)[:1],
            on_event=self.events.append,
        )

    repeat = act

    def check(self) -> None:
        for subject, role in ((self.original, Role.ORIGINAL), (self.backup, Role.BACKUP)):
            report = subject.card().report()
            if report.life_cycle is LifeCycle.OPERATIONAL:
                self._check_operational(subject, role)
            else:
                assert report.role in (Role.NONE, role)
                subject.authorised()

    def _check_operational(self, subject: Subject, role: Role) -> None:
        report = subject.unlocked().report()
        assert report.role is role
        assert report.backups_allowed == (1 if role is Role.ORIGINAL else 0)
        assert report.group is not None
        assert report.group.components[0].kcv == components(SIZE)[0].kcv
        assert report.group.missing == (2,)

    def conclude(self) -> None:
        first = self.pair
        self.act()
        assert self.events == []
        assert self.pair == first
        card = self.original.card()
        for fid, content in ((MEMBER_NUMBER, b"4711-0815"), (EXPIRY_DATE, b"2031-12")):
            assert card.files.select(fid).size == len(content)
            assert card.files.read(len(content)) == content
        for subject, role in ((self.original, Role.ORIGINAL), (self.backup, Role.BACKUP)):
            self._check_operational(subject, role)


def _blank(subject: Subject) -> Blank:
    specimen = subject.specimen
    return Blank(subject.card(), specimen.transport_key, specimen.pin, specimen.puk)


def _victim(story: Issuing, name: str) -> Subject:
    return story.original if name == "original" else story.backup


@pytest.mark.parametrize("place", list(Place))
@pytest.mark.parametrize("victim", ["original", "backup"])
def test_issuing_goes_on_wherever_power_fails(bench: Bench, victim: str, place: Place) -> None:
    story = Issuing(bench.at(Stage.BLANK))
    assert interrupt(story, _victim(story, victim), place) > 5


@pytest.mark.parametrize("victim", ["original", "backup"])
def test_issuing_goes_on_when_power_fails_twice(bench: Bench, victim: str) -> None:
    story = Issuing(bench.at(Stage.BLANK))
    assert interrupt_twice(story, _victim(story, victim), first=23, second=29) > 10


def test_a_pair_whose_issue_was_interrupted_duplicates(bench: Bench) -> None:
    story = Issuing(bench.at(Stage.BLANK))
    interrupt(story, story.original, step=20)
    cards = story.original.unlocked(), story.backup.unlocked()
    assert duplicate_key(*cards, components(SIZE)[1:]).copied


A = Personalisation(
    Role.ORIGINAL, Secret("first PIN"), Secret("first PUK"), 1, policy=PolicyFlags.NONE
)
B = Personalisation(
    Role.BACKUP, Secret("second PIN"), Secret("second PUK"), 0, policy=PolicyFlags.DECIPHER_OFF
)


class Personalising(Story):
    """PERSONALISE a second time, with everything different."""

    def __init__(self, original: Specimen, first: Personalisation | None) -> None:
        if first is not None:
            original.as_issuer().issuer.personalise(first)
        super().__init__(original)
        (self.original,) = self.scene.subjects
        self.first = first

    def open(self) -> None:
        self.session = self.original.authorised()

    def act(self) -> None:
        self.session.issuer.personalise(B)

    def check(self) -> None:
        report = self.original.card().report()
        found = next((each for each in (A, B) if each.role is report.role), None)
        assert found in (self.first, B)
        if found is None:
            assert report.role is Role.NONE
            return
        assert (report.backups_allowed, report.policy) == (found.backups, found.policy)
        if report.identity is None:
            # The old values still, and the new device key not yet: to be repeated first.
            assert found is self.first
            with pytest.raises(WrongStateError):
                self.original.authorised().issuer.activate()
            return
        assert not report.certified
        with self.scene.aside():
            self.original.authorised().issuer.activate()
            self._check_secrets(found, A if found is B else B)

    def _check_secrets(self, found: Personalisation, other: Personalisation) -> None:
        self.original.unlocked(found.pin)
        card = self.original.card()
        with pytest.raises(WrongPinError):
            card.pin.verify(other.pin)
        with pytest.raises(WrongPinError):
            card.pin.unblock(other.puk, found.pin)
        card.pin.unblock(found.puk, found.pin)

    def repeat(self) -> None:
        self.open()
        self.act()

    def conclude(self) -> None:
        self.check()
        assert self.original.card().report().role is B.role


@pytest.mark.parametrize("first", [None, A], ids=["new", "replaced"])
def test_a_personalisation_is_replaced_as_a_whole(
    bench: Bench, first: Personalisation | None
) -> None:
    story = Personalising(bench.at(Stage.BLANK).original, first)
    assert interrupt(story, story.original) > 5
    assert interrupt(story, story.original, Place.ANSWER) == 1
    assert interrupt_twice(story, story.original, first=7, second=9) > 10


class Activating(Story):
    """ACTIVATE, after which the PIN counts."""

    def __init__(self, original: Specimen) -> None:
        original.as_issuer().issuer.personalise(A)
        super().__init__(original)
        (self.original,) = self.scene.subjects

    def open(self) -> None:
        self.session = self.original.authorised()

    def act(self) -> None:
        self.session.issuer.activate()

    def check(self) -> None:
        report = self.original.card().report()
        if report.life_cycle is LifeCycle.OPERATIONAL:
            self.original.unlocked(A.pin)
        else:
            assert report.life_cycle is LifeCycle.INITIALISATION

    def repeat(self) -> None:
        if self.original.card().report().life_cycle is LifeCycle.INITIALISATION:
            self.open()
            self.act()

    def conclude(self) -> None:
        self.check()
        assert self.original.card().report().life_cycle is LifeCycle.OPERATIONAL


def test_a_card_is_activated_or_not(bench: Bench) -> None:
    story = Activating(bench.at(Stage.BLANK).original)
    # The life cycle, and what the log says of it.
    assert interrupt(story, story.original) > 1
    assert interrupt(story, story.original, Place.ANSWER) == 1
