"""Installation: good parameters are kept, bad ones refused, and a refusal leaves no card."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.bench import Bench, Stage
from tests.card.wire import Command, exchange

from twincard.card.report import Features, LifeCycle, Role
from twincard.card.session import APPLET_AID, Card
from twincard.iso.status import Sw
from twincard.simulator.laboratory import Laboratory
from twincard.transport.connection import TransportError

KEY = b"\x80\x20" + bytes(range(32))


@pytest.fixture(scope="module")
def blank() -> Iterator[Laboratory]:
    """A card that stays without an applet."""
    with Laboratory.start() as laboratory:
        yield laboratory


@pytest.fixture
def lab() -> Iterator[Laboratory]:
    with Laboratory.start() as laboratory:
        yield laboratory


@pytest.mark.parametrize(
    ("parameters", "files", "size", "places"),
    [
        ("", 32, 8192, 8),
        ("810101", 1, 8192, 8),
        ("82020000 830100", 32, 0, 0),
        ("81017F 82027FFF 830110", 127, 32767, 16),
        ("830103", 32, 8192, 3),
    ],
)
def test_sizes_are_as_asked_for(
    lab: Laboratory, parameters: str, files: int, size: int, places: int
) -> None:
    lab.install(KEY + bytes.fromhex(parameters))
    report = Card(lab).report()
    found = report.file_entries_free, report.file_bytes_free, report.contact_places
    assert found == (files, size, places)
    assert (report.life_cycle, report.role) == (LifeCycle.INITIALISATION, Role.NONE)
    assert (report.group, report.key, report.pin_tries_left) == (None, None, 3)


@pytest.mark.parametrize(
    "parameters",
    [
        b"",
        b"\x80",
        KEY[:-1],
        b"\x80\x1f" + bytes(31),
        b"\x80\x21" + bytes(33),
        b"\x81\x01\x01" + KEY,
        b"\x81\x01\x01",
        KEY + KEY[:2],
        KEY + b"\x00",
        *(
            KEY + bytes.fromhex(more)
            for more in (
                "810100",
                "810180",
                "8101FF",
                "81020001",
                "8100",
                "8101",
                "82028000",
                "8202FFFF",
                "820101",
                "8203000001",
                "830111",
                "830180",
                "83020001",
                "840102",
                "84020001",
                "840101 840101",
                "820200 10 810101",
                "830101 82020010",
                "810101 810101",
            )
        ),
    ],
    ids=lambda parameters: parameters[-8:].hex() or "none",
)
def test_bad_parameters_are_refused(blank: Laboratory, parameters: bytes) -> None:
    with pytest.raises(TransportError, match=r"refused its installation \(6A80\)"):
        blank.install(parameters)
    with pytest.raises(TransportError, match="has no applet installed"):
        blank.transmit(b"\x00\xa4\x04\x00")


def test_every_card_draws_its_own_id(bench: Bench) -> None:
    bench.at(Stage.BLANK)
    cards = [bench.original, bench.original2, bench.backup, bench.backup2, bench.backup3]
    assert len({specimen.card().report().card_id for specimen in cards}) == 5


def test_select_tells_version_and_features(bench: Bench) -> None:
    lab = bench.at(Stage.BLANK).original.lab
    answer = exchange(lab, Command(0x00, 0xA4, 0x04, 0x00, APPLET_AID, 256))[0]
    head = bytes.fromhex("6F16 840A") + APPLET_AID + bytes.fromhex("A508 80020102 8102")
    assert answer[:-2] == head
    features = Features(int.from_bytes(answer[-2:], "big"))
    assert features == ~Features(0)
    assert bench.original.card().report().features == features


def test_there_are_no_other_data_objects(bench: Bench) -> None:
    specimen = bench.at(Stage.BLANK).original
    specimen.card()
    for tag in sorted(set(range(0x100)) - {0xE0, 0xE3, 0xE4}):
        get_data = Command(0x00, 0xCA, 0x00, tag, answer=256)
        assert exchange(specimen.lab, get_data) == (b"", Sw.NOT_FOUND)
