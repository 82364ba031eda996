"""The how-tos are walked through: every command on them, in order, does what the page says."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.ceremonies.pages import pages_of
from tests.docs.examples import search_path
from tests.docs.typed import Walk

from twincard.ground.language import speaking
from twincard.keys.checked_groups import checked_groups
from twincard.keys.component import parse_component, read_component

DOCS = Path(__file__).parents[2] / "docs"
PIN, PUK = "123456", "12345678"
PAIR = ("--original", "sim:alice", "--backup", "sim:alice-backup")


@pytest.fixture
def folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with the PIN and PUK in files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pin.txt").write_text(PIN)
    (tmp_path / "puk.txt").write_text(PUK)
    return tmp_path


def blocks(page: str, section: str = "") -> list[str]:
    """The shell blocks of a page, or of one of its sections."""
    text = (DOCS / page).read_text(encoding="utf-8")
    if section:
        text = text.split(f"\n## {section}\n")[1].split("\n## ")[0]
    found = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    assert found
    return found


def shell(script: str) -> str:
    """Run lines as somebody types them; their standard output."""
    environment = os.environ | {"PATH": search_path()}
    command = ["bash", "-euc", script]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def ask(command: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(shell(f"{command} --json"))
    return told


@pytest.mark.parametrize(("language", "page"), [("en", "ceremonies"), ("ja", "ceremonies.ja")])
def test_a_ceremony_with_three_holders_and_its_yearly_drill(
    folder: Path, monkeypatch: pytest.MonkeyPatch, language: str, page: str
) -> None:
    monkeypatch.setenv("TWINCARD_LANGUAGE", language)
    monkeypatch.setenv("PATH", search_path())
    secrets = {"--pin-file": PIN, "--puk-file": PUK}
    with speaking([language]), Walk(secrets) as walk:
        for script in blocks(f"{page}.md"):
            if script.startswith("rm "):  # what the holders have on paper from now on
                pages = pages_of(Path("components/mailers.pdf").read_bytes())
                walk.holders = [parse_component(code) for each in pages for code in each.codes]
            walk.block(script)
        # Components with their KCVs, PIN and PUK twice, two PINs of `duplicate`, one of the drill.
        assert walk.questions == 3 * 17 + 4 + 2 + 1
    assert ask("twincard card info -r sim:alice-backup")["export"]["state"] == "imported"
    assert not Path("components/mailers.pdf").exists()
    joined, split = (read_component(Path(f"{at}component-2.txt")) for at in ("", "example/"))
    assert joined == split
    for holder in walk.holders:
        assert checked_groups(holder.value.reveal())[0] not in walk.shown
    (minutes,) = blocks("ceremony-minutes.md")
    values = shell(minutes)
    assert all(holder.kcv.hex().upper() in values.replace(" ", "") for holder in walk.holders)
    assert len(re.findall(r'"chain": "[0-9a-f]{64}"', values)) == 2


def test_the_check_digits_on_the_page_are_those_of_the_program() -> None:
    page = (DOCS / "ceremonies.md").read_text(encoding="utf-8")
    assert " ".join(checked_groups(bytes(range(32)))[:4]) in page
