"""A session keeps the state report as long as nothing it sent can have changed it."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Specimen, Stage, component
from tests.card.sealing import Correspondent
from tests.card.test_success_paths import live

from twincard.card.pin import PIN_TRIES
from twincard.card.report import LifeCycle
from twincard.card.session import Card
from twincard.iso.ins import Ins
from twincard.iso.status import WrongPinError
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.transport.connection import CardGoneError, Connection

REPORT = bytes.fromhex("00CA00E000")
CHAINED = 0x10


class Following:
    """A connection that looks at the report before and after each command that keeps it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.reset, self.close = connection.reset, connection.close
        self.asked = 0
        self.kept: set[Ins] = set()
        self._before = (b"", 0)
        self._ins: Ins | None = None
        self._goes_on = False

    @property
    def atr(self) -> bytes:
        return self._connection.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        self.asked += apdu[1:4] == REPORT[1:4]
        ins = Ins.sent(apdu[0] & ~CHAINED, apdu[1])
        is_by_name = ins is Ins.SELECT and apdu[2] == 0x04
        if ins is not Ins.GET_RESPONSE:
            is_watched = ins not in (None, Ins.GET_CHALLENGE) and ins.value.keeps_report
            self._ins = ins if is_watched and not is_by_name else None
        if self._ins is None:
            return self._connection.transmit(apdu)
        if not self._goes_on:
            self._before = self._connection.transmit(REPORT)
        answer = self._connection.transmit(apdu)
        # Between the parts of a chain, or of an answer, another command would end it.
        self._goes_on = bool(apdu[0] & CHAINED) or answer[1] >> 8 == 0x61
        if not self._goes_on:
            assert self._connection.transmit(REPORT) == self._before, ins
            self.kept.add(self._ins)
        return answer


def test_no_command_that_keeps_the_report_changes_it(bench: Bench) -> None:
    seen: list[Following] = []

    def connect(specimen: Specimen) -> Card:
        seen.append(Following(specimen.lab))
        return Card(seen[-1])

    live(bench, Correspondent.with_rsa(), connect)
    connect(bench.original).log.read(bytes(16))
    expected = {ins for ins in Ins if ins.value.keeps_report} - {
        Ins.GET_RESPONSE,
        Ins.GET_CHALLENGE,
    }
    assert set[Ins]().union(*(wire.kept for wire in seen)) >= expected


def follow(bench: Bench) -> tuple[Card, Following]:
    """An original with a key, the PIN verified, and its connection."""
    bench.at(Stage.KEYED)
    wire = Following(bench.original.lab)
    card = Card(wire)
    card.pin.verify(bench.original.pin)
    return card, wire


def test_it_is_asked_once_for_all_that_only_reads(bench: Bench) -> None:
    card, wire = follow(bench)
    report = card.kept_report()
    card.usage.public_key()
    card.pin.verify(bench.original.pin)
    assert card.device.keys()
    assert card.kept_report() is report
    assert wire.asked == 1
    assert card.report() == report
    assert wire.asked == 2


def test_what_changes_it_is_told(bench: Bench) -> None:
    card, _ = follow(bench)
    before = card.kept_report().key
    card.usage.generate(KeyType.P_256)
    assert card.kept_report().key != before
    with pytest.raises(WrongPinError):
        card.pin.verify(Secret("a wrong PIN"))
    assert card.kept_report().pin_tries_left == PIN_TRIES - 1
    card.pin.verify(bench.original.pin)
    assert card.kept_report().pin_tries_left == PIN_TRIES
    card.terminate()
    assert card.kept_report().life_cycle is LifeCycle.TERMINATED


def test_a_refused_command_is_no_reason_to_keep_it(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    card = bench.original.unlocked()
    assert card.kept_report().group is not None
    card.group.set_component(component(2))
    group = card.kept_report().group
    assert group is not None
    assert group.missing == (3,)


def test_the_card_selected_again_is_asked_again(bench: Bench) -> None:
    card, wire = follow(bench)
    card.kept_report()
    card.select()
    card.kept_report()
    card.reset()
    card.kept_report()
    assert wire.asked == 3


def test_a_reset_that_fails_leaves_nothing_that_was_said_before(bench: Bench) -> None:
    card, wire = follow(bench)
    card.kept_report()

    def fail() -> None:
        raise CardGoneError("gone")

    wire.reset = fail
    with pytest.raises(CardGoneError):
        card.reset()
    card.kept_report()
    assert wire.asked == 2


class Liar(Following):
    """Says in the clear that the card has another id."""

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        data, sw = self._connection.transmit(apdu)
        if apdu[:4] == REPORT[:4]:
            at = data.index(self.truth)
            data = data[:at] + bytes(16) + data[at + 16 :]
        return data, sw

    truth = b""


@pytest.mark.parametrize("by_issuer", [False, True], ids=["SCP11b", "SCP03"])
def test_what_was_said_in_the_clear_is_not_kept_in_a_channel(
    bench: Bench, *, by_issuer: bool
) -> None:
    bench.at(Stage.KEYED)
    wire = Liar(bench.original.lab)
    wire.truth = bench.original.card_id
    card = Card(wire)
    assert card.kept_report().card_id == bytes(16)
    if by_issuer:
        card.issuer.open_channel(bench.original.card_id, bench.original.transport_key)
    else:
        card.open_channel(card.device.keys().channel_key)
    assert card.kept_report().card_id == bench.original.card_id
