"""The pages of --help: whole and within the terminal at every width, with all there is to know."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from rich.cells import cell_len
from tests.cli.commands import Desk

from twincard.cli.app import program
from twincard.cli.commands import COMMANDS, Branch
from twincard.cli.shell.examples import EXAMPLES
from twincard.cli.shell.help_page import argument
from twincard.cli.shell.tree import Command, commands

WIDTHS = (60, 80, 120)


def spaceless(text: str) -> str:
    """The text, wherever its lines are broken, and commands as they are typed."""
    return "".join(text.replace(" \\\n", "").split())


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_page_is_cut_or_too_wide(
    desk: Desk,
    width: int,
    language: str,
    monkeypatch: pytest.MonkeyPatch,
    subtests: pytest.Subtests,
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TWINCARD_LANGUAGE", language)
    for command in commands(program()):
        with subtests.test(command.name or "twincard"):
            page = desk.done(*command.path, "--help").text
            assert max(map(cell_len, page.splitlines())) <= width
            assert "…" not in page
            if language == "en":
                holds_everything(page, command)


def holds_everything(page: str, command: Command) -> None:
    """Every text of a command, every option and what is known of it, and its examples."""
    told = spaceless(page)
    texts = [command.text, *(one.help for one in command.parameters)]
    texts += [part for example in EXAMPLES.get(command.name, ()) for part in example]
    texts += [name for one in command.parameters for name in (*one.names, *one.negations)]
    texts += [argument(one) for one in command.parameters if not one.names]
    texts += [f"default: {one.default}" for one in command.parameters if one.default]
    texts += ["{} to {}".format(*one.limits) for one in command.parameters if one.limits]
    assert [text for text in texts if spaceless(text) not in told] == []
    repeated = [one for one in command.parameters if one.repeated]
    assert told.count("mayberepeated") == len(repeated)
    # Words of Python's, such as <list[Path]>.
    assert not re.search(r"<\w|\blist\[|\bint\b|\{FILE", page)
    assert ("\nExamples:\n" in page) == (command.name in EXAMPLES)


@pytest.mark.parametrize("words", [(), ("group",), ("group", "new")], ids=" ".join)
def test_h_shows_the_help(desk: Desk, words: tuple[str, ...]) -> None:
    page = desk.done(*words, "-h").text
    assert page == desk.done(*words, "--help").text
    assert "-h, --help" in page


def test_a_group_begins_with_new() -> None:
    groups = [list(found.commands) for found in COMMANDS.values() if isinstance(found, Branch)]
    assert [group[0] for group in groups if "new" in group] == ["new"] * 3
    order = list(COMMANDS)
    used = ("sim", "group", "issue", "duplicate", "public-key", "encrypt", "decrypt", "recover")
    assert all(order.index(first) < order.index(then) for first, then in pairwise(used))


def test_a_component_may_be_typed_as_the_help_says(desk: Desk) -> None:
    page = " ".join(desk.done("issue", "--help").text.split())
    assert "With NUMBER alone, prompt for it. [may be repeated]" in page
