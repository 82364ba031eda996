"""What anybody may make a card write, as docs/security.md and docs/card-interface.md state it.

Memory that wears out is written as seldom as can be by commands that need no authority: whoever
holds a card, or has its reader, could else wear out the places that keep its keys.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.bench import Bench, Specimen, Stage
from tests.card.sealing import Correspondent
from tests.card.wire import Command, exchange
from tests.trust.channel.hosts import Messages
from tests.trust.log_reading import KEPT, NONCE

from twincard.card.public_key import encode_public_key
from twincard.card.report import Mode
from twincard.card.session import APPLET_AID
from twincard.iso.status import Sw
from twincard.transport.connection import PowerCutError

HANDSHAKE = bytes.fromhex("A60D9002110095013C800188810110 5F4941")
RSA = encode_public_key(Correspondent.with_rsa().public)
EC = encode_public_key(Correspondent.with_ec().public)
POINT = EC[5:]

INTERNAL_AUTHENTICATE = Command(0x80, 0x88, 0x01, 0x13, HANDSHAKE + POINT, 256)
READ_LOG = Command(0x80, 0x46, data=NONCE, answer=256)
SELECT = Command(0x00, 0xA4, 0x04, 0x00, APPLET_AID, 256)
TARGET = (0x00, 0x22, 0x81, 0xB8)


@pytest.fixture
def card(bench: Bench) -> Specimen:
    """A duplicated card with a full log, of whose PIN the tests know nothing."""
    specimen = bench.at(Stage.DUPLICATED, mode=Mode.HOST_BLIND).backup
    for _ in range(KEPT):
        specimen.card().pin.change(specimen.pin, specimen.pin)
    specimen.restart()
    specimen.card()
    return specimen


def writes(card: Specimen, act: Callable[[], object]) -> int:
    """How many persistent writes there are while something is done."""
    card.lab.writes()
    act()
    return card.lab.writes()


@pytest.mark.parametrize(
    ("command", "count"),
    [
        pytest.param(INTERNAL_AUTHENTICATE, 5, id="INTERNAL AUTHENTICATE"),
        pytest.param(READ_LOG, 0, id="READ LOG"),
        pytest.param(Command(*TARGET, RSA), 2, id="MSE, an RSA key as target"),
        pytest.param(Command(*TARGET, EC), 0, id="MSE, an EC key as target"),
        pytest.param(SELECT, 0, id="SELECT"),
        pytest.param(Command(0x00, 0x84, answer=16), 0, id="GET CHALLENGE"),
        pytest.param(Command(0x80, 0x50, data=bytes(8), answer=256), 0, id="INITIALIZE UPDATE"),
        pytest.param(Command(0x00, 0xCA, 0x00, 0xE0, answer=256), 0, id="GET DATA"),
    ],
)
def test_commands_that_anybody_may_send(card: Specimen, command: Command, count: int) -> None:
    for _ in range(2):
        card.lab.writes()
        assert exchange(card.lab, command)[1] == Sw.DONE
        assert card.lab.writes() == count
        card.card()


def test_a_handshake_with_no_point_of_the_curve_writes_nothing(card: Specimen) -> None:
    off = POINT[:-1] + bytes([POINT[-1] ^ 1])
    command = Command(0x80, 0x88, 0x01, 0x13, HANDSHAKE + off, 256)
    card.lab.writes()
    assert exchange(card.lab, command)[1] == Sw.WRONG_DATA
    assert card.lab.writes() == 0


def test_a_target_that_was_set_is_forgotten_with_two_writes(card: Specimen) -> None:
    assert exchange(card.lab, Command(*TARGET, RSA))[1] == Sw.DONE
    assert writes(card, lambda: exchange(card.lab, SELECT)) == 2


def test_reading_the_log_inside_a_channel_writes_nothing(card: Specimen) -> None:
    channel = Messages.scp11b(card)
    assert writes(card, lambda: channel.send(READ_LOG)) == 0


def test_parts_of_a_key_block_write_nothing_before_the_pin(card: Specimen) -> None:
    """Inside a channel parts are gathered before they are judged, since the MAC comes last."""
    Messages.scp11b(card)
    part = bytes([0x94, 0x24, 0x00, 0x00, 0xFF]) + bytes(255)
    card.lab.writes()
    assert card.lab.transmit(part)[1] == Sw.DONE
    assert card.lab.transmit(part)[1] == Sw.AUTHORITY_MISSING
    assert card.lab.writes() == 0
    card.card()
    assert card.lab.transmit(bytes([0x90]) + part[1:])[1] == Sw.AUTHORITY_MISSING
    assert card.lab.writes() == 0


def test_the_scalar_of_a_handshake_does_not_stay(card: Specimen) -> None:
    """Neither the pair of this handshake nor what power failures left of earlier ones."""
    before = exchange(card.lab, INTERNAL_AUTHENTICATE)
    assert before[1] == Sw.DONE
    image = card.lab.image()
    exchange(card.lab, SELECT)
    exchange(card.lab, INTERNAL_AUTHENTICATE)
    # Two handshakes differ in the card's ephemeral point alone, of which the scalar is no part.
    after = card.lab.image()
    differing = [at for at in range(len(image)) if image[at] != after[at]]
    assert len(image) == len(after)
    assert differing
    assert differing[-1] - differing[0] < 64


def test_a_scalar_left_by_a_power_failure_is_overwritten_at_select(card: Specimen) -> None:
    exchange(card.lab, INTERNAL_AUTHENTICATE)
    card.card()
    image = card.lab.image()
    for write in range(1, 6):
        card.lab.cut(write)
        with pytest.raises(PowerCutError):
            exchange(card.lab, INTERNAL_AUTHENTICATE)
        card.restart()
        left = card.lab.image()
        differing = [at for at in range(len(image)) if image[at] != left[at]]
        assert not differing or differing[-1] - differing[0] < 64
