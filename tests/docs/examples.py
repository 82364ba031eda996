"""The examples of a page: blocks of code, and what stands below them as their output.

    python -m tests.docs.examples PAGE FOLDER

writes the programs that they make up into a folder, for a type checker.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Example:
    """A block of code of this language; `printed` is the block of text that follows it, if any."""

    language: str
    code: str
    printed: str | None = None


def examples(page: str, language: str) -> list[Example]:
    """The blocks of a page below the project's root, in their order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.findall(rf"```{language}\n(.*?)```(?:\n\n```text\n(.*?)```)?", text, re.DOTALL)
    return [Example(language, code, printed or None) for code, printed in found]


def example(page: str, language: str, containing: str) -> str:
    """The code of the one block that has this text in it."""
    (found,) = [one.code for one in examples(page, language) if containing in one.code]
    return found


def search_path() -> str:
    """PATH as it is where the project's .venv is activated."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def run(arguments: list[str], folder: Path) -> str:
    """Run a program in the folder, its simulated cards there too; its standard output."""
    result = subprocess.run(
        arguments,
        cwd=folder,
        env=os.environ | {"TWINCARD_HOME": str(folder / "cards"), "PATH": search_path()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def programs(page: str) -> tuple[list[Example], list[Example]]:
    """The blocks of Python that make up one program, and those that are a file of their own."""
    found = examples(page, "python")
    return [one for one in found if not _is_file(one)], [one for one in found if _is_file(one)]


def _is_file(one: Example) -> bool:
    return re.match(r"# \w+\.py\n", one.code) is not None


def write_programs(page: str, folder: Path) -> None:
    """The program of a page, and the files that stand by themselves."""
    blocks, files = programs(page)
    folder.mkdir(parents=True, exist_ok=True)
    name = Path(page).with_suffix(".py").name
    (folder / name).write_text("\n".join(one.code for one in blocks), encoding="utf-8")
    for one in files:
        (folder / one.code.split()[1]).write_text(one.code, encoding="utf-8")


if __name__ == "__main__":
    write_programs(sys.argv[1], Path(sys.argv[2]))
