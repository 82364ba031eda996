"""The README's commands and its ten lines of Python run as they stand."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.docs.examples import ROOT, example, run

PAGE = "README.md"


def test_the_commands_and_the_library_lines_run(tmp_path: Path) -> None:
    run(["bash", "-euc", example(PAGE, "sh", "sim new")], tmp_path)
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "こんにちは\n"
    library = [sys.executable, "-c", example(PAGE, "python", "decrypt_file")]
    assert run(library, tmp_path) == "こんにちは\n\n"


def test_every_linked_page_exists() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    missing = [path for path in re.findall(r"\]\(([^)#:]+)\)", text) if not (ROOT / path).exists()]
    assert missing == []
