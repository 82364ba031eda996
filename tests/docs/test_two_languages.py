"""Pages that are there in English and in Japanese are in step with each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
JAPANESE = sorted([*ROOT.glob("*.ja.md"), *(ROOT / "docs").rglob("*.ja.md")])
TRANSLATED = [page.relative_to(ROOT).as_posix() for page in JAPANESE]


def english(page: str) -> Path:
    return ROOT / page.replace(".ja.md", ".md")


def headings(text: str) -> list[int]:
    """The levels of the headings, in their order."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    return [len(marks) for marks in re.findall(r"^(#+) ", prose, re.M)]


def code(text: str) -> list[str]:
    """The blocks of code, without the comments of shells, which are translated."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)
    indented = re.findall(r"^ {4}\S.*$", text, re.M)
    shell = {"sh"}
    return [
        re.sub(r"\s+# .*", "", block) if language in shell else block for language, block in found
    ] + indented


def links(text: str) -> list[str]:
    """Where links lead, those of other languages aside, whose headings have other names."""
    found = re.findall(r"\]\(([^)\s#]+)[^)\s]*\)", text)
    return sorted({link.replace(".ja.md", ".md") for link in found})


@pytest.mark.parametrize("page", TRANSLATED)
def test_a_page_and_its_translation_are_in_step(page: str) -> None:
    ours, theirs = (path.read_text(encoding="utf-8") for path in (ROOT / page, english(page)))
    assert headings(ours) == headings(theirs)
    assert code(ours) == code(theirs)
    assert len(re.findall(r"^\|", ours, re.M)) == len(re.findall(r"^\|", theirs, re.M))
    assert set(links(theirs)) - {Path(page).name.replace(".ja.md", ".md")} <= set(links(ours))


@pytest.mark.parametrize("page", TRANSLATED)
def test_each_leads_to_the_other_in_its_first_line(page: str) -> None:
    for path, other in ((ROOT / page, english(page)), (english(page), ROOT / page)):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert f"]({other.name})" in first


def test_what_is_translated() -> None:
    assert TRANSLATED == [
        "README.ja.md",
        "docs/ceremonies.ja.md",
        "docs/ceremony-minutes.ja.md",
    ]


def test_what_is_out_of_step_would_be_noticed() -> None:
    page = "# A\n\n```sh\nls  # all\n```\n\n## B\n\n[x](y.ja.md#z)\n"
    assert headings(page) == [1, 2]
    assert code(page) == ["ls\n"] == code(page.replace("all", "すべて"))
    assert code(page.replace("ls", "rm")) != code(page)
    assert links(page) == ["y.md"]
