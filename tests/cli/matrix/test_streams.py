"""No terminal, no streams at all, streams that are full, and terminals that are not UTF-8."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.cli.matrix.cells import assert_told
from tests.cli.matrix.rack import Rack
from tests.cli.matrix.rows import ROWS, Row, rows

from twincard.results.failure import ExitCode
from twincard.simulator.folder import create_card

ASKING = [pytest.param(row, id=name) for name, row in ROWS.items() if row.asks]
ASKING_SECRETS = [
    pytest.param(row, id=name) for name, row in ROWS.items() if row.asks and "--yes" not in row.asks
]
CARD = "sim:花子"


@pytest.mark.parametrize("row", ASKING)
def test_without_a_terminal_each_prompt_names_the_option_that_answers_it(
    rack: Rack, row: Row
) -> None:
    rack.ready(row)
    words = row.unasked()
    for option in row.asks:
        ran = rack.desk.run(*words, "--json")
        if row.words.startswith("sim remove"):
            assert_told(ran, ExitCode.USAGE, "no terminal to ask", option)
            return
        assert_told(ran, ExitCode.USAGE, "no terminal", option)
        answered = row.filled()
        at = answered.index(option)
        words += answered[at : at + (1 if option == "--yes" else 2)]
    assert rack.desk.run(*words).code == 0


@pytest.mark.parametrize("row", ASKING_SECRETS)
def test_an_empty_standard_input_is_no_secret(rack: Rack, row: Row) -> None:
    rack.ready(row)
    before = rack.states()
    ran = rack.desk.run(*row.unasked(), row.asks[0], "-", "--json", stdin=b"")
    assert_told(ran, ExitCode.USAGE, "Standard input", "one line ")
    assert rack.states() == before


@rows("a")
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_japanese_is_told_all_the_same(
    rack: Rack, row: Row, encoding: str
) -> None:
    rack.ready(row)
    ran = rack.desk.run(*row.filled(a="sim:é居😀"), "--json", encoding=encoding)
    told = json.loads(ran.out)["error"]["message"]
    assert ran.code == ExitCode.NO_CARD
    assert "é居😀" in told
    shown = "\\u5c45\\U0001f600"
    assert f"{'é' if encoding == 'latin-1' else chr(92) + 'xe9'}{shown}" in ran.err
    if encoding == "ascii":
        assert rack.desk.run(*row.filled(), encoding=encoding).code == 0


@pytest.fixture
def home_card(desk: Desk) -> Desk:
    """A desk with the simulated card 花子."""
    create_card("花子")
    return desk


def program(
    *words: str, redirected: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the real program by a shell that opens and closes its streams."""
    script = f'exec "$0" -m twincard.cli "$@" {redirected}'
    return subprocess.run(
        ["sh", "-c", script, sys.executable, *words],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env=os.environ | variables,
    )


def test_streams_that_are_closed(home_card: Desk) -> None:
    info = ("card", "info", "-r", CARD, "--json")
    ran = program(*info, redirected="<&- 2>&-")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["life_cycle"] == "initialisation"
    ran = program(*info, redirected="<&- >&- 2>&-")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    ran = program("card", "scp03-keys", "-r", CARD, redirected="<&-")
    assert ran.returncode == ExitCode.USAGE
    assert ran.stderr.count("Error: ") == 1
    assert "no terminal" in ran.stderr
    ran = program("sim", "remove", "花子", redirected="<&- >&- 2>&-")
    assert ran.returncode == ExitCode.USAGE
    home_card.done("card", "info", "-r", CARD)


def test_a_component_does_not_go_where_a_stream_was_closed(home_card: Desk) -> None:
    ran = program("group", "new", "--out", "g", redirected="<&- >&- 2>&-")
    assert ran.returncode == 0
    assert len(list(Path("g").iterdir())) == 3
    assert home_card.done("group", "split", "--shares=2", "--threshold=2", "g/component-1.txt")


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_an_output_that_is_full(home_card: Desk, more: list[str]) -> None:
    ran = program("sim", "list", *more, redirected=">/dev/full")
    assert ran.returncode == ExitCode.FILE
    assert ran.stderr.startswith("Error: Standard output: No space left on device. Free some space")
    assert ran.stderr.count("\n") == 1
    ran = program("sim", "lost", *more, redirected=">/dev/full 2>/dev/full")
    assert ran.returncode == ExitCode.USAGE


def test_the_plain_locale_finds_cards_by_their_names(home_card: Desk) -> None:
    ran = program("card", "info", "-r", CARD, LC_ALL="C")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_json_is_utf_8_or_ascii_whatever_the_terminal_is(home_card: Desk) -> None:
    for encoding in ("latin-1", "euc-jp", "utf-8"):
        ran = program("sim", "list", "--json", PYTHONIOENCODING=encoding)
        assert json.loads(ran.stdout)["cards"] == [CARD]
