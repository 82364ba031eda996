"""Whether data come is said by the table: never by what a chip makes of receiving."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.bench import Bench, Specimen, Stage
from tests.card.wire import Command, status
from tests.host.transports import TRANSPORTS

from twincard.iso.status import Sw

FORGET = Command(0x00, 0x20, 0xFF, 0x01)
VERIFIED = Command(0x00, 0x20, 0x00, 0x01)
NOT_VERIFIED = 0x63C3


@pytest.fixture(scope="module", params=TRANSPORTS)
def chip(request: pytest.FixtureRequest) -> Iterator[Bench]:
    bench = Bench(lambda _: TRANSPORTS[request.param]())
    yield bench
    assert bench.new_faults() == ""
    bench.close()


@pytest.fixture
def specimen(chip: Bench) -> Specimen:
    return chip.at(Stage.ISSUED).original


def test_commands_without_data_are_carried_out(specimen: Specimen) -> None:
    specimen.unlocked()
    assert status(specimen.lab, VERIFIED) == Sw.DONE
    assert status(specimen.lab, FORGET) == Sw.DONE
    assert status(specimen.lab, VERIFIED) == NOT_VERIFIED
    assert status(specimen.lab, Command(0x00, 0xA4, 0x00, 0x0C)) == Sw.DONE
    assert status(specimen.lab, Command(0x00, 0x84, answer=8)) == Sw.DONE


@pytest.mark.parametrize("size", [1, 6, 12, 16, 255])
def test_a_pin_that_was_sent_before_is_not_taken_again(specimen: Specimen, size: int) -> None:
    """Some chips return Le as if as many bytes had come, and leave in the buffer what was there."""
    specimen.unlocked()
    assert status(specimen.lab, FORGET) == Sw.DONE
    assert status(specimen.lab, VERIFIED.with_answer(size)) != Sw.DONE
    assert status(specimen.lab, VERIFIED) != Sw.DONE


def test_lengths_may_be_extended_where_data_are_optional(bench: Bench) -> None:
    specimen = bench.at(Stage.ISSUED).original
    specimen.unlocked()
    wrong = Command(0x00, 0x20, 0x00, 0x01, b"no PIN")
    assert specimen.lab.transmit(wrong.extended())[1] == 0x63C2
    assert specimen.lab.transmit(VERIFIED.extended())[1] == 0x63C2
    right = Command(0x00, 0x20, 0x00, 0x01, specimen.pin.reveal())
    assert specimen.lab.transmit(right.extended())[1] == Sw.DONE
    selection = Command(0x00, 0xA4, 0x00, 0x0C, b"\xd9\x99")
    assert specimen.lab.transmit(selection.extended())[1] == Sw.FILE_NOT_FOUND
