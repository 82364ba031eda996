"""The page of the command line tells of every member of the JSON objects."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import fields, is_dataclass
from pathlib import Path

import twincard.results

PAGE = (Path(__file__).parents[2] / "docs/cli.md").read_text(encoding="utf-8")
TOLD = PAGE[PAGE.index("## JSON") :]

# Dataclasses of the room that stand in no result.
MARKS = {"OneOf", "Size"}


def results() -> list[type]:
    """The dataclasses of all results."""
    modules = (
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(twincard.results.__path__, "twincard.results.")
    )
    found = [
        value
        for module in modules
        for name, value in vars(module).items()
        if is_dataclass(value) and isinstance(value, type) and value.__module__ == module.__name__
        if name not in MARKS
    ]
    return sorted(found, key=lambda result: result.__qualname__)


def test_every_json_member_is_documented() -> None:
    found = results()
    assert len(found) > 40
    members = [(result.__name__, field.name) for result in found for field in fields(result)]
    assert [member for member in members if f"`{member[1]}`" not in TOLD] == []
