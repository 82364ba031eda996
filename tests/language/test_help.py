"""The pages of --help, and what is told of wrong usage, in Japanese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from tests.cli.commands import Desk
from typer.core import TyperGroup

from twincard.cli.app import program
from twincard.cli.shell.translated_help import USAGE_ERRORS, help_texts

if TYPE_CHECKING:
    from typer._click import Command

KANA = re.compile("[\u3040-\u30ff]")
WIDTH = 80
WRONG_USAGE = [
    ("sim",),
    ("card", "info"),
    ("encrypt", "--to", "k.pem"),
    ("isue",),
    ("frobnicate",),
    ("encrypt", "--outpt", "x", "f"),
    ("encrypt", "--zzz", "f"),
    ("sim", "list", "surplus"),
    ("encrypt", "--to"),
    ("sim", "list", "--json=1"),
    ("group", "new", "--out", "g", "--size", "three"),
    ("group", "new", "--out", "g", "--size", "0"),
    ("group", "new", "--out", "g", "--size", "9"),
    ("demo", "--key", "dsa"),
]


def every_command() -> list[tuple[str, ...]]:
    """The words that lead to each command and group."""
    return list(commands(program()))


def commands(command: Command, *words: str) -> Iterator[tuple[str, ...]]:
    """The words that lead to every command, groups too."""
    yield words
    if isinstance(command, TyperGroup):
        for name, child in command.commands.items():
            yield from commands(child, *words, name)


def at(words: tuple[str, ...]) -> Command:
    """The command, newly built."""
    command: Command = program()
    for word in words:
        assert isinstance(command, TyperGroup)
        command = command.commands[word]
    return command


@pytest.mark.usefixtures("japanese")
def test_every_page_is_in_japanese_and_fits_the_terminal(
    desk: Desk, subtests: pytest.Subtests
) -> None:
    for words in every_command():
        with subtests.test(" ".join(words) or "twincard"):
            is_in_japanese_and_fits(words, desk.done(*words, "--help").text)


def is_in_japanese_and_fits(words: tuple[str, ...], page: str) -> None:
    """Of the page of one command."""
    assert page.startswith("使い方: twincard")
    assert "このヘルプを表示して終了します。" in page
    assert "\nオプション:\n" in page
    told = " ".join(page.split())
    left = [text for text in help_texts(at(words)) if text in told]
    assert left == []
    headings = ("Usage:", "Options:", "Arguments:", "Commands:", "Examples:")
    for english in (*headings, "[required", "[default", "repeated"):
        assert english not in page
    for line in page.splitlines():
        assert cell_len(line) <= WIDTH, line
        assert line.strip() not in ("。", "、", "」", ")"), line


def test_every_help_text_is_in_the_tree_that_is_translated() -> None:
    texts = list(help_texts(program()))
    assert "Issue a pair of cards: an original and its backup." in texts
    assert "File with the PIN, or '-' for standard input. Default: prompt for it." in texts
    assert len(texts) > 100


@pytest.mark.parametrize("words", WRONG_USAGE, ids=" ".join)
@pytest.mark.usefixtures("japanese")
def test_wrong_usage_is_told_in_japanese(words: tuple[str, ...], desk: Desk) -> None:
    sentence = desk.run(*words).failed(2, "使い方は `twincard", "--help` で確認できます。")
    first = sentence.partition("使い方は")[0]
    assert KANA.search(first)
    # What is left in Latin letters is what the user typed or may type.
    assert not re.search(r"\b(No|Missing|Invalid|Option|Got|Input|Did|should)\b", sentence)
    assert "。。" not in sentence


def test_all_that_is_expected_of_typer_is_what_it_says(desk: Desk) -> None:
    """A new version that words its errors differently is noticed here."""
    said = [desk.run(*words).failed(2) for words in WRONG_USAGE]
    texts = [re.split(r"\.? See `twincard", one.removeprefix("Error: "))[0] for one in said]
    assert {template for text in texts for template in fitting(text)} == set(USAGE_ERRORS)


def fitting(text: str) -> Iterator[str]:
    """The templates that a sentence of Typer's and the values in it are made from."""
    for template in USAGE_ERRORS:
        pattern = re.sub(r"\\{\w+\\}", "(.+)", re.escape(template.rstrip(".")))
        if found := re.fullmatch(pattern, text.rstrip(".")):
            yield template
            for value in found.groups():
                yield from fitting(value)
            return
