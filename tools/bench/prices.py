"""The cost of each part beyond base mode, compared with the same flow without it, in one run."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tools.bench.counting import Counted, Exchange
from twincard.card.issuer import Personalisation
from twincard.card.report import PolicyFlags, Role
from twincard.card.session import Card
from twincard.card.usage import OWN_KEY
from twincard.chips.words import KEY_NAMES
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.identity.issuer_signing_key import IssuerSigningKey
from twincard.keys.component import Component, draw_group
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import Laboratory, Snapshot

_TRANSPORT_KEY = Secret(bytes(range(32)))
_INSTALL = b"\x80\x20" + _TRANSPORT_KEY.reveal() + b"\x84\x01\x00"
"""The challenge-response is allowed too, since SCP03 is compared with it."""
_PIN, _PUK = Secret(b"123456"), Secret(b"12345678")
_GROUP_SIZE = 3
_CONTACT = 1
_ENTRIES = 16
_REPEATS = 15


@dataclass(frozen=True)
class Cost:
    """APDUs, bytes both ways, and the shortest time of several runs."""

    apdus: int
    bytes: int
    seconds: float


@dataclass(frozen=True)
class Price:
    """The cost of something with a part, and without it."""

    part: str
    against: str
    ours: Cost
    bare: Cost


@dataclass(frozen=True)
class Subject:
    """A card in memory."""

    lab: Laboratory
    role: Role

    @classmethod
    @contextmanager
    def start(cls, role: Role) -> Iterator[Subject]:
        """A blank card."""
        with Laboratory.start() as lab:
            lab.install(_INSTALL)
            yield cls(lab, role)

    def session(self, exchanges: list[Exchange]) -> Card:
        """A session that counts; the PIN is verified where the card has one."""
        card = Card(Counted(self.lab, self.role.name, exchanges))
        if card.report().role is not Role.NONE:
            card.pin.verify(_PIN)
        exchanges.clear()
        return card

    def issue(
        self,
        components: list[Component],
        group_id: bytes = b"",
        policy: PolicyFlags = PolicyFlags.NONE,
        certifier: IssuerSigningKey | None = None,
        contact: PublicKey | None = None,
    ) -> bytes:
        """Make it operational, with these components; returns the group id."""
        card = self.session([])
        card.issuer.authenticate(card.report().card_id, _TRANSPORT_KEY)
        card.issuer.personalise(Personalisation(self.role, _PIN, _PUK, policy=policy))
        group_id = card.group.begin(_GROUP_SIZE, group_id)
        for component in components:
            card.group.set_component(component)
        if certifier:
            names = card.report().card_id, self.role, card.device.keys().device_key
            card.device.certify(certifier.public_key, certifier.certify(*names))
        if contact:
            card.contacts.put(_CONTACT, contact, as_issuer=True)
        card.issuer.activate()
        return group_id


def measure_prices() -> Iterator[Price]:
    """All costs."""
    yield _secure_issuing()
    yield _secure_components()
    for key_type in KeyType:
        yield _host_blind(key_type)
    yield _trusted_targets()
    for key_type in KeyType:
        yield _signature(key_type)
    yield _log()


def _secure_issuing() -> Price:
    (component, *_) = draw_group(_GROUP_SIZE)

    def issue(card: Card) -> None:
        card.issuer.personalise(Personalisation(Role.ORIGINAL, _PIN, _PUK, policy=PolicyFlags.NONE))
        card.group.begin(_GROUP_SIZE)
        card.group.set_component(component)
        card.issuer.activate()

    def secured(card: Card) -> None:
        card.issuer.open_channel(card.report().card_id, _TRANSPORT_KEY)
        issue(card)

    def plain(card: Card) -> None:
        card.issuer.authenticate(card.report().card_id, _TRANSPORT_KEY)
        issue(card)

    with Subject.start(Role.ORIGINAL) as card:
        return Price(
            "SCP03 around the issue of a card",
            "by challenge-response",
            _cost(secured, card),
            _cost(plain, card),
        )


def _secure_components() -> Price:
    components = draw_group(_GROUP_SIZE)

    def enter(card: Card) -> None:
        card.pin.verify(_PIN)
        for component in components[1:]:
            card.group.set_component(component)

    def secured(card: Card) -> None:
        card.open_channel(card.device.keys().channel_key)
        enter(card)

    with Subject.start(Role.ORIGINAL) as card:
        card.issue(components[:1])
        return Price(
            "SCP11b around PIN and two components",
            "in the clear",
            _cost(secured, card),
            _cost(enter, card),
        )


def _host_blind(key_type: KeyType) -> Price:
    def copy(certifier: IssuerSigningKey | None) -> Cost:
        components = draw_group(_GROUP_SIZE)
        with Subject.start(Role.ORIGINAL) as original, Subject.start(Role.BACKUP) as backup:
            group_id = original.issue(components, certifier=certifier)
            backup.issue(components, group_id, certifier=certifier)
            original.session([]).usage.generate(key_type)
            return _cost(duplicate_key, original, backup)

    return Price(
        f"host-blind duplication, {KEY_NAMES[key_type]}",
        "in base mode",
        copy(IssuerSigningKey.draw()),
        copy(None),
    )


def _trusted_targets() -> Price:
    def transcode(policy: PolicyFlags) -> Cost:
        with Subject.start(Role.ORIGINAL) as card:
            card.issue(draw_group(_GROUP_SIZE), policy=policy, contact=_friend())
            session = card.session([])
            session.usage.generate(KeyType.P_256)
            sealed = session.usage.encipher(secrets.token_bytes(32), OWN_KEY)
            return _cost(lambda card: card.usage.transcode(sealed, _CONTACT), card)

    trusted = PolicyFlags.TRUSTED_TARGETS_ONLY | PolicyFlags.DECIPHER_OFF
    return Price(
        "TRANSCODE with trusted targets only",
        "to anybody",
        transcode(trusted),
        transcode(PolicyFlags.NONE),
    )


def _signature(key_type: KeyType) -> Price:
    with Subject.start(Role.ORIGINAL) as card:
        card.issue([], certifier=IssuerSigningKey.draw())
        session = card.session([])
        session.signing.generate(key_type)
        session.usage.generate(key_type)
        sealed = session.usage.encipher(secrets.token_bytes(32), OWN_KEY)
        return Price(
            f"a signature, {KEY_NAMES[key_type]}",
            "DECIPHER",
            _cost(lambda card: card.signing.sign(bytes(range(32))), card),
            _cost(lambda card: card.usage.decipher(sealed), card),
        )


def _log() -> Price:
    with Subject.start(Role.ORIGINAL) as card:
        card.issue([], certifier=IssuerSigningKey.draw())
        session = card.session([])
        while session.log.read(bytes(16)).count < _ENTRIES:
            session.usage.generate(KeyType.P_256)
        return Price(
            "reading a full log, signed",
            "the state report",
            _cost(lambda card: card.log.read(secrets.token_bytes(16)), card),
            _cost(Card.report, card),
        )


def _friend() -> PublicKey:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return PublicKey.from_point(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def _cost(action: Callable[..., object], *subjects: Subject) -> Cost:
    """Measure the action with a session of each card, then restore the cards."""
    kept = [subject.lab.snapshot() for subject in subjects]
    costs = [_measured(action, subjects, kept) for _ in range(_REPEATS)]
    for subject, snapshot in zip(subjects, kept, strict=True):
        subject.lab.restore(snapshot)
        subject.lab.drop(snapshot)
    return min(costs, key=lambda cost: cost.seconds)


def _measured(
    action: Callable[..., object], subjects: Sequence[Subject], kept: Sequence[Snapshot]
) -> Cost:
    exchanges: list[Exchange] = []
    for subject, snapshot in zip(subjects, kept, strict=True):
        subject.lab.restore(snapshot)
    cards = [subject.session(exchanges) for subject in subjects]
    start = time.perf_counter()
    action(*cards)
    seconds = time.perf_counter() - start
    return Cost(len(exchanges), sum(e.sent + e.received for e in exchanges), seconds)
