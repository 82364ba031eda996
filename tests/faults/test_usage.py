"""Using the key leaves nothing behind, whatever write is cut."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.bench import Bench, Stage
from tests.faults.keys import Sealed, news
from tests.faults.power import Place, Story, interrupt, interrupt_twice

from twincard.card.session import Card
from twincard.card.usage import OWN_KEY
from twincard.iso.chaining import Link
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.status import Sw
from twincard.keys.key_type import KeyType


class UsingKey(Story):
    """A command for the card's own key as the target, which takes a one-time key pair for EC."""

    def __init__(self, bench: Bench, use: Callable[[Card, Sealed], object]) -> None:
        super().__init__(bench.original)
        (self.original,) = self.scene.subjects
        card = bench.original.unlocked()
        self.sealed = Sealed.to(card.usage.public_key())
        self.use = use
        self.image = self.original.lab.image()

    def open(self) -> None:
        self.session = self.original.unlocked()
        self.session.usage.set_target(OWN_KEY)

    def act(self) -> None:
        self.use(self.session, self.sealed)

    def check(self) -> None:
        card = self.original.unlocked()
        assert news(self.original.lab.image(), self.image) == []
        assert self.sealed.opens_with(card)
        # No target is in force any more.
        encipher = Command(0x00, 0x2A, 0x86, 0x80, bytes(32), SHORT_ANSWER)
        assert Link(self.original.wire).exchange(encipher).sw == Sw.WRONG_STATE

    def repeat(self) -> None:
        self.open()
        self.act()

    def conclude(self) -> None:
        self.check()


USES: dict[str, Callable[[Card, Sealed], object]] = {
    "ENCIPHER": lambda card, sealed: card.usage.encipher(sealed.content, OWN_KEY),
    "TRANSCODE": lambda card, sealed: card.usage.transcode(sealed.cryptogram, OWN_KEY),
}


@pytest.mark.parametrize("use", USES)
def test_a_one_time_key_does_not_outlive_its_command(bench: Bench, use: str) -> None:
    story = UsingKey(bench.at(Stage.KEYED, key=KeyType.P_256), USES[use])
    assert interrupt(story, story.original) == 5
    # MSE and the command itself.
    assert interrupt(story, story.original, Place.ANSWER) == 2
    assert interrupt_twice(story, story.original, first=1, second=2) > 10


WITHOUT_ONE_TIME_KEYS: dict[str, Callable[[Card, Sealed], object]] = {
    "WRAP and UNWRAP": lambda card, sealed: card.usage.unwrap(card.usage.wrap(sealed.content)),
    "KEEP": lambda card, sealed: card.usage.keep(sealed.cryptogram),
}


@pytest.mark.parametrize("use", WITHOUT_ONE_TIME_KEYS)
@pytest.mark.parametrize("key", list(KeyType), ids=lambda key: key.name)
def test_the_archive_key_is_used_without_a_write(bench: Bench, key: KeyType, use: str) -> None:
    bench.at(Stage.KEYED, key=key)
    card = bench.original.unlocked()
    sealed, image = Sealed.to(card.usage.public_key()), bench.original.lab.image()
    WITHOUT_ONE_TIME_KEYS[use](card, sealed)
    assert bench.original.lab.image() == image
