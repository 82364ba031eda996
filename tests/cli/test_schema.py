"""The published schema is that of the program, describes each command, and only grows.

Every object that any test of the commands sees is held against it, in `Ran.json` (commands.py).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from tests.cli.commands import Desk, validator

from tools.schema import FILE, broken_promises, current
from twincard.cli.app import program
from twincard.cli.shell.schema import DIALECT, RESULTS, SCHEMA_COMMAND, definition_name
from twincard.cli.shell.tree import leaves

PUBLISHED = json.loads(FILE.read_text(encoding="utf-8"))
INFO = PUBLISHED["$defs"]["CardInfo"]
EMPTY_LIST = {"version": 1, "cards": []}


def test_the_published_schema_is_that_of_the_program() -> None:
    assert FILE.read_text(encoding="utf-8") == current(), "make schema"


def test_every_command_has_its_results_in_the_schema() -> None:
    assert {leaf.name for leaf in leaves(program())} == RESULTS.keys() | {SCHEMA_COMMAND}
    assert {definition_name(name) for name in RESULTS} <= PUBLISHED["$defs"].keys()


def test_the_program_prints_the_schema_of_all_or_of_one_command(desk: Desk) -> None:
    assert desk.done("schema").text == FILE.read_text(encoding="utf-8")
    for name in RESULTS:
        one = json.loads(desk.done("schema", *name.split()).text)
        Draft202012Validator.check_schema(one)
        assert one["$schema"] == DIALECT
        assert one["$defs"].items() <= PUBLISHED["$defs"].items()
    assert desk.json("schema", "sim", "list")["version"] == 1
    desk.run("schema", "sim", "lost").failed(2, "no command sim lost")


def test_members_are_told_exactly() -> None:
    kinds = INFO["properties"]
    assert kinds["card_id"] == {"type": "string", "pattern": "^[0-9a-f]{32}$"}
    assert kinds["role"] == {"enum": ["none", "original", "backup"]}
    assert kinds["member_number"] == {"type": ["string", "null"]}
    assert kinds["group"] == {"oneOf": [{"$ref": "#/$defs/GroupInfo"}, {"type": "null"}]}
    assert set(INFO["required"]) == set(kinds)
    error = PUBLISHED["$defs"]["ErrorInfo"]
    assert set(error["properties"]) - set(error["required"]) == {"tries_left"}


@pytest.mark.parametrize(
    "value",
    [
        {"cards": []},
        {"version": 2, "cards": []},
        {"version": 1},
        {"version": 1, "cards": None},
        {"version": 1, "error": {"code": 1, "name": "of_its_own", "message": "x"}},
    ],
)
def test_what_is_not_promised_is_refused(value: object) -> None:
    validator("sim list", strict=False).validate(EMPTY_LIST)
    with pytest.raises(ValidationError):
        validator("sim list", strict=False).validate(value)


def test_members_may_be_added_but_tests_see_those_that_are_not_described() -> None:
    more = EMPTY_LIST | {"more": 1}
    validator("sim list", strict=False).validate(more)
    with pytest.raises(ValidationError):
        validator("sim list", strict=True).validate(more)


def _change(change: Callable[[Any], object]) -> list[str]:
    changed = copy.deepcopy(PUBLISHED)
    change(changed["$defs"])
    return list(broken_promises(PUBLISHED, changed))


BREAKING: dict[str, Callable[[Any], object]] = {
    "a member gone": lambda defs: defs["CardInfo"]["properties"].pop("role"),
    "a member that may be missing": lambda defs: defs["CardInfo"]["required"].remove("role"),
    "a member renamed": lambda defs: defs["CardInfo"]["properties"].update(
        part=defs["CardInfo"]["properties"].pop("role")
    ),
    "another type": lambda defs: defs["Split"]["properties"]["number"].update(type="string"),
    "other bytes": lambda defs: defs["Split"]["properties"]["kcv"].update(pattern="^.*$"),
    "null": lambda defs: defs["Split"]["properties"]["number"].update(type=["integer", "null"]),
    "null for a word": lambda defs: defs["CardInfo"]["properties"]["role"]["enum"].append(None),
    "a word gone": lambda defs: defs["CardInfo"]["properties"]["role"]["enum"].remove("none"),
    "a result gone": lambda defs: defs["duplicate"]["anyOf"].pop(0),
    "another result in its place": lambda defs: (
        defs.update(Other={"type": "object"}),
        defs["duplicate"]["anyOf"].__setitem__(0, {"$ref": "#/$defs/Other"}),
    ),
    "a type gone": lambda defs: defs.pop("Copied"),
}


@pytest.mark.parametrize("what", BREAKING)
def test_within_a_version_nothing_is_taken_away(what: str) -> None:
    assert _change(BREAKING[what])


def test_within_a_version_members_words_and_results_may_be_added() -> None:
    def grow(defs: Any) -> None:
        defs["CardInfo"]["properties"]["colour"] = {"type": "string"}
        defs["CardInfo"]["required"].append("colour")
        defs["CardInfo"]["properties"]["role"]["enum"].append("witness")
        kind = defs["duplicate"]["anyOf"][0]["$ref"].removeprefix("#/$defs/")
        defs["Larger"] = copy.deepcopy(defs[kind])
        defs["Larger"]["properties"]["colour"] = {"type": "string"}
        defs["duplicate"]["anyOf"][0] = {"$ref": "#/$defs/Larger"}
        defs["CardInfo"]["description"] = "Said otherwise."
        defs["card-sing"] = defs["card-info"]
        defs["readers"]["anyOf"].append({"$ref": "#/$defs/CardInfo"})

    assert _change(grow) == []
