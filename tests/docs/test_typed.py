"""Pages are walked at a terminal, in both languages, with secrets and components typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.docs.examples import ROOT, example
from tests.docs.typed import Walk
from tests.docs.walked import PAGES, blocks_in_order


def test_the_readme(folder: Path, language: str) -> None:
    page = "README.md" if language == "en" else "README.ja.md"
    with Walk() as walk:
        walk.block(example(page, "sh", "sim new"))
        assert walk.questions == 3 * 17 + 9
    assert Path("letter.txt").read_text(encoding="utf-8") == "こんにちは\n"
    for secret in ("123456", "12345678"):
        assert secret not in walk.shown.replace("printf 123456 > pin.txt; printf 12345678", "")


@pytest.mark.parametrize("page", PAGES)
def test_a_how_to(folder: Path, language: str, page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    with Walk() as walk:
        for script in blocks_in_order(text):
            walk.block(script)
        assert walk.questions > (20 if "--size 1" in text else 100)
