"""`twincard sheet`: what lies beside the backup in its safe tells which card it is, no secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.commands import Desk

PAIR = ("--original", "sim:alice", "--backup", "sim:alice-backup")
COMPONENT = "1=group/component-1.txt"


@pytest.fixture
def desk(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(tmp_path, monkeypatch)
    for name in ("alice", "alice-backup"):
        made.done("sim", "new", name)
    made.done("group", "new", "--size", "1", "--out", "group")
    Path("pin").write_text("271828")
    Path("puk").write_text("31415926")
    words = ("--group-size", "1", "--component", COMPONENT)
    made.done("issue", *PAIR, *words, "--pin-file", "pin", "--puk-file", "puk")
    return made


def test_the_sheet_is_of_a_pair_that_holds_one_key(desk: Desk) -> None:
    desk.run("sheet", *PAIR).failed(7, "twincard duplicate")
    desk.done("duplicate", *PAIR, "--key", "p256", "--pin-file", "pin")
    told = desk.json("sheet", *PAIR, "--holder", "花子")
    backup = desk.json("card", "info", "-r", "sim:alice-backup")
    assert told["backup_id"] == backup["card_id"]
    assert told["public_key_sha256"] == backup["key"]["public_key_sha256"]
    assert told["holders"] == ["花子"]
    text = desk.done("sheet", *PAIR, "--holder", "花子", "--public-key", "alice.pem").text
    for part in (told["backup_id"], told["original_id"], told["public_key_sha256"], "花子"):
        assert part in text
    assert "--public-key alice.pem" in text
    assert (
        "--public-key 'my key.pem'" in desk.done("sheet", *PAIR, "--public-key", "my key.pem").text
    )
    secrets = (Path("pin").read_text(), Path("puk").read_text())
    assert not any(secret in text for secret in secrets)
    assert desk.done("sheet", *PAIR, "-o", "-").text == desk.done("sheet", *PAIR).text
    desk.done("sheet", *PAIR, "-o", "sheet.txt")
    assert told["backup_id"] in Path("sheet.txt").read_text()
    desk.run("sheet", *PAIR, "-o", "sheet.txt").failed(2, "--force")
    swapped = ("--original", "sim:alice-backup", "--backup", "sim:alice")
    desk.run("sheet", *swapped).failed(7, "swapped")


def test_names_do_nothing_to_the_terminal(desk: Desk) -> None:
    desk.done("duplicate", *PAIR, "--key", "p256", "--pin-file", "pin")
    text = desk.done("sheet", *PAIR, "--holder", "A\x1b[2J").text
    assert "\x1b" not in text
    desk.run("sheet", *PAIR, "--holder", "A\nB").failed(2, "single line")
