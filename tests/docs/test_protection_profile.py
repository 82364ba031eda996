"""docs/protection-profile.md: what it defines it uses, what it uses it defines, its tests exist."""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs.test_security import NAMED, found_in

PAGE = (Path(__file__).parents[2] / "docs/protection-profile.md").read_text(encoding="utf-8")
IDENTIFIER = re.compile(r"\b(?:T|P|A|O|OE)\.[A-Z]+\b")


def rows(title: str) -> list[list[str]]:
    """The cells of the tables below a heading, but for their heads."""
    section = re.split(rf"^#+ {title}$", PAGE, flags=re.M)[1].partition("\n#")[0]
    tables = re.findall(r"^\|(?:-+\|)+\n((?:^\|.*\|\n)+)", section, re.M)
    lines = [line for table in tables for line in table.splitlines()]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def defined(title: str) -> set[str]:
    return {row[0] for row in rows(title)}


THREATS = defined("Threats")
POLICIES = defined("Organisational security policies")
ASSUMPTIONS = defined("Assumptions")
OBJECTIVES = defined("4. Security objectives")
RATIONALE = rows("Threats and policies against objectives and tests")


def test_each_threat_and_policy_has_objectives_and_tests() -> None:
    assert len(THREATS) > 10
    assert [row[0] for row in RATIONALE] == [
        row[0] for title in ("Threats", "Organisational security policies") for row in rows(title)
    ]
    for _threat, objectives, tests in RATIONALE:
        assert set(objectives.split(", ")) <= OBJECTIVES
        named = NAMED.findall(tests)
        assert named
        assert re.fullmatch(r"[, ]*", NAMED.sub("", tests))
        assert [one for one in named if one[1] not in found_in(one[0])] == []


def test_each_objective_serves_something() -> None:
    used = {one for row in RATIONALE for one in row[1].split(", ")}
    upheld = {row[1] for row in rows("Assumptions against objectives for the environment")}
    assert used | upheld == OBJECTIVES
    requirements = rows("6. Functional requirements, roughly")
    written = {one for row in requirements for one in row[0].split(", ")}
    assert written == {one for one in OBJECTIVES if one.startswith("O.")}


def test_each_assumption_is_upheld_by_the_environment() -> None:
    upheld = rows("Assumptions against objectives for the environment")
    assert {row[0] for row in upheld} == ASSUMPTIONS
    assert {row[1] for row in upheld} <= {one for one in OBJECTIVES if one.startswith("OE.")}


def test_nothing_is_named_that_is_not_defined() -> None:
    assert set(IDENTIFIER.findall(PAGE)) == THREATS | POLICIES | ASSUMPTIONS | OBJECTIVES
