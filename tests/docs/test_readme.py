"""The README's commands and its ten lines of Python run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def block(language: str, containing: str) -> str:
    """The one block of code in the README that has this text in it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    (found,) = [str(candidate) for candidate in blocks if containing in candidate]
    return found


def run(arguments: list[str], folder: Path) -> str:
    """Run a program in the folder, its simulated cards there too; its standard output."""
    programs = Path(sys.executable).parent
    environment = os.environ | {
        "TWINCARD_HOME": str(folder / "cards"),
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
    }
    result = subprocess.run(
        arguments, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_the_commands_and_the_library_lines_run(tmp_path: Path) -> None:
    run(["bash", "-euc", block("sh", "sim new")], tmp_path)
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "こんにちは\n"
    library = [sys.executable, "-c", block("python", "decrypt_file")]
    assert run(library, tmp_path) == "こんにちは\n\n"


def test_every_linked_page_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [path for path in re.findall(r"\]\(([^)#:]+)\)", text) if not (ROOT / path).exists()]
    assert missing == []
