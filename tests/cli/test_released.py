"""A card whose public key waits for a backup says so, wherever files should go to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.commands import BACKUP_PIN, PIN, Desk
from tests.cli.conftest import COMPONENTS, PAIR, PINS
from tests.cli.terminal import Terminal

from twincard.card.session import Card
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.transport import connect

NEW_PAIR = ("--original", "sim:new", "--backup", "sim:new-backup")
RECOVER = ("recover", "--from", "sim:控え", "--new", "sim:new", "letter.p7m")
PIN_FILES = ("--pin-file", "backup-pin", "--new-pin-file", "pin")
WITH_BACKUP = (*RECOVER, *PIN_FILES, "--new-backup", "sim:new-backup")


@pytest.fixture
def lost(duplicated: Desk) -> Desk:
    """The original is lost; a new pair has just been issued, and a file waits for it."""
    desk = duplicated
    (desk.folder / "letter").write_text("拝啓")
    desk.done("encrypt", "--to", "alice.pem", "letter")
    for name in ("new", "new-backup"):
        desk.done("sim", "new", name)
    desk.done("group", "new", "--out", "h")
    given = [word for n in (1, 2, 3) for word in ("--component", f"{n}=h/component-{n}.txt")]
    desk.done("issue", *NEW_PAIR, *PINS, "--puk-file", "puk", *given)
    return desk


def make_key() -> None:
    """As a duplication does that is interrupted then."""
    connection = connect("sim:new")
    card = Card(connection)
    card.pin.verify(Secret(PIN.encode()))
    card.usage.generate(KeyType.P_256)
    connection.close()


def test_without_a_terminal_it_is_said_what_to_do_first(lost: Desk) -> None:
    lost.run(*WITH_BACKUP).failed(7, "Run `twincard duplicate` first")
    make_key()
    before = Path("letter.p7m").read_bytes()
    lost.run(*WITH_BACKUP).failed(7, "only after a backup has its key")
    lost.run("public-key", "-r", "sim:new").failed(7, "Run `twincard duplicate` first")
    assert "once a backup holds the key" in lost.done("card", "info", "-r", "sim:new").text
    assert Path("letter.p7m").read_bytes() == before


@pytest.mark.parametrize("has_key", [False, True])
def test_at_a_terminal_the_backup_is_made_first(lost: Desk, *, has_key: bool) -> None:
    if has_key:
        make_key()
    with Terminal(*WITH_BACKUP) as terminal:
        terminal.answer("Duplicate sim:new to sim:new-backup first? [y/N]", "y")
        terminal.answer("PIN of the new card's backup (Enter: the same):", BACKUP_PIN)
        terminal.expect("moved to the new card")
        assert terminal.wait() == 0
    assert lost.json("card", "info", "-r", "sim:new")["key"]["released"]
    lost.done("decrypt", "-r", "sim:new", "--pin-file", "pin", "letter.p7m", "-o", "opened")
    assert Path("opened").read_text() == "拝啓"


def test_the_new_backup_gets_components_that_are_scanned(lost: Desk) -> None:
    lost.done("group", "clear", "-r", "sim:new", "3", "--yes")
    lost.done("group", "clear", "-r", "sim:new-backup", "3", "--yes")
    with Terminal(*WITH_BACKUP, "--scan") as terminal:
        terminal.answer("Duplicate sim:new to sim:new-backup first? [y/N]", "y")
        terminal.answer("PIN of the new card's backup (Enter: the same):", BACKUP_PIN)
        terminal.expect("Component 3 of 3, scan the QR code:")
        terminal.type(Path("h/component-3.txt").read_text())
        terminal.answer("the KCV of component 3?", "y")
        terminal.expect("moved to the new card")
        assert terminal.wait() == 0


def test_who_declines_is_told_what_is_missing(lost: Desk) -> None:
    make_key()
    with Terminal(*WITH_BACKUP) as terminal:
        terminal.answer("first? [y/N]", "n")
        terminal.expect("Run `twincard duplicate` first")
        assert terminal.wait() == 7


def test_a_duplication_says_what_it_released(desk: Desk) -> None:
    for name in ("alice", "控え"):
        desk.done("sim", "new", name)
    desk.done("group", "new", "--out", "g")
    first = ("--component", "1=g/component-1.txt", "--puk-file", "puk")
    desk.done("issue", *PAIR, *PINS, *first)
    command = ("duplicate", *PAIR, *PINS, *COMPONENTS, "--key", "p256")
    assert "gives out its public key" in desk.done(*command).text
    assert desk.json(*command)["released"] is False
