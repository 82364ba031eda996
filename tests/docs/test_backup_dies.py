"""docs/when-a-backup-dies.md typed at a terminal in both languages, for every row of its table."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.commands import Desk
from tests.docs.examples import ROOT
from tests.docs.typed import Walk
from tests.docs.walked import blocks_in_order

from twincard import Card, Secret, connect
from twincard.card.report import Mode
from twincard.flows.identity import introduce
from twincard.keys.component import read_component
from twincard.keys.key_type import KeyType
from twincard.simulator.shared_program import one_program

PAGE = (ROOT / "docs/when-a-backup-dies.md").read_text(encoding="utf-8")
BEFORE, DURING, MOVE = (
    "Before it got the key",
    "While it was getting the key",
    "Move to a new pair",
)
COMPONENT = 17
"""The questions for a component: its groups and its KCV."""
PAIR = ("--original", "sim:alice", "--backup", "sim:alice-backup")
HELD = ("--component", "2=g/component-2.txt", "--component", "3=g/component-3.txt")
PIN = "123456"
NAMES = ("one.txt", "two.txt")

pytestmark = pytest.mark.usefixtures("_one_program")


@pytest.fixture(scope="module")
def _one_program() -> Iterator[None]:
    with one_program():
        yield


@pytest.fixture(scope="module")
def beginnings(
    tmp_path_factory: pytest.TempPathFactory, _one_program: None
) -> Iterator[dict[str, Path]]:
    """What the page begins with: folders in which the backup died at different times."""
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        for name, options in (("issued", ()), ("with files", ("--public-key-at-once",))):
            made[name] = _issued(tmp_path_factory.mktemp("begin"), patch, *options)
        for name, of in (("pending", "issued"), ("duplicated", "issued")):
            made[name] = tmp_path_factory.mktemp("begin")
            shutil.copytree(made[of], made[name], dirs_exist_ok=True)
        _leave_pending(_at(made["pending"], patch))
        desk = _at(made["with files"], patch)
        _leave_pending(desk)
        _encrypt_files(desk)
        desk = _at(made["duplicated"], patch)
        desk.done("duplicate", *PAIR, *HELD, "--key", "p256", "--pin-file", "pin.txt")
        _encrypt_files(desk)
        yield made


def _at(folder: Path, patch: pytest.MonkeyPatch) -> Desk:
    patch.setenv("TWINCARD_HOME", str(folder / "cards"))
    desk = Desk(folder, patch)
    desk.write_secret("pin.txt", PIN)
    desk.write_secret("puk.txt", "12345678")
    return desk


def _issued(folder: Path, patch: pytest.MonkeyPatch, *options: str) -> Path:
    desk = _at(folder, patch)
    desk.done("sim", "new", "alice")
    desk.done("sim", "new", "alice-backup")
    desk.done("group", "new", "--out", "g")
    desk.done("issuer", "new", "issuer.key")
    given = ("--component", "1=g/component-1.txt", "--certify-with", "issuer.key")
    pins = ("--pin-file", "pin.txt", "--puk-file", "puk.txt")
    desk.done("issue", *PAIR, *given, *pins, *options)
    return folder


def _leave_pending(desk: Desk) -> None:
    """As if the power had failed after the export: the block never reached the backup."""
    with Card(connect("sim:alice")) as original, Card(connect("sim:alice-backup")) as backup:
        for card in (original, backup):
            card.pin.verify(Secret(PIN))
            for number in (2, 3):
                path = desk.folder / f"g/component-{number}.txt"
                card.group.set_component(read_component(path))
        original.usage.generate(KeyType.P_256)
        introduce(original, backup)
        ticket = backup.duplication.ticket(original.report().card_id, Mode.HOST_BLIND)
        original.duplication.export_key(ticket)


def _encrypt_files(desk: Desk) -> None:
    (desk.folder / "files").mkdir()
    desk.done("public-key", "-r", "sim:alice", "-o", "alice.pem")
    for name in NAMES:
        path = desk.folder / "files" / name
        path.write_text(f"what is in {name}\n")
        desk.done("encrypt", "--to", "alice.pem", str(path))
        path.unlink()


@pytest.fixture
def desk(
    request: pytest.FixtureRequest,
    beginnings: dict[str, Path],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    """A copy of one of these folders, to type in; the backup is dead."""
    shutil.copytree(beginnings[request.param], folder, dirs_exist_ok=True)
    desk = Desk(folder, monkeypatch)
    desk.done("sim", "remove", "alice-backup", "--yes")
    return desk


def typed(*sections: str, blocks: slice = slice(None)) -> Walk:
    """Type the blocks of sections at one terminal."""
    with Walk() as walk:
        for section in sections:
            text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
            for script in blocks_in_order(text)[blocks]:
                walk.block(script)
    assert PIN not in walk.shown
    return walk


def info(desk: Desk, name: str) -> dict[str, Any]:
    return desk.json("card", "info", "-r", f"sim:{name}")


@pytest.mark.parametrize("desk", ["issued"], indirect=True)
def test_a_backup_that_dies_before_is_replaced(desk: Desk, language: str) -> None:
    assert info(desk, "alice")["export"]["state"] == "none"
    walk = typed(BEFORE)
    # PIN and PUK twice; two PINs of `duplicate`, one of `card check`.
    assert walk.questions == 3 * COMPONENT + 4 + 2 + 1
    assert info(desk, "alice-backup-2")["export"]["state"] == "imported"


@pytest.mark.parametrize("desk", ["pending"], indirect=True)
def test_a_backup_that_dies_during_is_given_up_and_another_gets_a_new_key(
    desk: Desk, language: str
) -> None:
    before = info(desk, "alice")
    assert before["export"]["state"] == "pending"
    walk = typed(DURING)
    # Giving up asks for a confirmation and the PIN; PIN and PUK as above.
    assert walk.questions == 2 + 3 * COMPONENT + 4 + 2
    after = info(desk, "alice")
    assert after["export"]["state"] == "done"
    assert after["key"]["public_key_sha256"] != before["key"]["public_key_sha256"]
    assert info(desk, "alice-backup-2")["export"]["state"] == "imported"


@pytest.mark.parametrize("desk", ["with files"], indirect=True)
def test_files_encrypted_before_there_was_a_backup_move(desk: Desk, language: str) -> None:
    given_up = typed(DURING, blocks=slice(1))
    assert given_up.questions == 2
    moved_to_a_new_pair(desk)


@pytest.mark.parametrize("desk", ["duplicated"], indirect=True)
def test_a_backup_that_dies_after_lets_the_files_move(desk: Desk, language: str) -> None:
    export = info(desk, "alice")["export"]
    assert (export["done"], export["allowed"]) == (1, 1)
    moved_to_a_new_pair(desk)


def moved_to_a_new_pair(desk: Desk) -> None:
    walk = typed(MOVE)
    # `recover` asks for two PINs; `card terminate` for a confirmation and one.
    assert walk.questions == 3 * COMPONENT + 4 + 2 + 2 + 1 + 2
    for name in NAMES:
        decrypt = ("decrypt", "-r", "sim:bob-backup", "--pin-file", "pin.txt")
        desk.done(*decrypt, f"files/{name}.p7m", "-o", name)
        assert Path(name).read_text() == f"what is in {name}\n"
    assert info(desk, "alice")["life_cycle"] == "terminated"


def test_a_backup_that_only_lost_its_power_gets_the_key_after_all(
    beginnings: dict[str, Path], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(beginnings["pending"], folder, dirs_exist_ok=True)
    desk = Desk(folder, monkeypatch)
    assert desk.json("duplicate", *PAIR, "--pin-file", "pin.txt")["copied"] is True
