"""Cards made once a session by the library itself, and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twincard.flows.duplicate.duplication import duplicate_key
from twincard.flows.issue.pair import Profile, issue_pair
from twincard.identity.issuer_signing_key import IssuerSigningKey
from twincard.keys.component import draw_group
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.keys.transport_key import read_transport_key
from twincard.simulator.folder import cards_in, create_card, transport_key_file
from twincard.simulator.shared_program import Shared
from twincard.testing.cards import CardPair, DuplicatedPair, NamedCard

_GROUP_SIZE = 3
_PIN, _PUK = "123456", "12345678"


class Templates:
    """The folders of the cards that tests get copies of, each made when it is first asked for.

    All cards, of templates and of tests, are in one Java program, which ends with `close`.
    """

    def __init__(self, folder: Path) -> None:
        """`folder` is an empty one for all of them."""
        self._folder = folder
        self._program = Shared()
        self._card: NamedCard | None = None
        self._issued: CardPair | None = None
        self._duplicated: dict[KeyType, DuplicatedPair] = {}

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Simulated cards that any thread opens inside are in the program, pulled at the end."""
        with self._program.serving(every_thread=True):
            try:
                yield
            finally:
                self._program.pull_all()

    def close(self) -> None:
        """End the program."""
        self._program.close()

    def card(self, home: Path) -> NamedCard:
        """A copy of the blank card in the folder `home`."""
        place = self._folder / "card"
        if self._card is None:
            with cards_in(place):
                self._card = _created("card")
        _copy(place, home)
        return self._card.copy()

    def issued(self, home: Path) -> CardPair:
        """A copy of the issued pair in the folder `home`."""
        pair = self._issued_pair()
        _copy(self._folder / "issued", home)
        return pair.copy()

    def duplicated(self, home: Path, key_type: KeyType) -> DuplicatedPair:
        """A copy of the pair with a key of this type in the folder `home`."""
        place = self._folder / key_type.value
        if key_type not in self._duplicated:
            self._duplicated[key_type] = self._duplicate(place, key_type)
        _copy(place, home)
        return self._duplicated[key_type].copy()

    def _issued_pair(self) -> CardPair:
        if self._issued is None:
            with cards_in(self._folder / "issued"):
                original, backup = _created("issued-original"), _created("issued-backup")
                self._issued = _issue(original, backup)
        return self._issued

    def _duplicate(self, place: Path, key_type: KeyType) -> DuplicatedPair:
        with cards_in(place):
            original, backup = _created("original"), _created("backup")
            pair = _issue(original, backup)
            with original.unlocked() as first, backup.unlocked() as second:
                duplicate_key(first, second, pair.components[1:], key_type)
                public_key = first.usage.public_key()
        return DuplicatedPair(original, backup, pair.components, pair.issuer, public_key)


def _created(name: str) -> NamedCard:
    create_card(name)
    transport_key = read_transport_key(transport_key_file(name))
    return NamedCard(name, transport_key, Secret(_PIN), Secret(_PUK))


def _issue(original: NamedCard, backup: NamedCard) -> CardPair:
    components, issuer = tuple(draw_group(_GROUP_SIZE)), IssuerSigningKey.draw()
    profile = Profile(group_size=_GROUP_SIZE)
    first, second = original.blank(), backup.blank()
    with first.card, second.card:
        issue_pair(first, second, profile, components[:1], issuer)
    return CardPair(original, backup, components, issuer)


def _copy(template: Path, home: Path) -> None:
    shutil.copytree(template, home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.lock"))
