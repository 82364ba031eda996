"""The base build knows base mode alone, and takes nothing of another for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.bench import GROUP_ID, components
from tests.card.wire import Command, exchange
from tests.interop.independent import Group
from tests.trust.blind import BASE, Header
from tests.trust.scene import software_backup

from twincard.card.issuer import Personalisation
from twincard.card.report import Features, PolicyFlags, Role
from twincard.card.session import Card
from twincard.iso.status import Sw
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import BASE_APPLET, Laboratory

TRANSPORT_KEY = Secret(bytes(range(32)))
PIN, PUK = Secret("123456"), Secret("654321")


@pytest.fixture(scope="module")
def lab() -> Iterator[Laboratory]:
    """A card of the base build."""
    made = Laboratory.start(BASE_APPLET)
    made.install(b"\x80\x20" + TRANSPORT_KEY.reveal())
    yield made
    assert made.faults() == ""
    made.close()


@pytest.fixture
def blank(lab: Laboratory) -> Iterator[Card]:
    """In initialisation, with the issuer's authority."""
    start = lab.snapshot()
    card = Card(lab)
    card.issuer.authenticate(card.report().card_id, TRANSPORT_KEY)
    yield card
    lab.restore(start)


def operational(card: Card, role: Role) -> Card:
    """All components, and an original's key, are there; the PIN is verified."""
    card.issuer.personalise(Personalisation(role, PIN, PUK, policy=PolicyFlags.NONE))
    card.group.begin(3, GROUP_ID)
    for item in components():
        card.group.set_component(item)
    card.issuer.activate()
    card.pin.verify(PIN)
    if role is Role.ORIGINAL:
        card.usage.generate(KeyType.P_256)
    return card


def status(lab: Laboratory, command: Command) -> int:
    return exchange(lab, command, extended=True)[1]


def test_it_says_what_it_lacks(blank: Card) -> None:
    parts = Features.HOST_BLIND | Features.SCP03 | Features.SCP11B
    parts |= Features.SIGNATURE_KEY | Features.LOG
    assert not blank.report().features & parts


def test_no_card_without_host_blind_mode_forbids_base_mode(lab: Laboratory, blank: Card) -> None:
    data = bytes.fromhex("800101 81020110 8206") + b"123456" + b"\x83\x06654321"
    assert status(lab, Command(0x80, 0x02, data=data)) == Sw.WRONG_DATA
    assert blank.report().role is Role.NONE


def test_there_is_no_environment_for_signatures(lab: Laboratory, blank: Card) -> None:
    operational(blank, Role.ORIGINAL)
    assert status(lab, Command(0x00, 0x22, 0x41, 0xB6, b"\x84\x01\x01")) == Sw.WRONG_P1P2


def test_nothing_of_a_device_identity_is_there(lab: Laboratory, blank: Card) -> None:
    assert status(lab, Command(0x80, 0x04, data=bytes(248))) == Sw.UNKNOWN_INS
    operational(blank, Role.ORIGINAL)
    assert status(lab, Command(0x00, 0x2A, 0x00, 0xBE, bytes(181))) == Sw.WRONG_P1P2
    for tag, sw in ((0x00E5, Sw.NOT_FOUND), (0x00E6, Sw.NOT_FOUND), (0x7F21, Sw.WRONG_P1P2)):
        assert status(lab, Command(0x00, 0xCA, tag >> 8, tag & 0xFF, answer=256)) == sw


def test_it_draws_no_host_blind_ticket(lab: Laboratory, blank: Card) -> None:
    operational(blank, Role.BACKUP)
    for mode in (1, 2, 0x80, 0xFF):
        command = Command(0x80, 0x20, 0, mode, bytes(16), 256)
        assert status(lab, command) == Sw.WRONG_P1P2


def test_it_exports_for_no_host_blind_ticket_in_either_form(lab: Laboratory, blank: Card) -> None:
    operational(blank, Role.ORIGINAL)
    attacker = software_backup()
    ticket = attacker.ticket(blank.report().card_id)
    group = Group.of([item.value.reveal() for item in components()], GROUP_ID)
    said = Header(attacker.card_id, blank.report().card_id, bytes(16)).encode()
    short = bytes.fromhex("E1478033") + said + bytes.fromhex("8110") + group.ticket_mac(said)
    for data in (ticket.encode(), short):
        assert status(lab, Command(0x80, 0x22, data=data, answer=256)) == Sw.WRONG_DATA
    in_base_mode = attacker.ticket(blank.report().card_id, BASE).encode()
    assert status(lab, Command(0x80, 0x22, data=in_base_mode, answer=256)) == Sw.DONE
