"""Counts the operations of each flow, on simulated cards in memory."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tools.bench.counting import Counted as CountedConnection
from tools.bench.counting import Exchange
from twincard.card.report import PolicyFlags
from twincard.card.session import Card
from twincard.chips.counted import Build, Counted, Flow, FlowCount, Memory, Way, Work
from twincard.chips.simulation import APPLETS
from twincard.cms import FileOutput, Recipient
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.flows.files.decrypt import decrypt_file
from twincard.flows.files.encrypt import encrypt_file
from twincard.flows.issue.pair import Blank, Modes, Profile, issue_pair
from twincard.flows.load.applet import AppletSizes, install_data
from twincard.flows.recover.outcomes import RecoverOutcome
from twincard.flows.recover.recovery import recover_files
from twincard.keys.component import draw_group
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import Engines, Laboratory
from twincard.transport.connection import TransportError

_GROUP_SIZE = 3
_PIN = Secret(b"123456")
_PUK = Secret(b"12345678")
_INSTALL = install_data(Secret(bytes(32)), AppletSizes())
_WITHOUT_RSA = "-rsa_nopad,-rsa_crt_2048_keygen"
_WITHOUT_P256 = "-ec_p256_keygen,-ecdh_plain,-ecdsa_sha256"


class _Specimen:
    """A card, its number of exchanges, and its transport key."""

    def __init__(self, name: str, way: Way, lab: Laboratory) -> None:
        self.name = name
        self._way = way
        self._lab = lab
        self._exchanges: list[Exchange] = []
        self._key = Secret(secrets.token_bytes(32))
        lab.install(install_data(self._key, AppletSizes()))

    def blank(self) -> Blank:
        """For the issuer."""
        return Blank(self._card(), self._key, _PIN, _PUK)

    def unlocked(self) -> Card:
        """From power-up to the verified PIN."""
        card = self._card()
        if self._way is Way.CHANNEL:
            card.open_channel(card.device.keys().channel_key)
        card.pin.verify(_PIN)
        return card

    def _card(self) -> Card:
        self._lab.reset()
        return Card(CountedConnection(self._lab, self.name, self._exchanges))

    def begin(self) -> None:
        """Forget what was done before."""
        self._lab.operations()
        self._lab.peaks()
        self._exchanges.clear()

    def work(self) -> Work:
        """What was done since `begin`."""
        passed = sum(item.sent + item.received for item in self._exchanges)
        done = self._lab.operations(), self._lab.peaks()
        return Work(self.name, len(self._exchanges), passed, *done)


class _Story:
    """A pair of cards and then a new original, through all flows."""

    def __init__(self, way: Way, key: KeyType, folder: Path, cards: ExitStack) -> None:
        self._way = way
        self._key = key
        self._folder = folder
        self._cards = cards
        self._labs: list[Laboratory] = []
        self.counts: list[FlowCount] = []

    def run(self) -> None:
        """Run everything; the numbers are in `counts`."""
        components = draw_group(_GROUP_SIZE)
        original, backup, new, other = map(
            self._specimen, ("original", "backup", "new original", "its backup")
        )
        for pair in ((original, backup), (new, other)):
            with self._counted(Flow.ISSUE, pair, keep=pair[0] is original):
                issue_pair(
                    pair[0].blank(),
                    pair[1].blank(),
                    Profile(_GROUP_SIZE, policy=PolicyFlags.NONE, modes=Modes.EITHER),
                    components[:1],
                    plain=True,
                )
            with self._counted(Flow.DUPLICATE, pair, keep=pair[0] is original):
                duplicate_key(pair[0].unlocked(), pair[1].unlocked(), components[1:], self._key)

        sealed = self._sealed(Recipient.of(original.unlocked().usage.public_key()))
        with self._counted(Flow.DECRYPT, (backup,)):
            decrypt_file(backup.unlocked(), sealed, FileOutput(self._folder / "opened"))
        with self._counted(Flow.RECOVER, (backup, new)):
            summary = recover_files(backup.unlocked(), new.unlocked(), [sealed])
        if summary.counts != {RecoverOutcome.MOVED: 1}:
            raise AssertionError(f"Recovery ended with {summary}.")

    def largest_transaction(self) -> int:
        """The most bytes that one transaction of any card wrote."""
        return max(lab.sizes().largest_transaction for lab in self._labs)

    def _specimen(self, name: str) -> _Specimen:
        lab = self._cards.enter_context(Laboratory.start(APPLETS[self._way.build, True]))
        self._labs.append(lab)
        return _Specimen(name, self._way, lab)

    def _sealed(self, recipient: Recipient) -> Path:
        message, sealed = self._folder / "message", self._folder / "sealed.p7m"
        message.write_bytes(secrets.token_bytes(1000))
        encrypt_file(message, FileOutput(sealed, overwrite=True), [recipient])
        return sealed

    @contextmanager
    def _counted(
        self, flow: Flow, specimens: Iterable[_Specimen], *, keep: bool = True
    ) -> Iterator[None]:
        for specimen in specimens:
            specimen.begin()
        yield
        if keep:
            works = tuple(specimen.work() for specimen in specimens)
            self.counts.append(FlowCount(flow, self._way, self._key, works))


def count(folder: Path) -> Counted:
    """Count everything; files of the flows are made in `folder`."""
    flows: list[FlowCount] = []
    largest = 0
    for way in Way:
        for key in KeyType:
            below = folder / f"{way.value}-{key.name}"
            below.mkdir()
            counts, transaction = count_flows(below, way, key)
            flows += counts
            largest = max(largest, transaction)
    return Counted(count_memory(), largest, tuple(flows))


def count_flows(folder: Path, way: Way, key: KeyType) -> tuple[list[FlowCount], int]:
    """All flows in one way with one type of key, and the bytes of their largest transaction."""
    with ExitStack() as cards:
        story = _Story(way, key, folder, cards)
        story.run()
        return story.counts, story.largest_transaction()


def count_memory() -> dict[Build, Memory]:
    """The memory of the builds."""
    return {build: _memory(build) for build in Build}


def _memory(build: Build) -> Memory:
    return Memory(_least_transient(build), count_engines(build), *count_persistent(build))


def count_engines(build: Build) -> Engines:
    """On a chip with all features."""
    with Laboratory.start(APPLETS[build, True]) as lab:
        lab.install(_INSTALL)
        return lab.engines()


def count_persistent(build: Build) -> list[int]:
    """Bytes of the objects: with RSA alone, with P-256 alone, with both."""
    return [_persistent(build, chip) for chip in (_WITHOUT_P256, _WITHOUT_RSA, "")]


def _persistent(build: Build, chip: str) -> int:
    with Laboratory.start(APPLETS[build, True], chip) as lab:
        lab.install(_INSTALL)
        return lab.sizes().persistent


def _least_transient(build: Build) -> int:
    """By bisection: the least transient memory of a chip on which the applet installs."""
    least, enough = 0, 4096
    while enough - least > 1:
        middle = (least + enough) // 2
        if installs(build, f"transient={middle}"):
            enough = middle
        else:
            least = middle
    return enough


def installs(build: Build, chip: str) -> bool:
    """Whether the build can be installed on a chip."""
    with Laboratory.start(APPLETS[build, True], chip) as lab:
        try:
            lab.install(_INSTALL)
        except TransportError:
            return False
        return True
