"""What is typed for a question that is not asked any more never reaches the shell."""

from __future__ import annotations

import pytest
from tests.cli.commands import PIN, PUK, Desk
from tests.cli.terminal import Terminal

SHELL = 'TWINCARD_LANGUAGE=en "$@"; echo "ended: $?"; read -r line; echo "the shell got: <$line>"'
NEW = "New PIN (6 to 16 bytes):"


def wait_for_shell(terminal: Terminal, code: int) -> None:
    """The command has ended, and what is typed from now on is the first that its shell reads."""
    terminal.expect(f"ended: {code}")
    terminal.type("next command\n")
    terminal.expect("the shell got: <next command>")
    assert terminal.wait() == 0


def test_after_bad_entries(duplicated: Desk) -> None:
    words = ("card", "pin", "-r", "sim:alice", "--pin-file", "pin")
    with Terminal(*words, around=SHELL) as terminal:
        for entry in ("123", "1234", "12345"):
            terminal.answer(NEW, entry)
        terminal.expect("Error: ")
        # Typed for a fourth question, in the midst of the error.
        terminal.type("123456\n1234")
        terminal.type("56\n")
        wait_for_shell(terminal, 2)
    assert "123456" not in terminal.shown


def test_after_an_answer_that_is_no_yes_in_a_paste_of_several_lines(duplicated: Desk) -> None:
    with Terminal("card", "terminate", "-r", "sim:alice", around=SHELL) as terminal:
        terminal.answer("[y/N]", f"{PUK}\n{PIN}")
        wait_for_shell(terminal, 2)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("五六七", "differ"),
        ("一二三四五六", "6 to 16 bytes"),
        ("é2345", "differ"),
    ],
)
def test_a_pin_is_counted_in_bytes_as_cards_do(duplicated: Desk, entry: str, told: str) -> None:
    words = ("card", "pin", "-r", "sim:alice", "--pin-file", "pin")
    with Terminal(*words) as terminal:
        terminal.answer(NEW, entry)
        if told == "differ":
            terminal.answer("New PIN again:", "another")
        else:
            terminal.expect("any other character is two to four")
        terminal.expect(told if told == "differ" else NEW)
