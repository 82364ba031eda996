"""A bench with up to five simulated cards, which tests start from a stage they name.

    def test_a_backup_takes_the_key(bench: Bench) -> None:
        bench.at(Stage.KEYED, key=KeyType.P_256)
        original, backup = bench.original.unlocked(), bench.backup.unlocked()

A stage is reached once a worker, by the product's own commands, and kept as a snapshot; after that
it costs a millisecond. The cards share a program, started when the first is asked for, so that what
one has made Java compile serves the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from contextvars import copy_context
from dataclasses import dataclass, replace
from enum import IntEnum

import pytest
from tests.introductions import Certificates, Introduced, Unintroduced
from tests.trust.authority import Issuer

from twincard.card.issuer import Personalisation
from twincard.card.report import Features, Mode, PolicyFlags, Role
from twincard.card.session import Card
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.iso import tlv
from twincard.iso.chaining import Link
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.status import Sw
from twincard.keys.component import Component
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import Laboratory, Snapshot
from twincard.simulator.process import shared_program
from twincard.simulator.shared_program import one_program
from twincard.transport.connection import Connection

ALL = Features(~0)


def ordinary(role: Role) -> Laboratory:
    """A chip that lacks nothing, for a card of any role."""
    return Laboratory.start()


ISSUER = Issuer.of("the bench's issuer")
CHALLENGE_RESPONSE_SERVES = b"\x84\x01\x00"
"""Of the data of INSTALL: issuers need no secure channel."""
GROUP_ID = hashlib.sha256(b"the bench's key group").digest()[:16]


class Stage(IntEnum):
    """How far the cards are; each stage includes those before it."""

    BLANK = 0
    """Applet installed, nothing else: initialisation."""
    ISSUED = 1
    """Personalised, component 1 set by the issuer, operational. One slot, no policy flags."""
    COMPLETE = 2
    """All components set, the others with the PIN."""
    KEYED = 3
    """The originals have a key pair each."""
    DUPLICATED = 4
    """`backup` holds the key of `original`, whose export is done."""


@dataclass(frozen=True)
class Setting:
    """What a stage is made with."""

    stage: Stage
    size: int = 3
    key: KeyType = KeyType.P_256
    backups: int = 1
    policy: PolicyFlags = PolicyFlags.NONE
    mode: Mode = Mode.BASE
    """HOST_BLIND: the cards are certified by ISSUER. Base mode is forbidden by `policy` alone."""

    def at(self, stage: Stage) -> Setting:
        """Another stage, with what matters there; BLANK is the same for all."""
        if stage is Stage.BLANK:
            return Setting(stage)
        key = self.key if stage >= Stage.KEYED else KeyType.P_256
        return replace(self, stage=stage, key=key)


def component(number: int, size: int = 3) -> Component:
    """The bench's component for a place: the same on every card, different for every place."""
    value = hashlib.sha256(b"the bench's component %d of %d" % (number, size)).digest()
    return Component(number, size, Secret(value))


def components(size: int = 3) -> list[Component]:
    """All components of the bench's group."""
    return [component(number, size) for number in range(1, size + 1)]


@dataclass
class Specimen:
    """One simulated card with what its issuer and its user know."""

    name: str
    role: Role
    lab: Laboratory
    transport_key: Secret
    pin: Secret
    puk: Secret
    card_id: bytes
    snapshots: dict[Setting, Snapshot]
    certificates: dict[Setting, bytes]
    """As each ISSUED setting has left it."""
    known: Certificates
    """Of all cards of the bench, for a host that introduces them to each other."""
    introduced: bool = False
    seen_faults: str = ""

    @classmethod
    def start(
        cls, name: str, role: Role, known: Certificates, lab: Laboratory, data: bytes
    ) -> Specimen:
        """Install the applet on a blank card, with `data` behind its transport key."""
        key = hashlib.sha256(b"transport key of " + name.encode()).digest()
        lab.install(b"\x80\x20" + key + data)
        secrets = Secret(key), Secret(f"{name} PIN"), Secret(f"{name} PUK")
        blank = {Setting(Stage.BLANK): lab.snapshot()}
        card_id = Card(lab).report().card_id
        return cls(name, role, lab, *secrets, card_id, blank, {}, known)

    def session(self, connection: Connection) -> Card:
        """A session through any connection to this card, after SELECT, with no authority."""
        if self.introduced:
            return Introduced(connection, self.known)
        return Unintroduced(connection)

    def card(self) -> Card:
        """A session, after SELECT, with no authority."""
        return self.session(self.lab)

    def unlocked(self) -> Card:
        """A session with the PIN verified."""
        card = self.card()
        card.pin.verify(self.pin)
        return card

    def as_issuer(self) -> Card:
        """A session with the issuer's authority."""
        card = self.card()
        card.issuer.authenticate(card.report().card_id, self.transport_key)
        return card

    def restart(self) -> Card:
        """Cut the power, give it again: a session with the PIN verified."""
        self.lab.cut(0)
        self.lab.reset()
        return self.unlocked()


