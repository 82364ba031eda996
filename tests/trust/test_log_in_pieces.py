"""A full log is longer than any buffer of the card; it comes whole, in pieces of any size."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Specimen, Stage
from tests.card.wire import Command, exchange
from tests.interop.independent import objects
from tests.trust.authority import verifies
from tests.trust.channel.hosts import Messages
from tests.trust.log_reading import KEPT, NONCE, Reading, device_point, read

from twincard.card.report import Mode
from twincard.iso.status import Sw


@pytest.fixture
def full(bench: Bench) -> Specimen:
    """A card that has told more events than it keeps."""
    specimen = bench.at(Stage.ISSUED, mode=Mode.HOST_BLIND).original
    for _ in range(KEPT):
        specimen.card().pin.change(specimen.pin, specimen.pin)
    return specimen


def in_pieces(specimen: Specimen, first: bytes, size: int) -> tuple[bytes, int]:
    """The whole answer, of which GET RESPONSE gives at most so many bytes at a time."""
    answer, sw = specimen.lab.transmit(first)
    while sw >> 8 == 0x61:
        assert len(answer) > 0
        piece, sw = specimen.lab.transmit(bytes([0x00, 0xC0, 0x00, 0x00, min(size, 256) & 0xFF]))
        answer += piece
    return answer, sw


def assert_tells(answer: bytes, told: Reading, point: bytes) -> None:
    """The answer is that reading, under a signature of its own."""
    ((tag, value),) = objects(answer)
    count, chain, entries, signature = (content for _, content in objects(value))
    assert tag == 0xE7
    assert (int.from_bytes(count, "big"), chain) == (told.count, told.chain)
    assert entries == b"".join(told.entries)
    assert verifies(point, told.message, signature)


@pytest.mark.parametrize("size", [1, 47, 255, 256, 257, 300, 65536])
def test_in_the_clear(full: Specimen, size: int) -> None:
    told = read(full)
    command = Command(0x80, 0x46, data=NONCE, answer=size)
    first = command.extended() if size > 256 else command.short()
    answer, sw = in_pieces(full, first, size)
    assert sw == Sw.DONE
    assert_tells(answer, told, device_point(full))


@pytest.mark.parametrize("size", [1, 47, 255, 256])
def test_inside_a_channel(full: Specimen, size: int) -> None:
    told, point = read(full), device_point(full)
    channel = Messages.scp11b(full)
    first = channel.wrap(Command(0x80, 0x46, data=NONCE))
    answer, sw = in_pieces(full, first[:-1] + bytes([size & 0xFF]), size)
    assert sw == Sw.DONE
    plain = channel.state.decrypt(channel.state.unmac(answer, sw))
    assert_tells(plain, told, point)


def test_what_is_left_of_it_is_no_part_of_the_next_answer(full: Specimen) -> None:
    told = read(full)
    first = Command(0x80, 0x46, data=NONCE, answer=100).short()
    for piece in range(1, 4):
        full.lab.transmit(first)
        for _ in range(piece):
            full.lab.transmit(b"\x00\xc0\x00\x00\x64")
        report, sw = exchange(full.lab, Command(0x00, 0xCA, 0x00, 0xE0, answer=256))
        assert (report[:1], sw) == (b"\xe0", Sw.DONE)
        assert exchange(full.lab, Command(0x00, 0xC0, answer=256))[1] == Sw.WRONG_STATE
    assert read(full).entries == told.entries
