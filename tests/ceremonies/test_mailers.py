"""Mailers: what is printed for each holder is what the holder will type, and nobody else's."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.ceremonies.pages import pages_of
from tests.cli.commands import Desk

from twincard.keys.checked_groups import checked_groups
from twincard.keys.component import parse_component, read_component

NAMES = {"en": "Ohashi & Sons", "ja": "大橋製作所"}
TITLES = {"en": "Key component {} of 3", "ja": "鍵の構成要素 {} / 3"}


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_each_page_holds_one_component_as_groups_and_as_a_code(desk: Desk, language: str) -> None:
    options = ("--pdf", "--language", language, "--group-name", NAMES[language])
    made = desk.json("group", "new", "--out", "g", *options)
    pages = pages_of(Path(made["mailers"]).read_bytes())
    components = [read_component(Path(item["file"])) for item in made["components"]]
    assert len(pages) == len(components) == 3
    for page, component in zip(pages, components, strict=True):
        text = squeezed(page.text)
        assert squeezed(TITLES[language].format(component.number)) in text
        assert squeezed(NAMES[language]) in text
        assert component.kcv.hex().upper() in text
        groups = checked_groups(component.value.reveal())
        assert all(group in text for group in groups)
        (code,) = page.codes
        assert parse_component(code) == component
        for other in components:
            if other is not component:
                assert checked_groups(other.value.reveal())[0] not in text


def test_the_pdf_carries_its_fonts_and_is_its_owners_alone(desk: Desk) -> None:
    desk.done("group", "new", "--out", "g", "--pdf", "--language", "ja")
    path = desk.folder / "g/mailers.pdf"
    content = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    fonts = set(re.findall(rb"/BaseFont /(\S+)", content))
    assert fonts
    assert all(re.fullmatch(rb"[A-Z]{6}\+NotoSansJP", font) for font in fonts)  # subsets, embedded
    assert b"/FontFile3" in content


def test_mailers_can_be_all_there_is(desk: Desk) -> None:
    made = desk.json("group", "new", "--out", "g", "--pdf", "--no-files", "--size", "2")
    assert [item["file"] for item in made["components"]] == [None, None]
    assert [path.name for path in (desk.folder / "g").iterdir()] == ["mailers.pdf"]
    (code,) = pages_of((desk.folder / "g/mailers.pdf").read_bytes())[1].codes
    assert parse_component(code).kcv.hex() == made["components"][1]["kcv"]
    desk.run("group", "new", "--out", "h", "--no-files").failed(2, "--pdf")


def test_a_name_that_cannot_be_printed_leaves_the_old_mailers(desk: Desk) -> None:
    desk.done("group", "new", "--out", "g", "--pdf")
    before = (desk.folder / "g/mailers.pdf").read_bytes()
    again = ("group", "new", "--out", "g", "--pdf")
    desk.run(*again).failed(2, "--force")
    desk.run(*again, "--force", "--group-name", "\N{SNAKE}").failed(2, "character '\N{SNAKE}'")
    assert (desk.folder / "g/mailers.pdf").read_bytes() == before


def test_without_the_printing_part_it_says_what_to_install(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("fpdf", "twincard.paper.sheet", "twincard.paper.mailers"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "fpdf", None)
    desk.run("group", "new", "--out", "g", "--pdf").failed(2, "pip install 'twincard[paper]'")
    assert not (desk.folder / "g").exists()


def test_no_secret_goes_to_a_temporary_file(desk: Desk) -> None:
    program = """
import os, sys
from twincard.cli import main
written = []
def audit(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
        if arguments[2] & (os.O_WRONLY | os.O_RDWR):
            written.append(str(arguments[0]))
sys.dont_write_bytecode = True
sys.addaudithook(audit)
code = main(["group", "new", "--out", "g", "--pdf"])
print("written:", *written)
sys.exit(code)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    written = ran.stdout.split("written: ")[1].split()
    made = {"g/component-1.txt", "g/component-2.txt", "g/component-3.txt", "g/mailers.pdf"}
    assert {str(path.relative_to(desk.folder)) for path in desk.folder.glob("g/*")} == made
    # Where a file has no name at first, its folder is what is opened. While they are made, a list
    # of them with their hashes is there too.
    assert len(written) == len(made) + 1
    assert set(written) <= made | {"g", "g/.twincard-new-files"}
