"""The result of the demo."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Check:
    """A passed check, and its chapter."""

    chapter: str
    text: str


@dataclass(frozen=True)
class Told:
    """The result of the demo; all checks in the list passed."""

    files: int
    seconds: float
    folder: Path | None
    checks: tuple[Check, ...]
