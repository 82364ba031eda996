"""What the demo came to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Check:
    """Something that was checked and found true, and in which chapter."""

    chapter: str
    text: str


@dataclass(frozen=True)
class Told:
    """What the demo came to; every check in the list was passed, or it would have failed."""

    files: int
    seconds: float
    folder: Path | None
    checks: tuple[Check, ...]
