"""Components of a key group, whole and in shares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from twincard.results.marks import Id, Kcv, OneOf


@dataclass(frozen=True)
class ComponentFile:
    """A component's key check value (3 bytes), and where it was written; None: on paper only."""

    number: int
    kcv: Kcv
    file: Path | None


@dataclass(frozen=True)
class NewGroup:
    """The files of a new key group; `mailers` is the PDF, if there is one."""

    components: tuple[ComponentFile, ...]
    mailers: Path | None


@dataclass(frozen=True)
class Split:
    """A component shared out: its key check value (3 bytes), the files, and the PDF if any."""

    number: int
    kcv: Kcv
    threshold: int
    files: tuple[Path, ...]
    mailers: Path | None


@dataclass(frozen=True)
class Joined:
    """A component that is whole again, and where it was written."""

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
    """A component or a share that was checked: from a file, typed or scanned (`file` is None).

    `kcv` (3 bytes) is that of the component, for a share as it says. `number` and `size` are None
    where groups or words were typed, and all are where nothing could be read. `share` is its place
    among the shares, `threshold` how many are needed. `error` is None where all is in order.
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
    """What was checked, and whether all of it is in order."""

    passed: bool
    parts: tuple[VerifiedPart, ...]
