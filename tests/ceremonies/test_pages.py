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

from twincard import Card, Secret, connect
from twincard.card.report import Mode
from twincard.flows.identity import introduce
from twincard.ground.language import speaking
from twincard.keys.checked_groups import checked_groups
from twincard.keys.component import parse_component, read_component
from twincard.keys.key_type import KeyType

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


# --- docs/ceremonies.md ----------------------------------------------------------------------


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


# --- docs/when-a-backup-dies.md --------------------------------------------------------------


@pytest.fixture
def issued(folder: Path) -> Path:
    """What the page begins with: the pair issued, components in `g`."""
    issue()
    return folder


def issue(*options: str) -> None:
    shell(
        "twincard sim new alice; twincard sim new alice-backup; twincard group new --out g\n"
        "twincard issuer new issuer.key\n"
        f"twincard issue {' '.join((*PAIR, *options))} --component 1=g/component-1.txt "
        "--certify-with issuer.key --pin-file pin.txt --puk-file puk.txt"
    )


def test_a_backup_that_dies_before_is_replaced(issued: Path) -> None:
    assert ask("twincard card info -r sim:alice")["export"]["state"] == "none"
    shell("twincard sim remove alice-backup --yes")
    for script in blocks("when-a-backup-dies.md", "Before it got the key"):
        shell(script)
    assert ask("twincard card info -r sim:alice-backup-2")["export"]["state"] == "imported"


def test_a_backup_that_dies_during_is_given_up_and_another_gets_a_new_key(issued: Path) -> None:
    leave_pending()
    before = ask("twincard card info -r sim:alice")
    assert before["export"]["state"] == "pending"
    shell("twincard sim remove alice-backup --yes")
    for script in blocks("when-a-backup-dies.md", "While it was getting the key"):
        shell(script)
    after = ask("twincard card info -r sim:alice")
    assert after["export"]["state"] == "done"
    assert after["key"]["public_key_sha256"] != before["key"]["public_key_sha256"]
    assert ask("twincard card info -r sim:alice-backup-2")["export"]["state"] == "imported"


def test_files_encrypted_before_there_was_a_backup_move(folder: Path) -> None:
    issue("--public-key-at-once")
    leave_pending()
    encrypt_files()
    shell("twincard sim remove alice-backup --yes")
    shell(blocks("when-a-backup-dies.md", "While it was getting the key")[0])
    moved_to_a_new_pair()


def test_a_backup_that_only_lost_its_power_gets_the_key_after_all(issued: Path) -> None:
    leave_pending()
    assert ask(f"twincard duplicate {' '.join(PAIR)} --pin-file pin.txt")["copied"] is True


def test_a_backup_that_dies_after_lets_the_files_move(issued: Path) -> None:
    components = "--component 2=g/component-2.txt --component 3=g/component-3.txt"
    shell(f"twincard duplicate {' '.join(PAIR)} {components} --key p256 --pin-file pin.txt")
    encrypt_files()
    export = ask("twincard card info -r sim:alice")["export"]
    assert (export["done"], export["allowed"]) == (1, 1)
    shell("twincard sim remove alice-backup --yes")
    moved_to_a_new_pair()


def moved_to_a_new_pair() -> None:
    for script in blocks("when-a-backup-dies.md", "Move to a new pair"):
        shell(script)
    for name in ("one.txt", "two.txt"):
        Path("opened").unlink(missing_ok=True)
        shell(f"twincard decrypt -r sim:bob-backup --pin-file pin.txt files/{name}.p7m -o opened")
        assert Path("opened").read_text() == f"what is in {name}\n"
    assert ask("twincard card info -r sim:alice")["life_cycle"] == "terminated"


def encrypt_files() -> None:
    shell(
        "mkdir files; echo 'what is in one.txt' > files/one.txt; "
        "echo 'what is in two.txt' > files/two.txt\n"
        "twincard public-key -r sim:alice > alice.pem\n"
        "twincard encrypt --to alice.pem files/one.txt files/two.txt; rm files/*.txt"
    )


def leave_pending() -> None:
    """As if the power had failed after the export: the block never reached the backup."""
    with Card(connect("sim:alice")) as original, Card(connect("sim:alice-backup")) as backup:
        for card in (original, backup):
            card.pin.verify(Secret(PIN))
            for number in (2, 3):
                card.group.set_component(read_component(Path(f"g/component-{number}.txt")))
        original.usage.generate(KeyType.P_256)
        introduce(original, backup)
        ticket = backup.duplication.ticket(original.report().card_id, Mode.HOST_BLIND)
        original.duplication.export_key(ticket)
