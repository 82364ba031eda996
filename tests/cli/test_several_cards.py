"""One `decrypt` with several cards: each file is opened with the card that it names."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.cli.conftest import COMPONENTS, FIRST, PINS

FILES = ("for-alice", "for-bob", "for-both")
BOTH = ("-r", "sim:alice", "-r", "sim:bob")


@pytest.fixture(scope="module")
def template(
    templates: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The cards of Alice (with `pin`) and Bob (with `backup-pin`), and three files."""
    folder = tmp_path_factory.mktemp("two")
    shutil.copytree(templates["duplicated"], folder, dirs_exist_ok=True)
    pair = ("--original", "sim:bob-2", "--backup", "sim:bob")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWINCARD_HOME", str(folder / "cards"))
        desk = Desk(folder, patch)
        for name in ("bob-2", "bob"):
            desk.done("sim", "new", name)
        desk.done("issue", *pair, *PINS, "--puk-file", "puk", *FIRST)
        desk.done("duplicate", *pair, *PINS, *COMPONENTS, "--key", "p256")
        desk.done("public-key", "-r", "sim:bob-2", "-o", "bob.pem")
        for name, keys in zip(FILES, (["alice"], ["bob"], ["bob", "alice"]), strict=True):
            (folder / name).write_text(name)
            desk.done("encrypt", *[word for key in keys for word in ("--to", f"{key}.pem")], name)
            (folder / name).unlink()
        yield folder


@pytest.fixture
def two(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk of one's own with all of that."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("TWINCARD_HOME", str(tmp_path / "cards"))
    return Desk(tmp_path, monkeypatch)


def test_each_file_is_opened_by_the_card_it_names(two: Desk) -> None:
    sealed = [f"{name}.p7m" for name in FILES]
    two.done("decrypt", *BOTH, "--pin-file", "pin", "--pin-file", "backup-pin", *sealed)
    assert [Path(name).read_text() for name in FILES] == list(FILES)
    two.run(
        "decrypt", *BOTH, "--pin-file", "pin", "--pin-file", "pin", "for-bob.p7m", "--force"
    ).failed(5)


def test_only_the_card_that_a_file_names_gets_a_pin(two: Desk) -> None:
    wrong = ("--pin-file", "wrong", "--pin-file", "backup-pin")
    two.done("decrypt", *BOTH, *wrong, "for-bob.p7m")
    sealed = (two.folder / "for-bob.p7m").read_bytes()
    piped = two.done("decrypt", *BOTH, *wrong, "-", "-o", "-", stdin=sealed)
    assert piped.out == b"for-bob"
    tries = two.json("card", "info", "-r", "sim:alice")["pin"]["tries_left"]
    assert tries == 3


def test_one_pin_file_serves_all_and_another_number_is_refused(two: Desk) -> None:
    two.done("decrypt", *BOTH, "--pin-file", "pin", "for-alice.p7m")
    three = ("--pin-file", "pin") * 3
    two.run("decrypt", *BOTH, *three, "for-alice.p7m").failed(2, "once for each --reader")
    twice = ("-r", "sim:alice", "-r", "sim:alice")
    two.run("decrypt", *twice, "--pin-file", "pin", "for-alice.p7m").failed(2, "twice")


def test_a_file_for_other_cards_and_one_that_is_none_fail_alone(two: Desk) -> None:
    (two.folder / "plain.p7m").write_text("plain")
    files = ("plain.p7m", "for-alice.p7m")
    ran = two.run("decrypt", *BOTH, "--pin-file", "pin", *files, "--json")
    assert ran.code == 8
    first, second = ran.json["files"]
    assert "not a CMS file" in first["error"]
    assert second["error"] is None
    pair = ("-r", "sim:alice", "-r", "sim:控え")
    alone = two.run(
        "decrypt", *pair, "--pin-file", "pin", "--pin-file", "backup-pin", "for-bob.p7m"
    )
    alone.failed(8, "not encrypted to any of these cards")
