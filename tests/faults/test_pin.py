"""A power cut gives no try back, no guess for nothing, and leaves one PIN that is whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import pytest
from tests.bench import Bench, Specimen, Stage
from tests.faults.power import Place, Scene, Story, Subject, interrupt, interrupt_twice

from twincard.card.report import CardReport
from twincard.card.session import Card
from twincard.iso.status import PinBlockedError, WrongPinError
from twincard.keys.secret import Secret
from twincard.transport.connection import PowerCutError

NEW = Secret("a newer PIN")
WRONG = Secret("no such PIN")
PIN_TRIES = 3
PUK_TRIES = 10


def spend_tries(specimen: Specimen, tries: int) -> None:
    """Give wrong PINs until so many tries are left."""
    card = specimen.card()
    for _ in range(PIN_TRIES - tries):
        with pytest.raises((WrongPinError, PinBlockedError)):
            card.pin.verify(WRONG)


def works(subject: Subject, pin: Secret) -> bool:
    """Whether this PIN is taken; what the attempt costs counts, see Scene.aside."""
    card = subject.card()
    try:
        card.pin.verify(pin)
    except (WrongPinError, PinBlockedError):
        return False
    return card.pin.is_verified()


class ReplacingPin(Story):
    """The old PIN or a new one works, never both, and nothing stays verified."""

    def __init__(self, bench: Bench, tries: int) -> None:
        spend_tries(bench.at(Stage.ISSUED).original, tries)
        super().__init__(bench.original)
        (self.original,) = self.scene.subjects
        self.old = bench.original.pin
        self.puk = bench.original.puk

    def open(self) -> None:
        self.session = self.original.card()

    def working(self) -> list[bool]:
        """Whether the old PIN works, and the new one."""
        found = []
        for pin in (self.old, NEW):
            with self.scene.aside():
                found.append(works(self.original, pin))
        return found

    def conclude(self) -> None:
        report = self.original.card().report()
        assert (report.pin_tries_left, report.puk_tries_left) == (PIN_TRIES, PUK_TRIES)
        assert self.working() == [False, True]


class ChangingPin(ReplacingPin):
    """CHANGE REFERENCE DATA by who knows the PIN."""

    def act(self) -> None:
        self.session.pin.change(self.old, NEW)

    def check(self) -> None:
        assert not self.original.card().pin.is_verified()
        assert sorted(self.working()) == [False, True]

    def repeat(self) -> None:
        # A user tries the PIN that he knows to be valid, whichever it is by now.
        old_works, _ = self.working()
        self.original.card().pin.change(self.old if old_works else NEW, NEW)


class Unblocking(ReplacingPin):
    """RESET RETRY COUNTER on a blocked PIN by who knows the PUK."""

    def act(self) -> None:
        self.session.pin.unblock(self.puk, NEW)

    def check(self) -> None:
        report = self.original.card().report()
        assert not self.original.card().pin.is_verified()
        blocked = report.pin_tries_left == 0
        assert self.working() == [False, not blocked]

    def repeat(self) -> None:
        self.original.card().pin.unblock(self.puk, NEW)


@pytest.mark.parametrize("tries", [3, 2])
def test_a_changed_pin_is_the_old_or_the_new_one(bench: Bench, tries: int) -> None:
    story = ChangingPin(bench, tries)
    assert interrupt(story, story.original) > 3
    assert interrupt(story, story.original, Place.ANSWER) == 1


def test_a_pin_is_unblocked_wholly_or_not_at_all(bench: Bench) -> None:
    story = Unblocking(bench, 0)
    assert interrupt(story, story.original) > 3
    assert interrupt(story, story.original, Place.ANSWER) == 1
    assert interrupt_twice(story, story.original) > 10


@dataclass(frozen=True)
class Guess:
    """A command that compares a PIN or PUK, with a right and a wrong one; and the counter of it."""

    send: Callable[[Card, Secret], None]
    right: Callable[[Specimen], Secret]
    tries: Callable[[CardReport], int]
    most: int


GUESSES = {
    "VERIFY": Guess(
        lambda card, pin: card.pin.verify(pin),
        lambda specimen: specimen.pin,
        lambda report: report.pin_tries_left,
        PIN_TRIES,
    ),
    "CHANGE REFERENCE DATA": Guess(
        lambda card, pin: card.pin.change(pin, NEW),
        lambda specimen: specimen.pin,
        lambda report: report.pin_tries_left,
        PIN_TRIES,
    ),
    "RESET RETRY COUNTER": Guess(
        lambda card, puk: card.pin.unblock(puk, NEW),
        lambda specimen: specimen.puk,
        lambda report: report.puk_tries_left,
        PUK_TRIES,
    ),
}


def _outcome(subject: Subject, guess: Guess, value: Secret, write: int) -> str:
    """What an attacker sees who cuts the power at this write."""
    card = subject.card()
    subject.wire.fail(Place.WRITE, write)
    try:
        guess.send(card, value)
    except PowerCutError:
        return "no answer"
    except (WrongPinError, PinBlockedError):
        return "wrong"
    finally:
        subject.wire.restart()
    return "right"


@pytest.mark.parametrize("tries", [3, 2, 1])
@pytest.mark.parametrize("command", GUESSES)
def test_no_guess_is_free_whatever_write_is_cut(bench: Bench, command: str, tries: int) -> None:
    guess = GUESSES[command]
    spend_tries(bench.at(Stage.ISSUED).original, tries)
    scene = Scene(bench.original)
    (subject,) = scene.subjects
    before = guess.tries(subject.card().report())
    for write in count(1):
        with scene.aside():
            wrong = _outcome(subject, guess, WRONG, write)
            after = guess.tries(subject.card().report())
            assert after in (before - 1, before), write
        with scene.aside():
            right = _outcome(subject, guess, guess.right(subject.specimen), write)
            assert guess.tries(subject.card().report()) <= guess.most, write
            assert not subject.card().pin.is_verified()
        assert after < before or wrong == right == "no answer", write
        if right == "right":
            assert wrong == "wrong"
            assert write > 1
            return


@pytest.mark.parametrize("command", ["VERIFY", "CHANGE REFERENCE DATA"])
def test_a_wrong_pin_cut_at_its_last_write_costs_its_try_each_time(
    bench: Bench, command: str
) -> None:
    guess = GUESSES[command]
    bench.at(Stage.ISSUED)
    scene = Scene(bench.original)
    (subject,) = scene.subjects
    with scene.aside():
        card = subject.card()
        subject.lab.cut(0)
        with pytest.raises(WrongPinError):
            guess.send(card, WRONG)
        writes = subject.lab.writes()
    for left in (2, 1, 0):
        # One write more than a wrong PIN makes: only a right one would be cut there.
        assert _outcome(subject, guess, WRONG, writes + 1) == "wrong"
        assert subject.card().report().pin_tries_left == left
    assert not works(subject, bench.original.pin)
