"""PINs and PUKs are asked for only where the card can take them, with the tries that are left."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.commands import BACKUP_PIN, PIN, PUK, Desk
from tests.cli.conftest import PAIR
from tests.cli.terminal import Terminal

ALICE = ("-r", "sim:alice")
WRONG_PIN = (*ALICE, "--pin-file", "wrong")


def block_pin(desk: Desk) -> None:
    for _ in range(3):
        desk.run("card", "check", *WRONG_PIN)


def ends(code: int, told: str, *words: str, unasked: str = "PIN:") -> None:
    """Run it at a terminal: it says this, and asks for nothing."""
    with Terminal(*words) as terminal:
        terminal.expect(told)
        assert terminal.wait() == code
    assert unasked not in terminal.shown


@pytest.mark.parametrize(
    "words",
    [
        ("decrypt", *ALICE, "letter.p7m"),
        ("transcode", *ALICE, "--to", "alice.pem", "letter.p7m"),
        ("card", "check", *ALICE),
        ("card", "pin", *ALICE),
        ("card", "terminate", *ALICE, "--yes"),
        ("certificate", *ALICE),
        ("duplicate", *PAIR),
        ("duplicate", *PAIR, "--cancel"),
        ("duplicate", *PAIR, "--abandon", "--yes"),
        ("recover", "--from", "sim:控え", "--new", "sim:alice", "."),
    ],
    ids=lambda words: "-".join(words[:2]),
)
def test_no_pin_that_is_blocked(duplicated: Desk, words: tuple[str, ...]) -> None:
    block_pin(duplicated)
    ends(6, "The PIN is blocked.", *words, unasked="PIN of")


def test_no_puk_that_is_blocked(issued: Desk) -> None:
    unblock = ("card", "unblock", *ALICE, "--puk-file", "wrong", "--set-pin-file", "pin")
    for left in range(9, 0, -1):
        issued.run(*unblock).failed(5, f"Wrong PUK; {left} tr", "Check the card and the PUK")
    issued.run(*unblock).failed(6, "PUK", "the other card of the pair")
    ends(6, "The PUK is blocked.", "card", "unblock", *ALICE, unasked="PUK:")


@pytest.mark.parametrize("words", [("decrypt", *ALICE, "letter.p7m"), ("certificate", *ALICE)])
def test_no_pin_of_a_card_without_a_key(issued: Desk, words: tuple[str, ...]) -> None:
    ends(7, "has no key", *words)


def test_no_pin_to_move_files_to_a_card_without_a_key(duplicated: Desk) -> None:
    for name in ("bob", "bob-backup"):
        duplicated.done("sim", "new", name)
    pair = ("--original", "sim:bob", "--backup", "sim:bob-backup")
    duplicated.done("issue", *pair, "--pin-file", "pin", "--puk-file", "puk")
    recover = ("recover", "--from", "sim:控え", "--new", "sim:bob", ".")
    ends(7, "has no key", *recover, unasked="PIN of")


def test_no_pin_of_an_uncertified_card(duplicated: Desk) -> None:
    duplicated.done("issuer", "new", "other")
    named = ("--issuer-public-key", "other.pub")
    ends(7, "not trusted", "decrypt", *ALICE, *named, "letter.p7m")


def test_the_tries_left_where_they_are_fewer_than_the_most(duplicated: Desk) -> None:
    with Terminal("card", "pin", *ALICE, "--set-pin-file", "pin") as terminal:
        terminal.answer("Old PIN:", PIN)
        assert terminal.wait() == 0
    assert "left" not in terminal.shown
    duplicated.run("card", "check", *WRONG_PIN).failed(5, "2 tries left")
    duplicated.run("card", "check", *WRONG_PIN).failed(5, "1 try left")
    wrong = ("--puk-file", "wrong", "--set-pin-file", "pin")
    duplicated.run("card", "unblock", *ALICE, *wrong).failed(5, "9 tries left")
    with Terminal("duplicate", *PAIR) as terminal:
        terminal.expect("PIN of the original: 1 try left.")
        terminal.answer("PIN of the original:", PIN)
        terminal.answer("PIN of the backup (Enter: the same):", BACKUP_PIN)
        assert terminal.wait() == 0
    assert "PIN of the backup: " not in terminal.shown
    with Terminal("card", "unblock", *ALICE, "--set-pin-file", "pin") as terminal:
        terminal.expect("PUK: 9 tries left.")
        terminal.answer("PUK:", PUK)
        assert terminal.wait() == 0


def test_a_terminated_backup_is_asked_for_no_pin_to_cancel_its_ticket(issued: Desk) -> None:
    backup = ("-r", "sim:控え", "--pin-file", "backup-pin")
    issued.done("card", "terminate", *backup, "--yes")
    with Terminal("duplicate", *PAIR, "--cancel") as terminal:
        terminal.answer("PIN of the original:", PIN)
        terminal.wait()
    assert "PIN of the backup" not in terminal.shown


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("decrypt", *ALICE, "letter.p7m"), "PIN:"),
        (("card", "pin", *ALICE, "--set-pin-file", "pin"), "Old PIN:"),
        (("card", "unblock", *ALICE, "--set-pin-file", "pin"), "PUK:"),
        (("duplicate", *PAIR), "PIN of the original:"),
    ],
    ids=lambda words: "-".join(words[:2]) if isinstance(words, tuple) else None,
)
def test_a_card_swapped_at_the_prompt_gets_neither_pin_nor_puk(
    duplicated: Desk, words: tuple[str, ...], asked: str
) -> None:
    for name in ("bob", "bob-backup"):
        duplicated.done("sim", "new", name)
    pair = ("--original", "sim:bob", "--backup", "sim:bob-backup")
    duplicated.done("issue", *pair, "--pin-file", "pin", "--puk-file", "puk")
    given = [f"{number}=g/component-{number}.txt" for number in (1, 2, 3)]
    components = [word for one in given for word in ("--component", one)]
    duplicated.done("duplicate", *pair, "--pin-file", "pin", *components)
    with Terminal(*words) as terminal:
        terminal.expect(asked)
        Path("cards/bob.card").replace("cards/alice.card")
        terminal.type("wrong-pin\n")
        if words[0] == "duplicate":
            terminal.answer("PIN of the backup (Enter: the same):", BACKUP_PIN)
        terminal.expect("The card in sim:alice was swapped")
        assert terminal.wait() == 7
    tries = duplicated.json("card", "info", "-r", "sim:alice")
    assert (tries["pin"]["tries_left"], tries["puk"]["tries_left"]) == (3, 10)
