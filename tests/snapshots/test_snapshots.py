"""What a terminal shows is what was looked at: `python -m tests.snapshots.taken` renews it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.docs.examples import search_path
from tests.snapshots.taken import HERE, snapshots

SNAPSHOTS = sorted(HERE.glob("*.txt"))


def test_the_terminal_shows_what_was_looked_at(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", search_path())
    monkeypatch.chdir(tmp_path)
    taken = dict(snapshots())
    assert sorted(taken) == [path.name for path in SNAPSHOTS]
    for name, text in taken.items():
        assert text == (HERE / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize(
    "path", [path for path in SNAPSHOTS if "mailer" not in path.name], ids=lambda path: path.name
)
def test_no_line_is_wider_than_the_terminal(path: Path) -> None:
    """But those with a digest, which stays in one piece to be copied."""
    width = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if found := re.fullmatch(r"-+ (\d+) columns -+", line):
            width = int(found[1])
        assert cell_len(line) <= width or "0" * 64 in line, line
    assert width == 120


@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda path: path.name)
def test_no_line_begins_with_a_closing_mark(path: Path) -> None:
    assert not re.search(r"^\s*[、。」』]", path.read_text(encoding="utf-8"), re.MULTILINE)
