"""Power failures inside secured commands leave what they leave without a channel."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Stage
from tests.card.wire import status
from tests.faults.power import Place, Story, Subject, interrupt
from tests.faults.test_duplication import Duplicating
from tests.trust.channel.hosts import Host, as_issuer, as_user
from tests.trust.channel.test_handshake import FOR_ISSUER, REPORT, VERIFIED

from twincard.card.issuer import Personalisation
from twincard.card.report import LifeCycle, PolicyFlags, Role
from twincard.card.session import Card
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.iso.status import Sw
from twincard.keys.key_type import KeyType


class DuplicatingThroughChannels(Duplicating):
    """Each card in a channel of its user's."""

    def act(self) -> None:
        duplicate_key(self.unlocked(self.original), self.unlocked(self.backup))

    repeat = act

    @staticmethod
    def unlocked(subject: Subject) -> Card:
        host = Host(subject.specimen, as_user, connection=subject.wire)
        card = subject.specimen.session(host)
        card.pin.verify(subject.specimen.pin)
        return card


@pytest.mark.parametrize("victim", ["original", "backup"])
@pytest.mark.parametrize(
    ("place", "step"), [(Place.WRITE, 5), (Place.ANSWER, 1)], ids=["write", "answer"]
)
def test_exactly_one_backup_gets_the_key_through_channels(
    bench: Bench, victim: str, place: Place, step: int
) -> None:
    bench.at(Stage.KEYED)
    story = DuplicatingThroughChannels(bench, 3, KeyType.P_256, bench.backup, bench.backup2)
    subject = story.original if victim == "original" else story.backup
    assert interrupt(story, subject, place, step=step) > 3


class Personalising(Story):
    """PERSONALISE and ACTIVATE by the issuer, in SCP03."""

    def open(self) -> None:
        """The issuer opens his channel in `act`, and is cut there too."""

    def act(self) -> None:
        (subject,) = self.scene.subjects
        specimen = subject.specimen
        card = Card(Host(specimen, as_issuer, connection=subject.wire))
        if card.report().life_cycle is LifeCycle.INITIALISATION:
            card.issuer.personalise(
                Personalisation(Role.ORIGINAL, specimen.pin, specimen.puk, policy=PolicyFlags.NONE)
            )
            card.issuer.activate()

    repeat = act

    def check(self) -> None:
        (subject,) = self.scene.subjects
        subject.card()
        # Nobody has a session after a power failure.
        assert status(subject.lab, FOR_ISSUER) == Sw.AUTHORITY_MISSING
        assert status(subject.lab, VERIFIED) in (0x63C3, Sw.WRONG_STATE)

    def conclude(self) -> None:
        (subject,) = self.scene.subjects
        assert subject.unlocked().report().life_cycle is LifeCycle.OPERATIONAL
        card = subject.specimen.session(Host(subject.specimen, as_user))
        assert card.report().role is Role.ORIGINAL


def test_the_issuer_repeats_what_was_interrupted(bench: Bench) -> None:
    story = Personalising(bench.at(Stage.BLANK).original)
    assert interrupt(story, story.scene.subjects[0]) > 3


def test_an_answer_that_was_lost_leaves_no_channel(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    host = Host(specimen, as_user)
    host.open()
    specimen.lab.reset()
    specimen.card()
    assert status(specimen.lab, REPORT) == Sw.DONE
