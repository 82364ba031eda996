"""The answers that the guided set-up needs."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import Enum, StrEnum
from pathlib import Path


class Components(StrEnum):
    """How the holders get their components; the values are those of the command line."""

    FILES = "files"
    MAILERS = "mailers"
    TYPED = "typed"


class Stage(Enum):
    """The stage of a card."""

    ABSENT = "absent"
    """A simulated card that does not exist yet."""
    WITHOUT_APPLET = "without applet"
    NEW = "new"
    ISSUED = "issued"


@dataclass(frozen=True)
class Management:
    """How the applet gets onto cards that lack it: the CAP file and the cards' management keys.

    `keys` is their file; None: the default keys.
    """

    cap: Path
    keys: Path | None


@dataclass(frozen=True)
class Answers:
    """All of them; `name` begins the names of the files that are made.

    `pin_file` and `puk_file`: None has the commands ask.
    """

    name: str
    original: str
    backup: str
    group_size: int
    components: Components
    holders: tuple[str, ...]
    management: Management | None = None
    pin_file: Path | None = None
    puk_file: Path | None = None
    stages: tuple[Stage, Stage] = (Stage.ABSENT, Stage.ABSENT)
    """Of original and backup, before anything is done."""

    @property
    def command(self) -> str:
        """The command line that gives these answers, so that no question is asked again."""
        words = ["twincard", "start", "--name", self.name]
        words += ["--original", self.original, "--backup", self.backup]
        words += ["--group-size", str(self.group_size), "--components", self.components]
        for holder in self.holders:
            words += ["--holder", holder]
        for option, path in self._files():
            words += [option, str(path)]
        return shlex.join(words)

    def _files(self) -> list[tuple[str, Path]]:
        found = (
            ("--cap", None if self.management is None else self.management.cap),
            ("--management-keys", None if self.management is None else self.management.keys),
            ("--pin-file", self.pin_file),
            ("--puk-file", self.puk_file),
        )
        return [(option, path) for option, path in found if path is not None]
