"""`card log`: what happened in plain words, verified, and going on where it was kept earlier."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.cli.commands import Desk

LOG = ("card", "log", "-r", "sim:alice")


def test_the_log_tells_the_life_of_a_card_in_plain_words(duplicated: Desk) -> None:
    lines = duplicated.done(*LOG).text.splitlines()
    backup = duplicated.json("card", "info", "-r", "sim:控え")["card_id"]
    told = "\n".join(lines)
    for words in (
        "personalised as an original, 1 backup allowed",
        "component 1 set by the issuer, KCV ",
        "activated",
        "component 3 set by the user, KCV ",
        "decipher key generated",
        f"key exported to backup {backup}",
        f"duplication confirmed by backup {backup}",
        "key group erased: ",
        "signed by the card, which claims this issuer",
    ):
        assert words in told


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("command", ["info", "log", "report"])
def test_what_a_card_tells_of_itself_fits_80_columns(
    duplicated: Desk, monkeypatch: pytest.MonkeyPatch, command: str, language: str
) -> None:
    monkeypatch.setenv("TWINCARD_LANGUAGE", language)
    text = duplicated.done("card", command, "-r", "sim:alice").text
    assert max(map(cell_len, text.splitlines())) <= 80


def test_programs_are_told_the_same(duplicated: Desk) -> None:
    told = duplicated.json(*LOG)
    assert told["card_id"] == duplicated.json("card", "info", "-r", "sim:alice")["card_id"]
    assert (told["signer"], told["missing"]) == ("issuer", None)
    events = told["events"]
    assert [event["number"] for event in events] == list(range(1, told["count"] + 1))
    last = [(event["event"], event["code"]) for event in events[-2:]]
    assert last == [("export_done", 0x34), ("group_erased", 0x13)]


def test_a_log_continues_the_one_that_was_kept(duplicated: Desk) -> None:
    duplicated.done(*LOG, "--save", "kept")
    duplicated.run(*LOG, "--save", "kept").failed(2, "kept")
    assert duplicated.json(*LOG, "--since", "kept")["missing"] == 0
    _change_pins(duplicated, 20)
    told = duplicated.json(*LOG, "--since", "kept")
    kept = json.loads(Path("kept").read_text())
    assert told["count"] == kept["count"] + 20
    assert told["missing"] == 4
    assert "4 events are missing" in duplicated.done(*LOG, "--since", "kept").text


def test_a_log_that_does_not_continue_the_kept_one_is_refused(duplicated: Desk) -> None:
    duplicated.done(*LOG, "--save", "kept")
    kept = json.loads(Path("kept").read_text())
    for changed, word in (
        ({"count": kept["count"] + 1}, "earlier state"),
        ({"chain": "00" * 32}, "replaced"),
        ({"card_id": "00" * 16}, "another card"),
        ({"device_key_sha256": "00" * 32}, "another device key"),
    ):
        Path("changed").write_text(json.dumps(kept | changed))
        duplicated.run(*LOG, "--since", "changed").failed(7, word)


def test_only_the_issuer_named_is_believed(duplicated: Desk) -> None:
    duplicated.done("issuer", "new", "somebody.key")
    duplicated.run(*LOG, "--issuer-public-key", "somebody.key.pub").failed(7, "issuer")


def test_a_log_that_cannot_be_read_is_said_so(duplicated: Desk) -> None:
    duplicated.run(*LOG, "--since", "pin").failed(2, "--save")
    duplicated.run(*LOG, "--since", "nothing-here").failed(8, "nothing-here")


def test_the_last_word_of_a_terminated_card_is_not_signed(duplicated: Desk) -> None:
    duplicated.done("card", "terminate", "-r", "sim:alice", "--pin-file", "pin", "--yes")
    lines = duplicated.done(*LOG).text.splitlines()
    assert lines[-2].endswith("terminated")
    assert lines[-1].startswith("not signed")


def _change_pins(desk: Desk, times: int) -> None:
    for _ in range(times):
        desk.done("card", "pin", "-r", "sim:alice", "--pin-file", "pin", "--set-pin-file", "pin")
