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


STREAM = Path("-")
"""Standard input or standard output."""


def file_or_stream(text: str) -> Path:
    """The path as it was typed; only a literal `-` is equal to STREAM."""
    return named_file(Path(text)) if text != "-" else STREAM


def named_file(path: Path) -> Path:
    """The same file, by a path that is not equal to STREAM."""
    return path.absolute() if path == STREAM else path


def is_folder(path: Path) -> bool:
    """Whether it is a folder; what opens a path that cannot be looked at gives the reason."""
    try:
        return path.is_dir()
    except OSError:
        return False
