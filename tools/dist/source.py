"""The source of a distribution, and the one timestamp of all its parts."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_EPOCH = "SOURCE_DATE_EPOCH"


class DistError(Exception):
    """The distribution cannot be built; the message is one plain sentence."""


@dataclass(frozen=True)
class Source:
    """A checkout of the project, or an unpacked source distribution of it."""

    root: Path

    @property
    def in_git(self) -> bool:
        """Whether this is a checkout."""
        return (self.root / ".git").exists()

    @property
    def project(self) -> dict[str, Any]:
        """The table `project` of pyproject.toml."""
        project: dict[str, Any] = self._settings["project"]
        return project

    def time(self) -> int:
        """Seconds since 1970: SOURCE_DATE_EPOCH, else the last commit's.

        In an unpacked source distribution every file has the time of that distribution. Raises
        DistError.
        """
        if given := os.environ.get(_EPOCH):
            return int(given)
        if self.in_git:
            return int(self._git("log", "-1", "--format=%ct"))
        information = self.root / "PKG-INFO"
        if not information.exists():
            raise DistError(f"Neither a checkout nor a source distribution: set {_EPOCH}.")
        return int(information.stat().st_mtime)

    def built(self) -> list[Path]:
        """Built files, ignored by git but packaged: the simulated card, catalogues, manual pages."""
        patterns = self._distribution["artifacts"]
        return [path for pattern in patterns for path in sorted(self.root.glob(pattern))]

    def files(self) -> list[Path]:
        """What git tracks, as it stands in the folder now.

        Without git, what is in a source distribution, but for what is built. Keys and PINs may lie
        beside it.
        """
        if self.in_git:
            names = self._git("ls-files", "-z").split("\0")
            paths = [self.root / name for name in names if name]
        else:
            built = self.built()
            there = sorted(self.root.rglob("*"))
            paths = [path for path in there if self._is_source(path) and path not in built]
        return [path for path in paths if path.is_file()]

    def changes(self) -> Sequence[str]:
        """The files that differ from the last commit, one line each."""
        return self._git("status", "--porcelain").splitlines() if self.in_git else ()

    def copy(self, folder: Path, *, with_built: bool = True) -> None:
        """Copy the files to another folder, and what is built too."""
        for path in [*self.files(), *(self.built() if with_built else [])]:
            target = folder / path.relative_to(self.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)

    @property
    def _distribution(self) -> dict[str, list[str]]:
        """The settings of the source distribution in pyproject.toml."""
        targets = self._settings["tool"]["hatch"]["build"]["targets"]
        distribution: dict[str, list[str]] = targets["sdist"]
        return distribution

    @property
    def _settings(self) -> dict[str, Any]:
        return tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))

    def _is_source(self, path: Path) -> bool:
        parts = path.relative_to(self.root).parts
        included = parts[0] in self._distribution["only-include"]
        return included and "__pycache__" not in parts

    def _git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.root), *arguments]
        try:
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout
        except FileNotFoundError:
            raise DistError("git is not installed, and this is a checkout.") from None
        except subprocess.CalledProcessError as error:
            raise DistError(f"git {arguments[0]} failed: {error.stderr.strip()}") from None
