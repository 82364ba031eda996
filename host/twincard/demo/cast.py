"""The simulated cards of the demo, with their secrets."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

from twincard.card.session import Card
from twincard.flows.identity import protect
from twincard.flows.issue.pair import Blank
from twincard.keys.secret import Secret
from twincard.keys.transport_key import read_transport_key
from twincard.simulator.folder import create_card, open_card, transport_key_file

_DIGITS = "0123456789"


@dataclass(frozen=True)
class Actor:
    """A card in its reader for as long as the demo needs it; its PIN and PUK are random."""

    name: str
    card: Card
    blank: Blank

    def pin(self) -> Secret:
        """The PIN, for a card that asks for it again (a PinProvider)."""
        return self.blank.pin

    def unlock(self) -> None:
        """Type the PIN, which goes through a secure channel."""
        protect(self.card, None)
        self.card.pin.verify(self.blank.pin)

    def leave(self) -> None:
        """Take the card out of its reader."""
        self.card.close()


class Cast:
    """All cards of the demo; at the end, even after an error, all are taken out."""

    def __init__(self) -> None:
        self._sessions = ExitStack()

    def enter(self, name: str, pin: Secret, puk: Secret) -> Actor:
        """Make a blank card and put it into a reader."""
        create_card(name)
        card = self._sessions.enter_context(Card(open_card(name)))
        transport_key = read_transport_key(transport_key_file(name))
        return Actor(name, card, Blank(card, transport_key, pin, puk))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._sessions.close()


def draw_pin() -> Secret:
    """A random PIN of eight digits."""
    return Secret("".join(secrets.choice(_DIGITS) for _ in range(8)))