class Bench:
    """Two originals and three backups, each at the stage last asked for when first touched."""

    def __init__(
        self, blank: Callable[[Role], Laboratory] = ordinary, able: Features = ALL
    ) -> None:
        """`blank` makes each card that is asked for, `able` says what each of them can do.

        What they cannot do is skipped; stages are made with P-256 keys, or else with RSA's.
        """
        self._blank = blank
        self._able = able
        self._usual_key = KeyType.P_256 if Features.P_256 in able else KeyType.RSA_2048
        self._specimens: dict[str, Specimen] = {}
        self._known: Certificates = {}
        self._introduced = False
        self._mode = Mode.BASE
        self._setting = Setting(Stage.BLANK)
        self._ready: set[str] = set()
        # Of its own: cards that a test opens, and may kill, are not in this program, which outlives
        # that of a test's module (tests/one_program.py).
        self._context = copy_context()
        self._context.run(shared_program.set, None)
        self._program = ExitStack()
        self._context.run(self._program.enter_context, one_program())

    def at(
        self,
        stage: Stage,
        *,
        size: int = 3,
        key: KeyType | None = None,
        backups: int = 1,
        policy: PolicyFlags = PolicyFlags.NONE,
        mode: Mode | None = None,
    ) -> Bench:
        """Put all cards to a stage, reset: a group of `size`, keys of type `key`.

        In host-blind mode the cards are certified, and who uses them introduces one to the other.
        """
        self._introduced = mode is None and self._mode is Mode.HOST_BLIND
        mode = self._mode if mode is None else mode
        key = self._usual_key if key is None else key
        self._skip_where_unable(stage, key, mode)
        self._setting = Setting(stage, size, key, backups, policy, mode).at(stage)
        self._ready.clear()
        return self

    def _skip_where_unable(self, stage: Stage, key: KeyType, mode: Mode) -> None:
        if mode is Mode.HOST_BLIND and Features.HOST_BLIND not in self._able:
            pytest.skip("these chips have no host-blind mode")
        if stage >= Stage.KEYED and Features[key.name] not in self._able:
            pytest.skip(f"these chips have no {key.name}")

    def in_mode(self, mode: Mode) -> Bench:
        """What is `at` a stage without a mode of its own is in this one, until the test ends.

        In host-blind mode sessions then introduce cards by themselves (tests/introductions.py).
        """
        self._mode = mode
        return self

    @property
    def original(self) -> Specimen:
        """An original."""
        return self._specimen("original", Role.ORIGINAL)

    @property
    def original2(self) -> Specimen:
        """Another original, of the same key group."""
        return self._specimen("original2", Role.ORIGINAL)

    @property
    def backup(self) -> Specimen:
        """A backup; the one that holds the key when DUPLICATED."""
        return self._specimen("backup", Role.BACKUP)

    @property
    def backup2(self) -> Specimen:
        """Another backup, of the same key group."""
        return self._specimen("backup2", Role.BACKUP)

    @property
    def backup3(self) -> Specimen:
        """A third backup, of the same key group."""
        return self._specimen("backup3", Role.BACKUP)

    def new_faults(self) -> str:
        """Exceptions that left the applet uncaught since this was last asked; empty when none."""
        found = ""
        for specimen in self._specimens.values():
            faults = specimen.lab.faults()
            if faults != specimen.seen_faults:
                found += f"{specimen.name}: {faults.removeprefix(specimen.seen_faults)}"
                specimen.seen_faults = faults
        return found

    def settle(self) -> None:
        """Between tests: no cut armed, every card to be put to its stage again."""
        for specimen in self._specimens.values():
            specimen.lab.cut(0)
        self.in_mode(Mode.BASE).at(Stage.BLANK)

    def close(self) -> None:
        """End the program."""
        for specimen in self._specimens.values():
            specimen.lab.close()
        self._context.run(self._program.close)

    def _specimen(self, name: str, role: Role) -> Specimen:
        specimen = self._started(name, role)
        if name not in self._ready:
            self._prepare(specimen, self._setting)
            self._ready.add(name)
        return specimen

    def _started(self, name: str, role: Role) -> Specimen:
        if name not in self._specimens:
            # The base build knows no secure channel that could be asked for instead.
            data = CHALLENGE_RESPONSE_SERVES if Features.SCP03 in self._able else b""
            self._specimens[name] = Specimen.start(
                name, role, self._known, self._context.run(self._blank, role), data
            )
        return self._specimens[name]

    def _prepare(self, specimen: Specimen, setting: Setting) -> None:
        if setting not in specimen.snapshots:
            self._prepare(specimen, setting.at(Stage(setting.stage - 1)))
            self._advance(specimen, setting)
        specimen.lab.restore(specimen.snapshots[setting])
        specimen.introduced = self._introduced
        if setting.at(Stage.ISSUED) in specimen.certificates:
            certificate = specimen.certificates[setting.at(Stage.ISSUED)]
            self._known[specimen.card_id] = certificate

    def _advance(self, specimen: Specimen, setting: Setting) -> None:
        if setting.stage is Stage.ISSUED:
            _issue(specimen, setting)
        elif setting.stage is Stage.COMPLETE:
            card = specimen.unlocked()
            for item in components(setting.size)[1:]:
                card.group.set_component(item)
        elif setting.stage is Stage.KEYED and specimen.role is Role.ORIGINAL:
            specimen.unlocked().usage.generate(setting.key)
        elif setting.stage is Stage.DUPLICATED and specimen.name in ("original", "backup"):
            self._duplicate(setting)
            return
        specimen.snapshots[setting] = specimen.lab.snapshot()

    def _duplicate(self, setting: Setting) -> None:
        pair: list[Specimen] = []
        for name, role in (("original", Role.ORIGINAL), ("backup", Role.BACKUP)):
            pair.append(self._started(name, role))
            self._prepare(pair[-1], setting.at(Stage.KEYED))
        duplicate_key(pair[0].unlocked(), pair[1].unlocked())
        for specimen in pair:
            specimen.snapshots[setting] = specimen.lab.snapshot()


def _issue(specimen: Specimen, setting: Setting) -> None:
    card = specimen.as_issuer()
    backups = setting.backups if specimen.role is Role.ORIGINAL else 0
    card.issuer.personalise(
        Personalisation(specimen.role, specimen.pin, specimen.puk, backups, policy=setting.policy)
    )
    card.group.begin(setting.size, GROUP_ID)
    card.group.set_component(component(1, setting.size))
    if setting.mode is Mode.HOST_BLIND:
        specimen.certificates[setting] = certify(card, specimen.role)
    card.issuer.activate()


def certify(card: Card, role: Role, issuer: Issuer = ISSUER) -> bytes:
    """Give a card that was personalised its certificate, and the transport key; the certificate."""
    keys = Link(card.connection).exchange(Command(0x00, 0xCA, 0x00, 0xE5, answer=SHORT_ANSWER))
    device_key = keys.data[5:70]
    certificate = issuer.certificate(card.report().card_id, role, device_key)
    data = tlv.encode(0x86, issuer.key.point) + certificate
    assert (
        Link(card.connection, extended=True).exchange(Command(0x80, 0x04, data=data)).sw == Sw.DONE
    )
    return certificate
