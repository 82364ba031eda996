"""Sizes of each build of the applet: memory on a card, and bytes to load if a kit is given."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_LOAD_SIZE = re.compile(r": (\d+) bytes to load")


class Build(Enum):
    """What is in an applet: PARTS of `make cap`."""

    BASE = "base"
    FULL = "all"

    @property
    def applet(self) -> str:
        """The class that the simulator installs."""
        name = {Build.BASE: "ExtendedTwinCardApplet", Build.FULL: "ExtendedTrustTwinCardApplet"}
        return f"twincard.card.{name[self]}"


@dataclass(frozen=True)
class Kit:
    """The tools that build CAP files: the ant task (a jar), and the folder of a development kit."""

    ant_javacard: str
    jc_home: str


@dataclass(frozen=True)
class LoadSize:
    """Bytes to load of a build, for chips with and without extended length."""

    extended: int
    short: int


def load_size(kit: Kit, build: Build) -> LoadSize:
    """Build the CAP files. Raises subprocess.CalledProcessError where that fails."""
    return LoadSize(_load_size(kit, build, "yes"), _load_size(kit, build, "no"))


def _load_size(kit: Kit, build: Build, extended: str) -> int:
    command = [str(_ROOT / "tools/cap.sh"), kit.ant_javacard, kit.jc_home, extended, build.value]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    (size,) = _LOAD_SIZE.findall(done.stdout)
    return int(size)
