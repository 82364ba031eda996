"""Components of a key group, and their shares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from twincard.results.marks import Id, Kcv, OneOf


@dataclass(frozen=True)
class ComponentFile:
    """A component's key check value (3 bytes), and its file; None if it is only on paper."""

    number: int
    kcv: Kcv
    file: Path | None


@dataclass(frozen=True)
class NewGroup:
    """The files of a new key group; `mailers` is the PDF, or None."""

    components: tuple[ComponentFile, ...]
    mailers: Path | None


@dataclass(frozen=True)
class Split:
    """The shares of a component: its key check value (3 bytes), the files, and the PDF or None."""

    number: int
    kcv: Kcv
    threshold: int
    files: tuple[Path, ...]
    mailers: Path | None


@dataclass(frozen=True)
class Joined:
    """A restored component, and its file."""

    number: int
    size: int
    kcv: Kcv
    file: Path


@dataclass(frozen=True)
class GroupCleared:
    """The components that were cleared on a card, and the places that are empty now."""

    card_id: Id
    cleared: tuple[int, ...]
    missing: tuple[int, ...]


@dataclass(frozen=True)
class VerifiedPart:
    """A component or share that was checked; `file` is None if it was typed or scanned.

    `kcv` (3 bytes) is that of the component; a share states it. `number` and `size` are None if
    groups or words were typed; all members are None if nothing could be read. `share` is its place
    among the shares, and `threshold` is how many are needed. `error` is None if nothing is wrong.
    """

    file: Path | None
    kind: Annotated[str, OneOf(("component", "share"))] | None
    number: int | None
    size: int | None
    kcv: Kcv | None
    share: int | None
    threshold: int | None
    error: str | None


@dataclass(frozen=True)
class Verified:
    """All that was checked, and whether all of it passed."""

    passed: bool
    parts: tuple[VerifiedPart, ...]
