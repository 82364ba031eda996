"""The README's commands and its ten lines of Python run as they stand."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.docs.examples import example, run

PAGE = "README.md"


def test_the_commands_and_the_library_lines_run(tmp_path: Path) -> None:
    run(["bash", "-euc", example(PAGE, "sh", "sim new")], tmp_path)
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "こんにちは\n"
    library = [sys.executable, "-c", example(PAGE, "python", "decrypt_file")]
    assert run(library, tmp_path) == "こんにちは\n\n"
