"""`make setup` on systems without apt: it says what is missing, and goes on where all is there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools/setup.sh"
NEEDED = (
    "bash",
    "cat",
    "cut",
    "dirname",
    "env",
    "flock",
    "mkdir",
    "rm",
    "sed",
    "sha256sum",
    "tail",
    "wc",
)
MACOS, WINDOWS = "Darwin", "MINGW64_NT-10.0-26100"


def run(folder: Path, system: str, *programs: str) -> subprocess.CompletedProcess[str]:
    """Run the script in a folder of its own, on a system that has these programs alone."""
    (folder / "bin").mkdir()
    (folder / "tools").mkdir()
    shutil.copy(SCRIPT, folder / "tools")
    for name in (*NEEDED, *programs):
        found = shutil.which(name)
        assert found is not None, name
        (folder / "bin" / name).symlink_to(found)
    for name, script in (("uname", f"echo {system}"), ("cygpath", 'echo "$2"')):
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / "bin" / name).chmod(0o755)
    return subprocess.run(
        ["bash", folder / "tools/setup.sh"],
        env={"PATH": str(folder / "bin"), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("system", [MACOS, WINDOWS])
def test_all_that_is_missing_is_named_at_once(tmp_path: Path, system: str) -> None:
    ended = run(tmp_path, system)
    assert ended.returncode == 1
    # Ivy is found wherever it lies.
    for name in ("python", "openssl", "openjdk", "ant"):
        assert f"setup: {name} is missing: " in ended.stdout
    assert ended.stderr.startswith(
        "setup: install these, then try again: python openssl openjdk ant"
    )
    assert "apt" not in ended.stdout + ended.stderr


def test_what_builds_the_simulated_card_is_not_wanted_where_it_is_there(tmp_path: Path) -> None:
    jar = tmp_path / "host/twincard/simulator/simulator.jar"
    jar.parent.mkdir(parents=True)
    jar.touch()
    ended = run(tmp_path, MACOS, "openssl")
    assert ended.stderr.startswith("setup: install these, then try again: python (")


def test_an_unknown_system_is_told_so(tmp_path: Path) -> None:
    ended = run(tmp_path, "Plan9")
    assert (ended.returncode, ended.stderr) == (1, "setup: this system is not known: Plan9\n")
