"""Links between the pages of the documentation, and to files of the project, lead somewhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "docs/decisions/README.md",
    *DECISIONS,
]


def prose(page: Path) -> str:
    """The page without its blocks and pieces of code."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", lambda code: re.sub(r"[\[\]()#]", "", code[0]), text)


@cache
def anchors(page: Path) -> set[str]:
    """By which names headings can be reached, as GitHub makes them."""
    found: list[str] = []
    for heading in re.findall(r"^#{1,6} (.*)$", prose(page), re.M):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        again = found.count(name)
        found.append(name)
        if again:
            found.append(f"{name}-{again}")
    return set(found)


def links(page: Path) -> list[str]:
    """Where its links and pictures lead, those within the project."""
    found = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    return [link for link in found if "://" not in link and not link.startswith("mailto:")]


def test_every_link_leads_somewhere() -> None:
    found = [(page, link) for page in PAGES for link in links(page)]
    assert [(page.name, link) for page, link in found if is_broken(page, link)] == []


def is_broken(page: Path, link: str) -> bool:
    """Whether a file, or the heading in it, is not there."""
    name, _hash, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    return not target.exists() or (bool(anchor) and anchor not in anchors(target))


def test_the_readme_leads_to_every_page() -> None:
    told = {(ROOT / link).resolve() for link in links(ROOT / "README.md")}
    assert set(PAGES) - {ROOT / "README.md", *DECISIONS} <= told


def test_the_list_of_decisions_has_each_of_them_by_its_title() -> None:
    listed = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\d+)\]\(([\w-]+\.md)\) \| (.*) \|$", listed, re.M)
    heads = [page.read_text(encoding="utf-8").splitlines()[0] for page in DECISIONS]
    assert [name for _number, name, _title in rows] == [page.name for page in DECISIONS]
    assert [f"# {int(number)}. {title}" for number, _name, title in rows] == heads


def test_what_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A `b` (c)\n\n[x](#a-b-c) `[y](#z)`\n\n```\n# no heading\n[y](z)\n```\n")
    assert links(page) == ["#a-b-c"]
    assert anchors(page) == {"a-b-c"}
    tried = ("#a-b-c", "page.md", "#d", "page.md#d", "none.md")
    assert [link for link in tried if is_broken(page, link)] == ["#d", "page.md#d", "none.md"]
