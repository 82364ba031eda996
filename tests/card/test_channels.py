"""Logical channels 1 to 3: the same card, one session at a time, and none on further channels."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest
from tests.bench import Bench, Specimen, Stage
from tests.card.wire import Command, status
from tests.host.transports import on_channel
from tests.trust.channel.hosts import Host, Messages, Opening, as_issuer, as_user

from twincard.card.session import APPLET_AID, Card
from twincard.iso.status import Sw
from twincard.simulator.laboratory import Laboratory
from twincard.transport.connection import Connection

REPORT = Command(0x00, 0xCA, 0x00, 0xE0, answer=256)
VERIFIED = Command(0x00, 0x20, 0x00, 0x01)
SELECT = Command(0x00, 0xA4, 0x04, 0x00, APPLET_AID)
CLOSE = Command(0x00, 0x70, 0x80)
NOT_SELECTED = 0x6986
CHANNELS = (1, 2, 3)


class OnChannel:
    """A connection that writes its channel into every class."""

    def __init__(self, connection: Connection, number: int) -> None:
        self._connection, self._number = connection, number
        self.atr = connection.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        return self._connection.transmit(on_channel(self._number, apdu))

    def reset(self) -> None:
        """See Connection."""
        self._connection.reset()

    def close(self) -> None:
        """The card is the bench's."""


@pytest.fixture
def specimen(bench: Bench) -> Specimen:
    return bench.at(Stage.KEYED).original


def at(specimen: Specimen, number: int, command: Command) -> int:
    """The status word of a command on a channel."""
    return specimen.lab.transmit(on_channel(number, command.short()))[1]


@pytest.mark.parametrize("number", CHANNELS)
def test_a_session_on_a_channel_is_as_on_channel_0(specimen: Specimen, number: int) -> None:
    card = Card(OnChannel(specimen.lab, number))
    card.pin.verify(specimen.pin)
    assert card.usage.decipher(card.usage.encipher(bytes(32), 0)) == bytes(32)
    card.issuer.authenticate(specimen.card_id, specimen.transport_key)
    assert card.report().card_id == specimen.card_id


@pytest.mark.parametrize("number", CHANNELS)
def test_a_session_is_on_one_channel_and_ends_with_it(specimen: Specimen, number: int) -> None:
    card = Card(OnChannel(specimen.lab, number))
    card.pin.verify(specimen.pin)
    assert at(specimen, 0, SELECT) == Sw.WRONG_STATE
    assert at(specimen, 0, VERIFIED) == NOT_SELECTED
    assert at(specimen, number, VERIFIED) == Sw.DONE
    assert at(specimen, number, CLOSE) == Sw.DONE
    assert at(specimen, 0, SELECT) == Sw.DONE
    assert at(specimen, 0, VERIFIED) == 0x63C3


def test_a_chain_does_not_go_on_on_another_channel(specimen: Specimen) -> None:
    card = Card(OnChannel(specimen.lab, 1))
    card.pin.verify(specimen.pin)
    cryptogram = card.usage.encipher(bytes(32), 0).encode()
    first = Command(0x90, 0x32, data=cryptogram[:20])
    rest = Command(0x80, 0x32, data=cryptogram[20:], answer=256)
    assert (at(specimen, 1, first), at(specimen, 1, rest)) == (Sw.DONE, Sw.DONE)
    assert at(specimen, 1, first) == Sw.DONE
    assert at(specimen, 0, rest) == NOT_SELECTED
    assert at(specimen, 1, CLOSE) == Sw.DONE
    specimen.unlocked()
    assert status(specimen.lab, rest) == Sw.WRONG_DATA


def moved(specimen: Specimen, number: int) -> Specimen:
    """The same card, spoken to on a channel."""
    return replace(specimen, lab=cast(Laboratory, OnChannel(specimen.lab, number)))


@pytest.mark.parametrize("opening", [as_issuer, as_user])
def test_secure_messaging_is_the_same_for_another_host(
    specimen: Specimen, opening: Opening
) -> None:
    """Its MACs are over the class with the channel's bits zero (GlobalPlatform Amendment D)."""
    host = Host(moved(specimen, 1), opening)
    host.open()
    assert host.transmit(REPORT.short())[1] == Sw.DONE


@pytest.mark.parametrize("number", CHANNELS)
def test_a_plain_command_ends_the_secure_channel(specimen: Specimen, number: int) -> None:
    there = moved(specimen, number)
    messages = Messages.scp03(there)
    assert messages.send(REPORT)[1] == Sw.DONE
    wrapped = messages.wrap(REPORT)
    assert at(specimen, number, REPORT) == Sw.AUTHORITY_MISSING
    assert there.lab.transmit(wrapped)[1] == Sw.AUTHORITY_MISSING


@pytest.mark.parametrize("cla", [*range(0x40, 0x80), *range(0xC0, 0x100)])
def test_further_channels_are_refused_and_the_session_stays(specimen: Specimen, cla: int) -> None:
    specimen.unlocked()
    assert (
        status(specimen.lab, Command(cla, 0xCA, 0x00, 0xE0, answer=256)) == Sw.NO_LOGICAL_CHANNELS
    )
    assert status(specimen.lab, VERIFIED) == Sw.DONE
