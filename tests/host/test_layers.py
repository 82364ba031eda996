"""The layers of the package: none knows one above it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

import pytest

import twincard

PACKAGE = Path(twincard.__file__).parent
GROUND = {"language", "private_file", "system_words"}
BELOW: dict[str, set[str]] = {
    "language": set(),
    "private_file": set(),
    "system_words": {"language"},
    "keys": GROUND,
    "transport": GROUND,
    "card": {*GROUND, "keys", "transport"},
    "files": {*GROUND, "keys"},
    "paper": {*GROUND, "keys"},
    "globalplatform": {*GROUND, "keys", "transport", "card"},
    "chips": {*GROUND, "transport", "card"},
    "protocols": {*GROUND, "keys", "transport", "card", "files", "globalplatform"},
}
"""What each package, or module beside them, may know; the command line may know them all."""


def imported(source: str, path: Path) -> Iterator[str]:
    """The layers that the code of a file imports, inside of functions too."""
    package = ".".join(("twincard", *path.relative_to(PACKAGE).parent.parts))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            names = [f"{module}.{one.name}" for one in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("twincard."))


def layer(path: Path) -> str:
    """The package that a file is in, or the module that it is."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


SOURCES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.parent != PACKAGE]
SOURCES += [path for path in sorted(PACKAGE.glob("*.py")) if path.name != "__init__.py"]


def test_every_layer_has_its_place() -> None:
    assert {layer(path) for path in SOURCES} == {*BELOW, "cli"}


def test_the_order_has_no_circle() -> None:
    placed: set[str] = set()
    while more := {name for name, below in BELOW.items() if below <= placed} - placed:
        placed |= more
    assert placed == set(BELOW)


@pytest.mark.parametrize("name", BELOW)
def test_no_layer_knows_one_above_it(name: str) -> None:
    allowed = {*BELOW[name], name}
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {one}"
        for path in SOURCES
        if layer(path) == name
        for one in imported(path.read_text(encoding="utf-8"), path)
        if one not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "line",
    [
        "import twincard.cli.app",
        "from twincard import cli",
        "from twincard.cli import app",
        "from ..cli import app",
        "def later():\n    from twincard.cli.app import main",
    ],
)
def test_an_import_is_seen_however_it_is_written(line: str) -> None:
    assert list(imported(line, PACKAGE / "card/session.py")) == ["cli"]
