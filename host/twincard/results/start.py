"""What the guided set-up came to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Started:
    """Readers of the pair, the files for everybody and for the safe, and the commands that ran."""

    original: str
    backup: str
    public_key: Path
    sheet: Path
    commands: tuple[str, ...]
