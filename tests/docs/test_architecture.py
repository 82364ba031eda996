"""docs/architecture.md names what is there, and all rooms; so does its picture."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
PICTURE = (ROOT / "docs/architecture.svg").read_text(encoding="utf-8")
HOST = ROOT / "host/twincard"


def section(title: str) -> str:
    """What is under a heading."""
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def rooms() -> set[str]:
    """As import-linter has them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    return {room for layer in layers for room in layer.split(" | ")}


def test_page_and_picture_have_every_room() -> None:
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section("The rooms"), re.M)
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == rooms()
    assert set(re.findall(r'font-size="15" [^>]*>(\w+)<', PICTURE)) == rooms()


def test_files_and_tests_that_are_named_are_there() -> None:
    named = re.findall(
        r"`([\w/-]+(?:/|\.py|\.md))`|`((?:tests|applet|host|tools|docs)/[\w/.-]+)`", PAGE
    )
    paths = [first or second for first, second in named]
    assert len(paths) > 20
    assert [path for path in paths if not any((at / path).exists() for at in (ROOT, HOST))] == []


def test_classes_of_the_applet_that_are_named_are_there() -> None:
    text = section("Inside the applet") + section("Where each rule lives")
    classes = set(re.findall(r"`([A-Z]\w+[a-z]\w*)`", text)) - {"Secret"}
    there = {path.stem for path in (ROOT / "applet").rglob("*.java")}
    assert len(classes) > 10
    assert classes <= there
