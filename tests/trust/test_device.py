"""The device key and the channel key: drawn by PERSONALISE and bound to each other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.bench import Bench, Specimen, Stage
from tests.card.wire import Command, exchange
from tests.faults.power import Place, Story, interrupt
from tests.interop.independent import objects
from tests.trust.authority import public_key, verifies

from twincard.card.issuer import Personalisation
from twincard.card.report import LifeCycle, PolicyFlags, Role
from twincard.card.session import Card
from twincard.iso.status import Sw

KEYS = Command(0x00, 0xCA, 0x00, 0xE5, answer=256)
ISSUER_PUBLIC_KEY = Command(0x00, 0xCA, 0x00, 0xE6, answer=256)
CERTIFICATE = Command(0x00, 0xCA, 0x7F, 0x21, answer=256)
STATE = Command(0x00, 0xCA, 0x00, 0xE0, answer=256)
IDENTITY = 0x8D


def personalise(specimen: Specimen, card: Card, role: Role | None = None) -> None:
    """As the issuer; in the specimen's role, or another one."""
    card.issuer.personalise(
        Personalisation(role or specimen.role, specimen.pin, specimen.puk, policy=PolicyFlags.NONE)
    )


def keys(specimen: Specimen) -> tuple[bytes, bytes, bytes]:
    """Device key, channel key, signature; of a card that has them."""
    data, sw = exchange(specimen.lab, KEYS)
    assert sw == Sw.DONE
    ((tag, value),) = objects(data)
    (device, channel, signature) = objects(value)
    assert (tag, device[0], channel[0], signature[0]) == (0xE5, 0x86, 0x87, 0x9E)
    return device[1], channel[1], signature[1]


def identity(specimen: Specimen) -> int:
    """8D of the state report; 0 where it is absent."""
    ((_, value),) = objects(exchange(specimen.lab, STATE)[0])
    return dict(objects(value)).get(IDENTITY, b"\x00")[0]


def test_the_device_key_signs_the_channel_key_and_the_card_id(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    specimen.card()
    device, channel, signature = keys(specimen)
    public_key(channel)
    assert verifies(
        device, b"twincard/channel/1" + specimen.card().report().card_id + channel, signature
    )
    assert identity(specimen) == 1


def test_two_cards_and_two_keys_of_one_card_differ(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    points: list[bytes] = []
    for specimen in (bench.original, bench.backup):
        specimen.card()
        points += keys(specimen)[:2]
    assert len(set(points)) == 4


def test_before_personalisation_there_is_no_identity(bench: Bench) -> None:
    specimen = bench.at(Stage.BLANK).original
    specimen.card()
    assert identity(specimen) == 0
    for command in (KEYS, ISSUER_PUBLIC_KEY, CERTIFICATE):
        assert exchange(specimen.lab, command) == (b"", Sw.NOT_FOUND)


def test_every_personalisation_draws_new_keys(bench: Bench) -> None:
    specimen = bench.at(Stage.BLANK).original
    card = specimen.as_issuer()
    personalise(specimen, card)
    before = keys(specimen)
    personalise(specimen, card)
    assert not set(before) & set(keys(specimen))


def test_a_refused_personalisation_leaves_the_keys(bench: Bench) -> None:
    specimen = bench.at(Stage.BLANK).original
    card = specimen.as_issuer()
    personalise(specimen, card)
    before = keys(specimen)
    data = b"\x80\x01\x01\x81\x02\x00\x20\x82\x06123456\x83\x06123456"  # never released
    assert exchange(specimen.lab, Command(0x80, 0x02, data=data))[1] == Sw.WRONG_DATA
    assert keys(specimen) == before


def test_terminate_wipes_the_identity(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).backup
    specimen.unlocked().terminate()
    assert identity(specimen) == 0
    for command in (KEYS, ISSUER_PUBLIC_KEY, CERTIFICATE):
        assert exchange(specimen.lab, command) == (b"", Sw.NOT_FOUND)


class Personalising(Story):
    """PERSONALISE, on a card that may have been personalised in the other role before."""

    def __init__(self, specimen: Specimen, prepare: Callable[[Card], None]) -> None:
        prepare(specimen.as_issuer())
        super().__init__(specimen)
        self.subject = self.scene.subjects[0]
        self.before = self._points()
        self.role_before = self.subject.card().report().role

    def open(self) -> None:
        self.card = self.subject.authorised()

    def act(self) -> None:
        personalise(self.subject.specimen, self.card)

    def check(self) -> None:
        """The old keys with the old role, the new with the new, or none: never a half."""
        report = self.subject.card().report()
        points = self._points()
        if points and points != self.before:
            assert report.role is self.subject.specimen.role
        if points:
            assert self._bound(points)
        else:
            with self.scene.aside():
                card = self.subject.authorised()
                assert exchange(self.subject.lab, Command(0x00, 0x44))[1] == Sw.WRONG_STATE
                assert card.report().life_cycle is LifeCycle.INITIALISATION

    def repeat(self) -> None:
        personalise(self.subject.specimen, self.subject.authorised())

    def conclude(self) -> None:
        points = self._points()
        assert points
        assert points != self.before
        assert self._bound(points)
        self.subject.authorised().issuer.activate()

    def _points(self) -> tuple[bytes, bytes, bytes] | None:
        self.subject.card()
        return keys(self.subject.specimen) if identity(self.subject.specimen) else None

    def _bound(self, points: tuple[bytes, bytes, bytes]) -> bool:
        device, channel, signature = points
        card_id = self.subject.card().report().card_id
        return verifies(device, b"twincard/channel/1" + card_id + channel, signature)


@pytest.mark.parametrize("again", [False, True], ids=["first", "again"])
def test_a_power_cut_in_personalise_leaves_whole_keys_or_none(bench: Bench, again: bool) -> None:
    specimen = bench.at(Stage.BLANK).original

    def prepare(card: Card) -> None:
        if again:
            personalise(specimen, card, Role.BACKUP)

    story = Personalising(specimen, prepare)
    assert interrupt(story, story.subject, Place.WRITE) > 10
