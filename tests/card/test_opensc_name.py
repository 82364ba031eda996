"""The applet under the name by which OpenSC finds it: its answers to that, and nothing else new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.card.wire import Command, exchange

from twincard.card.issuer import Personalisation
from twincard.card.report import Features, PolicyFlags, Role
from twincard.card.session import APPLET_AID, OPENSC_AID, Card, NoAppletError
from twincard.iso.status import Sw
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import Laboratory

TRANSPORT_KEY, PIN, PUK = Secret(bytes(range(32))), Secret("123456"), Secret("12345678")
INSTALLATION = b"\x80\x20" + TRANSPORT_KEY.reveal() + b"\x84\x01\x00"
ABOUT = bytes.fromhex("0006 02")
"""Version 0.6 of the driver's interface; random numbers."""
NEWER = bytes.fromhex("0100 0E")
"""Version 1.0; random numbers, ECDSA, RSASSA-PSS."""
GET_ABOUT = Command(0x00, 0xCA, 0x01, 0x01, answer=256)


@pytest.fixture(scope="module")
def started() -> Iterator[Laboratory]:
    made = Laboratory.start()
    made.install(INSTALLATION, OPENSC_AID)
    yield made
    assert made.faults() == ""
    made.close()


@pytest.fixture
def lab(started: Laboratory) -> Iterator[Laboratory]:
    """A blank card with this name."""
    start = started.snapshot()
    yield started
    started.restore(start)
    started.drop(start)


def select(aid: bytes, answer: int = 0) -> Command:
    return Command(0x00, 0xA4, 0x04, 0x00, aid, answer)


@pytest.mark.parametrize("answer", [0, 256])
def test_select_answers_what_the_driver_wants_with_and_without_le(
    lab: Laboratory, answer: int
) -> None:
    assert exchange(lab, select(OPENSC_AID, answer)) == (ABOUT, Sw.DONE)


def test_the_usual_name_is_answered_without_le_as_well() -> None:
    with Laboratory.start() as usual:
        usual.install(INSTALLATION)
        assert exchange(usual, select(APPLET_AID)) == exchange(usual, select(APPLET_AID, 256))


def test_get_data_tells_newer_drivers_of_another_version(lab: Laboratory) -> None:
    exchange(lab, select(OPENSC_AID))
    assert exchange(lab, GET_ABOUT) == (NEWER, Sw.DONE)
    assert exchange(lab, replace(GET_ABOUT, answer=3)) == (NEWER, Sw.DONE)


@pytest.mark.parametrize(
    ("missing", "features"),
    [("-ecdsa_sha256", 0x0A), ("-rsa_nopad", 0x06), ("-ec_p256_keygen", 0x0A)],
)
def test_the_driver_is_told_only_of_signatures_that_the_chip_can_make(
    missing: str, features: int
) -> None:
    with Laboratory.start(chip=missing) as lab:
        lab.install(INSTALLATION, OPENSC_AID)
        exchange(lab, select(OPENSC_AID))
        assert exchange(lab, GET_ABOUT) == (bytes([1, 0, features]), Sw.DONE)


def test_under_the_usual_name_there_is_none_of_it() -> None:
    with Laboratory.start() as usual:
        usual.install(INSTALLATION)
        assert exchange(usual, select(OPENSC_AID))[1] != Sw.DONE
        assert Card(usual).serves_opensc is False
        assert exchange(usual, GET_ABOUT) == (b"", Sw.WRONG_P1P2)


def test_a_similar_name_is_not_taken_for_it() -> None:
    for aid in (OPENSC_AID[:-1], OPENSC_AID[:-1] + b"\x02", OPENSC_AID + b"\x00"):
        with Laboratory.start() as other:
            other.install(INSTALLATION, aid)
            answer, sw = exchange(other, select(aid, 256))
            assert (answer[:1], sw) == (b"\x6f", Sw.DONE)
            assert exchange(other, GET_ABOUT) == (b"", Sw.WRONG_P1P2)


def test_the_host_finds_the_applet_by_either_name(lab: Laboratory) -> None:
    card = Card(lab)
    assert card.serves_opensc
    assert card.features == card.report().features == ~Features(0)
    assert exchange(lab, select(APPLET_AID, 256)) == (b"", Sw.FILE_NOT_FOUND)


def test_the_applet_does_all_it_does_elsewhere(lab: Laboratory) -> None:
    card = Card(lab)
    card.issuer.open_channel(card.report().card_id, TRANSPORT_KEY)
    card.issuer.personalise(Personalisation(Role.ORIGINAL, PIN, PUK, 1, policy=PolicyFlags.NONE))
    card.issuer.activate()
    card.select()
    card.pin.verify(PIN)
    card.usage.generate(KeyType.P_256)
    plain = bytes(32)
    assert card.usage.decipher(card.usage.encipher(plain, 0)) == plain


class OtherApplet:
    """A card with somebody else's applet under this name: it knows no command of ours."""

    atr = bytes.fromhex("3B00")

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        if apdu[:4] == bytes.fromhex("00A40400") and OPENSC_AID in apdu:
            return ABOUT, Sw.DONE
        return (b"", 0x6A82) if apdu[1] == 0xA4 else (b"", 0x6D00)

    def reset(self) -> None:
        pass

    def close(self) -> None:
        pass


def test_somebody_elses_applet_of_this_name_is_none_of_ours() -> None:
    with pytest.raises(NoAppletError):
        Card(OtherApplet())


def test_an_open_channel_of_another_session_is_no_obstacle(lab: Laboratory) -> None:
    card = Card(lab)
    card.issuer.open_channel(card.report().card_id, TRANSPORT_KEY)
    assert Card(lab).serves_opensc
