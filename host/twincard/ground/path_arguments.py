"""Files that a caller names: one or several, each as text or as a path."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from pathlib import Path


def as_paths(paths: str | PathLike[str] | Iterable[str | PathLike[str]]) -> list[Path]:
    """The paths; a single one may be given without a list."""
    if isinstance(paths, str | PathLike):
        return [Path(paths)]
    return [Path(path) for path in paths]
