"""The flows of the product on simulated cards, and what each one costs."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.bench.counting import Counted, Exchange
from twincard.card.session import Card
from twincard.cms import FileOutput, Recipient
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.flows.files.decrypt import decrypt_file
from twincard.flows.files.encrypt import encrypt_file
from twincard.flows.issue.pair import Blank, Profile, issue_pair
from twincard.flows.recover.recovery import Outcome, recover_files
from twincard.keys.component import Component, draw_group
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.simulator.process import SimulatedCard

NewCard = Callable[[str], SimulatedCard]

_GROUP_SIZE = 3
_PIN = Secret(b"123456")
_PUK = Secret(b"12345678")
_GENERATE = bytes.fromhex("00468000")


@dataclass(frozen=True)
class Flow:
    """What one flow took."""

    name: str
    key_type: KeyType
    exchanges: tuple[Exchange, ...]
    seconds: float

    @property
    def bytes(self) -> int:
        """Bytes that passed, both ways."""
        return sum(exchange.sent + exchange.received for exchange in self.exchanges)

    @property
    def generation_seconds(self) -> float:
        """Seconds the card took to make a key pair."""
        return sum(e.seconds for e in self.exchanges if e.header == _GENERATE)


class _Story:
    """A pair of cards, then a new original, with the flows in their order."""

    def __init__(self, key_type: KeyType, folder: Path, new_card: NewCard) -> None:
        self._key_type = key_type
        self._folder = folder
        self._new_card = new_card
        self._exchanges: list[Exchange] = []
        self.flows: list[Flow] = []

    def run(self) -> None:
        """All of it; what is measured is in `flows`."""
        components = draw_group(_GROUP_SIZE)
        profile = Profile(group_size=_GROUP_SIZE)
        blanks = self._blank("original"), self._blank("backup")
        with self._measured("issue"):
            issue_pair(*blanks, profile, components[:1])
        original, backup = (self._unlocked(blank) for blank in blanks)
        with self._measured("duplicate"):
            duplicate_key(original, backup, components[1:], self._key_type)

        message = self._folder / "message"
        message.write_bytes(secrets.token_bytes(1000))
        sealed = self._folder / "sealed.p7m"
        recipient = Recipient.of(original.usage.public_key())
        encrypt_file(message, FileOutput(sealed), [recipient])
        opened = self._folder / "opened"
        with self._measured("decrypt a file"):
            decrypt_file(backup, sealed, FileOutput(opened))
        if opened.read_bytes() != message.read_bytes():
            raise AssertionError("A decrypted file is not what was encrypted.")

        new = self._new_original(components)
        with self._measured("recover a file"):
            outcomes = [event.outcome for event in recover_files(backup, new, [sealed])]
        if outcomes != [Outcome.MOVED]:
            raise AssertionError(f"Recovery ended with {outcomes}.")

    def _new_original(self, components: list[Component]) -> Card:
        blanks = self._blank("new original"), self._blank("new backup")
        issue_pair(*blanks, Profile(group_size=_GROUP_SIZE), components[:1])
        cards = [self._unlocked(blank) for blank in blanks]
        duplicate_key(cards[0], cards[1], components[1:], self._key_type)
        return cards[0]

    def _blank(self, name: str) -> Blank:
        key = Secret(secrets.token_bytes(32))
        card = self._new_card(name)
        card.install(b"\x80\x20" + key.reveal())
        return Blank(Card(Counted(card, name, self._exchanges)), key, _PIN, _PUK)

    @staticmethod
    def _unlocked(blank: Blank) -> Card:
        blank.card.reset()  # The issuer's channel ends; the user's session is one of its own.
        blank.card.pin.verify(_PIN)
        return blank.card

    @contextmanager
    def _measured(self, name: str) -> Iterator[None]:
        self._exchanges.clear()
        start = time.perf_counter()
        yield
        seconds = time.perf_counter() - start
        self.flows.append(Flow(name, self._key_type, tuple(self._exchanges), seconds))


def run_flows(key_type: KeyType, folder: Path, new_card: NewCard) -> list[Flow]:
    """Issue, duplicate, decrypt and recover with keys of a type; the files are in `folder`.

    `new_card` gives the blank card of a name; the caller closes it.
    """
    story = _Story(key_type, folder, new_card)
    story.run()
    return story.flows
