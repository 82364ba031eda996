"""An option means one thing, whichever command takes it."""

from __future__ import annotations

from collections import defaultdict

from tests.cli.commands import Desk

from twincard.cli.app import program
from twincard.cli.shell.tree import leaves

# What these take is a file in one command, and a file or a folder in the others.
PATHS = {"FILE", "DIR", "OUT"}
REPLACED = {"--output", "--type", "--issuer"}


def test_an_option_has_one_form_in_all_commands() -> None:
    found = defaultdict(set)
    for command in leaves(program()):
        for option in command.parameters:
            for name in option.names:
                value = "a path" if option.value in PATHS else option.value
                found[name].add((option.names, option.negations, value, option.choices))
    assert {name: forms for name, forms in found.items() if len(forms) > 1} == {}
    assert found.keys() & REPLACED == set()


def test_a_simulated_card_is_named_with_sim_or_without(desk: Desk) -> None:
    assert desk.json("sim", "new", "sim:太郎")["reader"] == "sim:太郎"
    desk.run("sim", "new", "太郎").failed(3, "already")
    desk.run("sim", "serve", "sim:太郎", "--vpcd", "127.0.0.1:9").failed(3, "vpcd")
    assert desk.json("sim", "remove", "sim:太郎", "--yes") == {"version": 1, "removed": "sim:太郎"}
    assert desk.json("sim", "list")["cards"] == []
