"""docs/security.md names a test for every attack; every test it names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs/security.md"
NAMED = re.compile(r"`([\w/]+\.(?:py|java))::(\w+)`")


def attacks() -> list[tuple[str, str, str]]:
    """The rows of the table: attack, defence, tests."""
    section = PAGE.read_text(encoding="utf-8").split("## Attacks")[1]
    rows = re.findall(r"^\| (.*?) \| (.*?) \| (.*?) \|$", section, re.MULTILINE)
    return [row for row in rows if set(row[0]) != {"-"} and row[0] != "attack"]


def named_tests() -> list[tuple[str, str]]:
    """Path below tests/ and name of every test that the page names, once each."""
    return sorted(set(NAMED.findall(PAGE.read_text(encoding="utf-8"))))


@cache
def found_in(path: str) -> frozenset[str]:
    """Names of the tests of a file that are neither skipped nor expected to fail."""
    source = (TESTS / path).read_text(encoding="utf-8")
    if path.endswith(".java"):
        return frozenset(re.findall(r"@Test\s+(?:public )?void (\w+)\(", source))
    return frozenset(
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        if not any(re.search("skip|xfail", ast.unparse(mark)) for mark in node.decorator_list)
    )


def test_each_attack_has_a_defence_and_a_test(subtests: pytest.Subtests) -> None:
    rows = attacks()
    assert len(rows) > 50
    for attack, defence, tests in rows:
        with subtests.test(attack):
            assert defence.strip()
            assert NAMED.search(tests)
            assert re.fullmatch(r"[,; ]*", NAMED.sub("", tests)), "something that is no test"


def test_each_test_that_is_named_exists() -> None:
    named = named_tests()
    assert len(named) > 100
    assert [f"{path}::{name}" for path, name in named if name not in found_in(path)] == []


def test_a_test_that_is_gone_would_be_noticed() -> None:
    assert "test_a_test_that_is_gone_would_be_noticed" in found_in("docs/test_security.py")
    assert "found_in" not in found_in("docs/test_security.py")
