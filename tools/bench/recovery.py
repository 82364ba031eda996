"""How long recovering many files takes, compared with what the two cards do in the same run.

Simulated cards are faster than chips. Each is slowed to a fast chip's time for a command with a
key, so that the figures tell whether a card waits for anything but itself.
"""

from __future__ import annotations

import io
import resource
import secrets
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from twincard.card.report import PolicyFlags
from twincard.card.session import Card
from twincard.cms import Recipient, encrypt
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.flows.issue.pair import Blank, Modes, Profile, issue_pair
from twincard.flows.recover.outcomes import RecoverOutcome
from twincard.flows.recover.recovery import recover_files
from twincard.iso.ins import Ins
from twincard.keys.component import draw_group
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.simulator.process import SimulatedCard
from twincard.transport.connection import Connection

_GROUP_SIZE = 3
_PROFILE = Profile(group_size=_GROUP_SIZE, policy=PolicyFlags.NONE, modes=Modes.EITHER)
_PIN, _PUK = Secret(b"123456"), Secret(b"12345678")
_FILES = 200
_FILE_BYTES = 10_000
_CHIP_SECONDS = 0.03
_WITH_A_KEY = (Ins.TRANSCODE.value.code, Ins.CHECK.value.code)


@dataclass(frozen=True)
class RecoverySpeed:
    """The time of recovering `files` files, that of each card's own work, and of doing it again.

    `grown` is how many MiB the process grew.
    """

    key_type: KeyType
    files: int
    seconds: float
    old_seconds: float
    new_seconds: float
    again_seconds: float
    grown: float


class _Timed:
    """A connection that adds up how long the card takes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.atr = connection.atr
        self.seconds = 0.0

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        start = time.perf_counter()
        try:
            answer = self._connection.transmit(apdu)
            if apdu[1] in _WITH_A_KEY:
                time.sleep(max(0.0, start + _CHIP_SECONDS - time.perf_counter()))
            return answer
        finally:
            self.seconds += time.perf_counter() - start

    def reset(self) -> None:
        """See Connection."""
        self._connection.reset()

    def close(self) -> None:
        """See Connection."""
        self._connection.close()


def measure_recovery(folder: Path, key_type: KeyType) -> RecoverySpeed:
    """Recover files of 10 kB from a backup to a new original."""
    with ExitStack() as cards:
        original, old, connection = _pair(folder / "old", key_type, cards)
        new, _backup, _other = _pair(folder / "new", key_type, cards)
        files = folder / "files"
        files.mkdir()
        recipient = Recipient.of(original.usage.public_key())
        for number in range(_FILES):
            sink = io.BytesIO()
            encrypt(io.BytesIO(secrets.token_bytes(_FILE_BYTES)), sink, [recipient])
            (files / str(number)).write_bytes(sink.getvalue())
        sides = connection, _timed(new)
        for side in sides:
            side.seconds = 0.0
        before = _peak()
        seconds = _seconds(old, new, files, RecoverOutcome.MOVED)
        old_seconds, new_seconds = (side.seconds for side in sides)
        grown = _peak() - before
        again = _seconds(old, new, files, RecoverOutcome.ALREADY_MOVED)
    return RecoverySpeed(key_type, _FILES, seconds, old_seconds, new_seconds, again, grown)


def _pair(folder: Path, key_type: KeyType, cards: ExitStack) -> tuple[Card, Card, _Timed]:
    """An original and its backup, unlocked, and the connection to the backup."""
    folder.mkdir()
    components = draw_group(_GROUP_SIZE)
    blanks = []
    for name in ("original", "backup"):
        key = Secret(secrets.token_bytes(32))
        card = cards.enter_context(SimulatedCard.open(folder / name))
        card.install(b"\x80\x20" + key.reveal())
        blanks.append(Blank(Card(_Timed(card)), key, _PIN, _PUK))
    issue_pair(blanks[0], blanks[1], _PROFILE, components[:1], plain=True)
    pair = [blank.card for blank in blanks]
    for card_session in pair:
        card_session.reset()
        card_session.pin.verify(_PIN)
    duplicate_key(pair[0], pair[1], components[1:], key_type)
    return pair[0], pair[1], _timed(pair[1])


def _timed(card: Card) -> _Timed:
    connection = card.connection
    if not isinstance(connection, _Timed):
        raise TypeError
    return connection


def _seconds(old: Card, new: Card, files: Path, wanted: RecoverOutcome) -> float:
    start = time.perf_counter()
    summary = recover_files(old, new, files, journal=files.parent / "journal")
    seconds = time.perf_counter() - start
    if summary.counts != {wanted: _FILES}:
        raise AssertionError(f"Recovery ended with {summary}.")
    return seconds


def _peak() -> float:
    """The most memory that this process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
