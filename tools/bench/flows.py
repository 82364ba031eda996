"""Runs the flows on cards that the caller watches."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from twincard.card.report import PolicyFlags
from twincard.card.session import Card
from twincard.cms import FileOutput, Recipient
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.flows.files.decrypt import decrypt_file
from twincard.flows.files.encrypt import encrypt_file
from twincard.flows.issue.pair import Blank, Modes, Profile, issue_pair
from twincard.flows.recover.outcomes import RecoverOutcome
from twincard.flows.recover.recovery import recover_files
from twincard.keys.component import Component, draw_group
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.simulator.process import SimulatedCard

NewCard = Callable[[str], SimulatedCard]

_GROUP_SIZE = 3
# What the base build can do, which has neither host-blind mode nor the issuer's channel.
_PROFILE = Profile(group_size=_GROUP_SIZE, policy=PolicyFlags.NONE, modes=Modes.EITHER)
_PIN = Secret(b"123456")
_PUK = Secret(b"12345678")


class _Story:
    """A pair of cards, then a new original, with the flows in their order."""

    def __init__(self, key_type: KeyType, folder: Path, new_card: NewCard) -> None:
        self._key_type = key_type
        self._folder = folder
        self._new_card = new_card

    def run(self) -> None:
        """Run everything."""
        components = draw_group(_GROUP_SIZE)
        blanks = self._blank("original"), self._blank("backup")
        issue_pair(*blanks, _PROFILE, components[:1], plain=True)
        original, backup = (self._unlocked(blank) for blank in blanks)
        duplicate_key(original, backup, components[1:], self._key_type)

        message = self._folder / "message"
        message.write_bytes(secrets.token_bytes(1000))
        sealed = self._folder / "sealed.p7m"
        recipient = Recipient.of(original.usage.public_key())
        encrypt_file(message, FileOutput(sealed), [recipient])
        opened = self._folder / "opened"
        decrypt_file(backup, sealed, FileOutput(opened))
        if opened.read_bytes() != message.read_bytes():
            raise AssertionError("A decrypted file is not what was encrypted.")

        new = self._new_original(components)
        summary = recover_files(backup, new, [sealed])
        if summary.counts != {RecoverOutcome.MOVED: 1}:
            raise AssertionError(f"Recovery ended with {summary}.")

    def _new_original(self, components: list[Component]) -> Card:
        blanks = self._blank("new original"), self._blank("new backup")
        issue_pair(*blanks, _PROFILE, components[:1], plain=True)
        cards = [self._unlocked(blank) for blank in blanks]
        duplicate_key(cards[0], cards[1], components[1:], self._key_type)
        return cards[0]

    def _blank(self, name: str) -> Blank:
        key = Secret(secrets.token_bytes(32))
        card = self._new_card(name)
        card.install(b"\x80\x20" + key.reveal())
        return Blank(Card(card), key, _PIN, _PUK)

    @staticmethod
    def _unlocked(blank: Blank) -> Card:
        blank.card.reset()  # End the issuer's channel; the user has a session of their own.
        blank.card.pin.verify(_PIN)
        return blank.card


def run_flows(key_type: KeyType, folder: Path, new_card: NewCard) -> None:
    """Issue, duplicate, decrypt and recover with keys of a type; the files are in `folder`.

    `new_card` gives the blank card of a name; the caller closes it.
    """
    _Story(key_type, folder, new_card).run()
