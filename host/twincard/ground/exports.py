"""Packages whose public names are imported when they are first asked for (PEP 562).

A command needs few of the modules of a package, and a user of the library few of its names.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from importlib.abc import ResourceLoader


def exports(package: str) -> Callable[[str], object]:
    """The `__getattr__` of a package that imports what it exports under `if TYPE_CHECKING:`.

    Type checkers and people read these imports; here they are carried out one by one, each when
    its name is first asked for.
    """

    def get(name: str) -> object:
        home = _homes(package).get(name)
        if home is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(home), name)
        setattr(sys.modules[package], name, value)
        return value

    return get


@cache
def _homes(package: str) -> dict[str, str]:
    """The module that each name comes from."""
    return {
        alias.name: statement.module
        for block in ast.parse(_source(package)).body
        if isinstance(block, ast.If)
        for statement in block.body
        if isinstance(statement, ast.ImportFrom) and statement.module
        for alias in statement.names
    }


def _source(package: str) -> bytes:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ImportError(f"the source of {package} is missing", name=package)
    # Of all loaders that find packages: pytest's own, which rewrites asserts, has no get_source().
    return cast("ResourceLoader", spec.loader).get_data(spec.origin)
