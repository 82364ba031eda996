"""Power failures at every place where one can happen, and what a test says about them.

A `Story` is something done to cards. It is interrupted at every persistent write of one card, or
after every command of it whose answer is then lost; each time the power comes back, the story's
`check` looks at what the cutting left, `repeat` does what a user does (the same again), and
`conclude` looks at the end.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from itertools import count
from typing import final

import pytest
from tests.bench import Specimen

from twincard.card.session import Card
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import Snapshot
from twincard.transport.connection import PowerCutError

LONG = (pytest.mark.long, pytest.mark.timeout(1800))
"""For what tries more places than a daily run has time for."""


class Place(Enum):
    """Where the power fails."""

    WRITE = "persistent write"
    """At a persistent write, which is not done, or half done where it is not atomic."""
    ANSWER = "answer"
    """After a command was carried out, before its answer arrives."""


class Wire:
    """The connection to one simulated card, whose power a test can let fail."""

    def __init__(self, specimen: Specimen) -> None:
        self._lab = specimen.lab
        self._answers_until_cut = 0
        self.last_header = b""
        """CLA INS P1 P2 of the command sent last."""

    @property
    def atr(self) -> bytes:
        """See Connection."""
        return self._lab.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection. Raises PowerCutError where the power was to fail."""
        self.last_header = apdu[:4]
        answer = self._lab.transmit(apdu)
        if self._answers_until_cut:
            self._answers_until_cut -= 1
            if not self._answers_until_cut:
                self._lab.reset()
                raise PowerCutError
        return answer

    def reset(self) -> None:
        """See Connection."""
        self._lab.reset()

    def close(self) -> None:
        """The bench closes its cards itself."""

    def fail(self, place: Place, number: int) -> None:
        """Let the power fail at the `number`-th write or answer from now, counted from 1."""
        self._lab.cut(number if place is Place.WRITE else 0)
        self._answers_until_cut = number if place is Place.ANSWER else 0

    def restart(self) -> None:
        """Power off and on; no further failure."""
        self._lab.cut(0)
        self._answers_until_cut = 0
        self._lab.reset()


class Subject:
    """A card of the bench, at the end of a wire."""

    def __init__(self, specimen: Specimen) -> None:
        self.specimen = specimen
        self.lab = specimen.lab
        self.wire = Wire(specimen)

    @property
    def name(self) -> str:
        """The specimen's."""
        return self.specimen.name

    def card(self) -> Card:
        """A session, after SELECT, with no authority."""
        return self.specimen.session(self.wire)

    def unintroduced(self) -> Card:
        """A session with the PIN verified, of a host that must introduce cards by itself."""
        card = Card(self.wire)
        card.pin.verify(self.specimen.pin)
        return card

    def unlocked(self, pin: Secret | None = None) -> Card:
        """A session with the PIN (or another one than the bench's) verified."""
        card = self.card()
        card.pin.verify(self.specimen.pin if pin is None else pin)
        return card

    def authorised(self) -> Card:
        """A session with the issuer's authority."""
        return self.grant(self.card())

    def grant(self, card: Card) -> Card:
        """Give a session of this card the issuer's authority as well."""
        card.issuer.authenticate(card.report().card_id, self.specimen.transport_key)
        return card


class Scene:
    """Cards whose states are kept and put back together."""

    def __init__(self, *specimens: Specimen) -> None:
        self.subjects = tuple(Subject(specimen) for specimen in specimens)

    def keep(self) -> tuple[Snapshot, ...]:
        """The state of every card now."""
        return tuple(subject.lab.snapshot() for subject in self.subjects)

    def put_back(self, kept: tuple[Snapshot, ...]) -> None:
        """Every card as it was, reset."""
        for subject, snapshot in zip(self.subjects, kept, strict=True):
            subject.lab.restore(snapshot)

    def drop(self, kept: tuple[Snapshot, ...]) -> None:
        """Forget kept states."""
        for subject, snapshot in zip(self.subjects, kept, strict=True):
            subject.lab.drop(snapshot)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Whatever is done to the cards inside has not happened afterwards; the cards are reset."""
        kept = self.keep()
        yield
        self.put_back(kept)
        self.drop(kept)


class Story(ABC):
    """Something done to cards, from the state they are in when the story is made."""

    def __init__(self, *specimens: Specimen) -> None:
        self.scene = Scene(*specimens)
        self._beginning = self.scene.keep()

    @final
    def begin(self) -> None:
        """The beginning again, and the sessions that `act` works with."""
        self.scene.put_back(self._beginning)
        self.open()

    @abstractmethod
    def open(self) -> None:
        """Open the sessions that `act` works with; no power fails here."""

    @abstractmethod
    def act(self) -> None:
        """What is interrupted."""

    @abstractmethod
    def check(self) -> None:
        """What must hold right after a power failure, whenever it came."""

    @abstractmethod
    def repeat(self) -> None:
        """What a user does after the failure, from new sessions on; it may be interrupted too."""

    @abstractmethod
    def conclude(self) -> None:
        """What must hold at the end."""


def interrupt(
    story: Story,
    victim: Subject,
    place: Place = Place.WRITE,
    *,
    step: int = 1,
    repeating: bool = True,
) -> int:
    """Interrupt the story at every place on the victim; the last time it runs to its end.

    With `step` 3, at each third place only. Without `repeating`, only what the interruption left is
    looked at. Returns how many interruptions there were.
    """
    for done, number in enumerate(count(1, step)):
        story.begin()
        interrupted = power_fails(story.act, victim, place, number)
        with _naming(f"power of {victim.name} cut at {place.value} {number}", victim):
            story.check()
            if repeating or not interrupted:
                story.repeat()
                story.conclude()
        if not interrupted:
            return done
    raise AssertionError


def interrupt_twice(story: Story, victim: Subject, *, first: int = 1, second: int = 1) -> int:
    """Interrupt the story at a write, and its repetition at a write as well.

    All pairs are tried; with `first` 5, each fifth place of the first failure only, and so on.
    Returns how many pairs there were.
    """
    pairs = 0
    for number in count(1, first):
        story.begin()
        if not power_fails(story.act, victim, Place.WRITE, number):
            return pairs
        kept = story.scene.keep()
        for again in count(1, second):
            story.scene.put_back(kept)
            interrupted = power_fails(story.repeat, victim, Place.WRITE, again)
            with _naming(f"power of {victim.name} cut at writes {number} and {again}", victim):
                story.check()
                story.repeat()
                story.conclude()
            if not interrupted:
                break
            pairs += 1
        story.scene.drop(kept)
    raise AssertionError


def power_fails(action: Callable[[], object], victim: Subject, place: Place, number: int) -> bool:
    """Whether the power failed within the action; it is on again, either way."""
    victim.wire.fail(place, number)
    try:
        action()
    except PowerCutError:
        return True
    except Exception as error:
        error.add_note(f"with the power of {victim.name} to be cut at {place.value} {number}")
        raise
    finally:
        victim.wire.restart()
    return False


@contextmanager
def _naming(what: str, victim: Subject) -> Iterator[None]:
    """A failure inside says where the power was cut."""
    command = victim.wire.last_header.hex(" ").upper()
    try:
        yield
    except Exception as error:
        error.add_note(f"{what}, in command {command}")
        raise
