"""Desks with cards at different stages; each test gets a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.made_once import made_once

from twincard.simulator.shared_program import one_program

PAIR = ("--original", "sim:alice", "--backup", "sim:控え")
PINS = ("--pin-file", "pin", "--backup-pin-file", "backup-pin")
COMPONENTS = ("--component", "2=g/component-2.txt", "--component", "3=g/component-3.txt")
FIRST = ("--component", "1=g/component-1.txt")
FILES = ("--member-number", "会員七番", "--expires", "2030-12")


@pytest.fixture(scope="module", autouse=True)
def _one_program() -> Iterator[None]:
    """Commands that run in this process find a program for their cards, which starts in no time."""
    with one_program():
        yield


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of an issued and of a duplicated pair, made by the commands themselves."""
    made = made_once(tmp_path_factory, "desks", _make_desks)
    return {name: made / name for name in ("issued", "duplicated")}


def _make_desks(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch, one_program():
        at_work = folder / "duplicated"
        at_work.mkdir()
        patch.setenv("TWINCARD_HOME", str(at_work / "cards"))
        desk = Desk(at_work, patch)
        desk.done("sim", "new", "alice")
        desk.done("sim", "new", "控え")
        desk.done("group", "new", "--out", "g")
        desk.done("issue", *PAIR, *PINS, "--puk-file", "puk", *FIRST, *FILES)
        shutil.copytree(at_work, folder / "issued")
        desk.done("duplicate", *PAIR, *PINS, *COMPONENTS, "--key", "p256")
        desk.done("public-key", "-r", "sim:alice", "-o", "alice.pem")


@pytest.fixture
def desk(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with no card."""
    return Desk(tmp_path, monkeypatch)


@pytest.fixture
def issued(templates: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The cards `alice` and `控え`, issued: component 1 is set, 2 and 3 are in files."""
    return _copy(templates["issued"], tmp_path, monkeypatch)


@pytest.fixture
def duplicated(templates: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The same with the key of `alice`, P-256, on both, and its public key in `alice.pem`."""
    return _copy(templates["duplicated"], tmp_path, monkeypatch)


def _copy(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("TWINCARD_HOME", str(tmp_path / "cards"))
    return Desk(tmp_path, monkeypatch)
