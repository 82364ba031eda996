"""The matrix has every command of the program, and its rows are right where nothing is wrong."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest
from tests.cli.matrix.rack import Rack
from tests.cli.matrix.rows import ROWS, Row, rows

from twincard.cli.app import program
from twincard.cli.shell.tree import Command, leaves

PLACES = {
    "READER": ("{a}", "{b}", "{manager}"),
    "--pin-file": ("{pin}",),
    "--puk-file": ("{puk}",),
    "--out": ("{out}",),
    "--save": ("{out}",),
    "--keep": ("{out}",),
}
"""Options, or what stands for their values, that rows must have, and what to find there."""


@cache
def all_commands() -> dict[str, Command]:
    return {leaf.name: leaf for leaf in leaves(program())}


def test_every_command_has_a_row() -> None:
    """But `start`, which runs commands of other rows: see test_start.py."""
    assert {*ROWS, "start"} == set(all_commands())


@pytest.mark.parametrize("name", ROWS)
def test_a_row_has_every_reader_secret_and_result_of_its_command(name: str) -> None:
    words = ROWS[name].words.split()
    assert " ".join(words[: len(name.split())]) == name
    for option, places in needed(all_commands()[name]).items():
        given = [value for word, value in pairwise(words) if word in option]
        assert given, f"{option} is missing"
        assert given[0].startswith(places), option


def needed(command: Command) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Options of a command, all their names, and the places of which one is to be there."""
    return {
        parameter.names: PLACES[key]
        for parameter in command.parameters
        for key in {parameter.value, *parameter.names} & PLACES.keys()
    }


@rows("a")
def test_a_row_succeeds_where_nothing_is_wrong(rack: Rack, row: Row) -> None:
    rack.ready(row)
    ran = rack.desk.run(*row.filled(), "--json")
    assert ran.code == 0, ran.err
    assert "error" not in ran.json
