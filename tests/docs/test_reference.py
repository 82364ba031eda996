"""Every public name is told of in the API reference, which is made of docstrings."""

from __future__ import annotations

import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pytest

from tools.api import PUBLIC, constant_docstrings

ROOT = Path(__file__).parents[2]


def public_names() -> list[tuple[str, str]]:
    """Module and name."""
    return [(name, one) for name in PUBLIC for one in importlib.import_module(name).__all__]


def methods(kind: type) -> Iterator[tuple[str, object]]:
    """Methods and properties of our classes, by their names, inherited ones too."""
    for base in kind.__mro__:
        for name, value in vars(base).items():
            if base.__module__.startswith("twincard") and not name.startswith("_"):
                member = value.__func__ if isinstance(value, classmethod | staticmethod) else value
                if isinstance(member, property) or inspect.isfunction(member):
                    yield name, member


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_name_has_a_docstring(module: str) -> None:
    package = importlib.import_module(module)
    for name in package.__all__:
        getattr(package, name)  # imported when it is asked for
    constants = constant_docstrings(module)
    assert [one for name in package.__all__ for one in undocumented(package, name, constants)] == []


def undocumented(package: ModuleType, name: str, constants: dict[str, str]) -> Iterator[str]:
    """A public name if it has no docstring, and its methods that have none."""
    value = getattr(package, name)
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        if not constants.get(name):
            yield name
        return
    # Python makes one of a dataclass's fields.
    if not value.__doc__ or value.__doc__.startswith(f"{name}("):
        yield name
    if inspect.isclass(value):
        yield from (f"{name}.{one}" for one, code in methods(value) if not inspect.getdoc(code))


def test_what_has_no_docstring_is_found() -> None:
    @dataclass
    class Bare:
        size: int

        def grow(self) -> None:
            self.size += 1

    package = ModuleType("package")
    package.__dict__.update({"Bare": Bare, "LIMIT": 1, "TOLD": 2})
    Bare.__module__ = "twincard"
    constants = {"TOLD": "What it is."}
    assert list(undocumented(package, "Bare", constants)) == ["Bare", "Bare.grow"]
    assert list(undocumented(package, "LIMIT", constants)) == ["LIMIT"]
    assert list(undocumented(package, "TOLD", constants)) == []


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_name_is_of_this_package(module: str) -> None:
    package = importlib.import_module(module)
    assert len(set(package.__all__)) == len(package.__all__)
    for name in package.__all__:
        value = getattr(package, name)
        assert getattr(value, "__module__", "twincard").partition(".")[0] in (
            "twincard",
            "types",
            "collections",
        )
        assert not inspect.ismodule(value)


def page_of(module: str) -> Path:
    """Where pdoc writes the page of a module."""
    return Path(*module.split(".")).with_suffix(".html")


def test_the_reference_is_made_without_a_warning_and_has_no_dead_link(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "tools/api.py", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    pages = {}
    for path in tmp_path.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert str(ROOT) not in page
        pages[path] = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert pages.keys() == {tmp_path / page_of(module) for module in (*PUBLIC, "index")}
    for module, name in public_names():
        assert f'id="{name}"' in pages[tmp_path / page_of(module)]
    first = pages[tmp_path / page_of("twincard")]
    for module in PUBLIC[1:]:
        assert f'href="{page_of(module).as_posix()}"' in first
    for path, page in pages.items():
        for link in re.findall(r'href="([^"]*)"', page):
            file, _, anchor = unquote(link).partition("#")
            target = (path.parent / file).resolve() if file else path
            if "://" not in file:
                assert target in pages, f"{path}: {link}"
                # Of a class, since pdoc gives attributes that are inherited no place of their own.
                kind = anchor.partition(".")[0]
                assert not kind or f'id="{kind}"' in pages[target], f"{path}: {link}"
