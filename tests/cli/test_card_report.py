"""`card report`: what a card is and how fast it is, and nothing that tells it from others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.loading.cap_writing import CapMaker
from tests.loading.watched import ATR, DIVERSIFICATION, WatchedCard
from tests.pcsc.inserted import inserted
from tests.pcsc.service import PcscService

from twincard.card.report import Features
from twincard.card.session import Card
from twincard.simulator.manager.domain import USUAL_AID
from twincard.transport import connect

SERIAL = DIVERSIFICATION[:6].hex()
"""In the production data of the scripted manager."""
OPERATIONS = ["select", "state_report", "random"]


@pytest.fixture
def sold(pcsc_service: PcscService) -> Iterator[WatchedCard]:
    """A card as it is sold, without the applet, in the first reader."""
    card = WatchedCard()
    with inserted(card, pcsc_service.readers[0]):
        yield card
    card.destroy()


@pytest.fixture
def cap_file(tmp_path: Path) -> Path:
    """A small CAP file."""
    return CapMaker().write(tmp_path / "small.cap")


@pytest.fixture
def words(pcsc_service: PcscService) -> tuple[str, ...]:
    return ("card", "report", "-r", f"pcsc:{pcsc_service.readers[0].name}")


def test_a_simulated_card_tells_version_features_and_times(duplicated: Desk) -> None:
    told = duplicated.json("card", "report", "-r", "sim:alice")
    assert (told["atr"], told["offers_t1"]) == (ATR.hex(), True)
    assert told["manager"] is None
    applet = told["applet"]
    with Card(connect("sim:alice")) as card:
        assert applet["version"] == "{}.{}".format(*divmod(card.report().version, 256))
        assert applet["feature_bits"] == card.features
        assert {Features[name.upper()] for name in applet["features"]} == set(card.features)
    assert (applet["life_cycle"], applet["opensc"]) == ("operational", False)
    assert [item["operation"] for item in applet["times"]] == OPERATIONS
    assert all(0 < item["milliseconds"] < 5000 for item in applet["times"])


def test_nothing_tells_this_card_from_others(duplicated: Desk) -> None:
    with Card(connect("sim:alice")) as card:
        report = card.report()
    assert report.key is not None
    for words in ([], ["--json"], ["--with-serial"]):
        text = duplicated.done("card", "report", "-r", "sim:alice", *words).text.lower()
        assert report.card_id.hex() not in text
        assert report.key.digest.hex() not in text
        assert "alice" not in text


def test_a_card_as_it_is_sold_tells_its_chip_without_its_serial_number(
    desk: Desk, sold: WatchedCard, words: tuple[str, ...]
) -> None:
    told = desk.json(*words)
    assert told["applet"] is None
    manager = told["manager"]
    assert manager["security_domain"] == USUAL_AID.hex()
    assert manager["channels"] == [{"number": 3, "parameter": sold.domain.parameter}]
    production = manager["production"]
    assert (production["maker"], production["chip"]) == ("4790", "d321")
    assert production["serial"] is None
    text = desk.done(*words).text
    assert "SCP03 (i = 70)" in text
    assert SERIAL not in text
    assert desk.json(*words, "--with-serial")["manager"]["production"]["serial"] == SERIAL
    assert SERIAL in desk.done(*words, "--with-serial").text
    assert {apdu[1] for apdu in sold.seen} == {0xA4, 0xCA}, "SELECT and GET DATA alone"


def test_a_loaded_card_tells_of_both(
    desk: Desk, sold: WatchedCard, words: tuple[str, ...], cap_file: Path
) -> None:
    reader = words[2:]
    desk.done(
        "card", "load", str(cap_file), *reader, "--default-keys", "--transport-key-file", "key"
    )
    told = desk.json(*words)
    assert told["manager"]["production"]["chip"] == "d321"
    assert told["applet"]["version"] == "1.2"
    assert [item["operation"] for item in told["applet"]["times"]] == OPERATIONS


def test_a_card_that_is_terminated_draws_no_numbers_and_is_told_all_the_same(
    duplicated: Desk,
) -> None:
    duplicated.done("card", "terminate", "-r", "sim:alice", "--pin-file", "pin", "--yes")
    applet = duplicated.json("card", "report", "-r", "sim:alice")["applet"]
    assert applet["life_cycle"] == "terminated"
    assert [item["operation"] for item in applet["times"]] == OPERATIONS[:2]


def test_the_file_holds_what_is_printed_and_is_overwritten_only_by_force(duplicated: Desk) -> None:
    words = ("card", "report", "-r", "sim:alice", "-o", "報告.txt")
    assert duplicated.done(*words).text == ""
    first = Path("報告.txt").read_text(encoding="utf-8")
    printed = duplicated.done("card", "report", "-r", "sim:alice").text
    assert without_times(first) == without_times(printed)
    duplicated.run(*words).failed(2, "報告.txt")
    assert duplicated.json(*words, "--force")["applet"] is not None


def without_times(text: str) -> str:
    return re.sub(r"[\d.]+ ms", "ms", text)
