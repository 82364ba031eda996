"""The whole story of a key, on cards that can be installed, reset and spoken to, and no more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.recovered import recovered

from twincard.card.report import ExportState, Mode, PolicyFlags
from twincard.card.session import Card
from twincard.cms import FileOutput, Recipient
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.flows.files.decrypt import decrypt_file
from twincard.flows.files.encrypt import encrypt_file
from twincard.flows.issue.pair import Blank, Modes, Profile, issue_pair
from twincard.flows.recover.outcomes import RecoverOutcome
from twincard.keys.component import draw_group
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import Laboratory
from twincard.simulator.process import SimulatedCard

PIN, PUK = Secret(b"123456"), Secret(b"12345678")
TRANSPORT_KEY = Secret(bytes(range(32)))
MESSAGE = "会議の記録".encode()


@dataclass
class Story:
    """Tells it on fresh cards each time; they are closed at the end of the `with`."""

    start: Callable[[], SimulatedCard]
    """A blank card."""
    _cards: ExitStack = field(default_factory=ExitStack)
    _started: list[SimulatedCard] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._cards.close()

    def faults(self) -> list[str]:
        """What left the applet uncaught, where a card can say that."""
        told = [card.faults() for card in self._started if isinstance(card, Laboratory)]
        return [fault for fault in told if fault]

    def tell(self, key: KeyType, mode: Mode, folder: Path) -> None:
        """Issue, duplicate, encrypt, decrypt with the backup, move to a new original."""
        original, backup = self._pair(key, mode)
        successor, _ = self._pair(key, mode)
        (folder / "message").write_bytes(MESSAGE)
        sealed = folder / "sealed.p7m"
        recipient = Recipient.of(original.usage.public_key())
        encrypt_file(folder / "message", FileOutput(sealed), [recipient])
        for name, card in (("original", original), ("backup", backup)):
            decrypt_file(card, sealed, FileOutput(folder / name))
            assert (folder / name).read_bytes() == MESSAGE
        moved = [event.outcome for event in recovered(backup, successor, [sealed])]
        assert moved == [RecoverOutcome.MOVED]
        decrypt_file(successor, sealed, FileOutput(folder / "moved"))
        assert (folder / "moved").read_bytes() == MESSAGE

    def _pair(self, key: KeyType, mode: Mode) -> tuple[Card, Card]:
        """An original and its backup, with one key, reset since, and the PIN verified."""
        cards = self._blank(), self._blank()
        components = draw_group(2)
        profile = Profile(
            group_size=2,
            policy=PolicyFlags.NONE,
            modes=Modes.HOST_BLIND if mode is Mode.HOST_BLIND else Modes.BASE,
        )
        blanks = [Blank(Card(card), TRANSPORT_KEY, PIN, PUK) for card in cards]
        issue_pair(blanks[0], blanks[1], profile, components[:1], plain=True)
        original, backup = (self._unlocked(card) for card in cards)
        done = duplicate_key(original, backup, components[1:], key)
        assert (done.copied, done.mode) == (True, mode)
        original, backup = (self._unlocked(card) for card in cards)
        report = original.report()
        assert report.export is not None
        assert report.export.state is ExportState.DONE
        return original, backup

    def _blank(self) -> SimulatedCard:
        card = self._cards.enter_context(self.start())
        self._started.append(card)
        card.install(b"\x80\x20" + TRANSPORT_KEY.reveal())
        return card

    def _unlocked(self, card: SimulatedCard) -> Card:
        card.reset()
        session = Card(card)
        session.pin.verify(PIN)
        return session
