"""Checkouts of the project as it stands here, in other places and under other conditions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.dist.source import Source

ROOT = Path(__file__).parents[2]
SOURCE = Source(ROOT)
_COMMITTED = "2026-01-02T03:04:05+09:00"
COMMITTED_AT = 1767290645
"""The time of the commit in every place."""


def checkout(folder: Path, *, with_built: bool = True) -> Path:
    """What git tracks here, changes included, as the one commit of a new repository."""
    SOURCE.copy(folder, with_built=with_built)
    dates = {"GIT_AUTHOR_DATE": _COMMITTED, "GIT_COMMITTER_DATE": _COMMITTED}
    run(["git", "init", "--quiet"], folder)
    run(["git", "add", "."], folder)
    identity = ["-c", "user.name=twincard", "-c", "user.email=twincard@example.org"]
    run(["git", *identity, "commit", "--quiet", "-m", "As it stands"], folder, dates)
    return folder


def make_dist(folder: Path, variables: Mapping[str, str] | None = None) -> Path:
    """What `make dist` runs when everything is set up; the folder with what it made."""
    run([sys.executable, "-m", "tools.dist"], folder, variables)
    return folder / "dist"


def build_jar(folder: Path, variables: Mapping[str, str]) -> None:
    """Build the simulated card, with the libraries that were fetched for this checkout."""
    libraries = ROOT / "build/lib"
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "build/lib")
        (folder / "build/lib.stamp").touch()
    run(["ant", "-q", "jar"], folder, variables)


def run(command: list[str], folder: Path, variables: Mapping[str, str] | None = None) -> str:
    """Run a program in a folder; its standard output."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment | dict(variables or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout
