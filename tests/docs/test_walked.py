"""The how-tos for losses: every command does what the page says, and prints what it shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.docs.examples import ROOT
from tests.docs.walked import PAGES, PRACTICE, comparable, rewritten, walk


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_prints_what_it_says(page: str, tmp_path: Path) -> None:
    steps = walk((ROOT / page).read_text(encoding="utf-8"), tmp_path)
    assert len(steps) > 6
    for step in steps:
        assert comparable(step.printed) == comparable(step.expected), step.code


def test_a_page_that_shows_something_else_would_be_noticed(tmp_path: Path) -> None:
    page = f"```sh\ncat made\n```\n\n```text\nold\n```\n{PRACTICE}\n```sh\necho new > made\n```\n"
    steps = walk(page, tmp_path)
    assert [(step.expected, step.printed) for step in steps] == [("", ""), ("old\n", "new\n")]
    assert rewritten(page, steps) == page.replace("old", "new")


def test_a_command_that_fails_otherwise_than_the_page_says_is_noticed(tmp_path: Path) -> None:
    assert walk("```sh\n# exit code 3\nexit 3\n```\n", tmp_path)
    for script in ("exit 3", "# exit code 3\ntrue"):
        with pytest.raises(AssertionError):
            walk(f"```sh\n{script}\n```\n", tmp_path)
