"""What a test gets: simulated cards by name, with all that their issuer and user know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Self

from twincard.card.session import Card
from twincard.cms.recipients.infos import Recipient
from twincard.flows.issue.profile import Blank
from twincard.identity.issuer_signing_key import IssuerSigningKey
from twincard.keys.component import Component
from twincard.keys.public import PublicKey
from twincard.keys.secret import Secret
from twincard.transport import connect


@dataclass(frozen=True)
class NamedCard:
    """A simulated card; one that is blank can be issued with this PIN and PUK."""

    name: str
    transport_key: Secret
    pin: Secret
    puk: Secret

    @property
    def reader(self) -> str:
        """The name that `connect` and the options of the command line take."""
        return f"sim:{self.name}"

    def session(self) -> Card:
        """A new session, to be closed. Raises CardInUseError while there is another one."""
        return Card(connect(self.reader))

    @contextmanager
    def unlocked(self) -> Iterator[Card]:
        """A new session with the PIN verified."""
        with self.session() as card:
            card.pin.verify(self.pin)
            yield card

    def copy(self) -> NamedCard:
        """The same with secrets of its own, so that wiping them leaves these alone."""
        secrets = (self.transport_key, self.pin, self.puk)
        return NamedCard(self.name, *(Secret(secret.reveal()) for secret in secrets))

    def blank(self) -> Blank:
        """A new session with a blank card, as `issue_pair` takes it."""
        return Blank(self.session(), self.transport_key, self.pin, self.puk)


@dataclass(frozen=True)
class CardPair:
    """An original and its backup.

    `components` are those of their key group; the first is on the cards, `duplicate_key` takes the
    others. `issuer` certified the cards.
    """

    original: NamedCard
    backup: NamedCard
    components: tuple[Component, ...]
    issuer: IssuerSigningKey

    def copy(self) -> Self:
        """The same with secrets of its own, as a card's."""
        components = tuple(
            replace(item, value=Secret(item.value.reveal())) for item in self.components
        )
        original, backup = self.original.copy(), self.backup.copy()
        return replace(self, original=original, backup=backup, components=components)


@dataclass(frozen=True)
class DuplicatedPair(CardPair):
    """A pair that holds a key."""

    public_key: PublicKey

    @property
    def recipient(self) -> Recipient:
        """The pair as one to encrypt to."""
        return Recipient.of(self.public_key)
