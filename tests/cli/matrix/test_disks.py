"""A full disk, and a folder that cannot be written to: told, nothing half-made, and gone on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cli.commands import Desk, Ran
from tests.cli.matrix import disks
from tests.cli.matrix.cells import assert_told, contents
from tests.cli.matrix.rack import Rack
from tests.cli.matrix.rows import ROWS, SEALED, Row, rows
from tests.cli.next_steps import names_next_step

from twincard.results.failure import ExitCode

FULL = ("No space left on device", "Free some space there, then run the command again")
READ_ONLY = ("Read-only file system", "Choose another place")


@pytest.fixture
def disk(rack: Rack) -> Iterator[Path]:
    """A small disk of its own, in the folder `disk`."""
    with disks.mounted(rack.desk.folder / "disk") as folder:
        yield folder


def ready(rack: Rack, row: Row, disk: Path) -> list[str]:
    """The words of a command whose results go to the disk."""
    rack.ready(row)
    if f"{{out}}/{SEALED}" in row.words:
        shutil.copy(rack.desk.folder / SEALED, disk)
    return row.filled(out=disk.name)


def assert_file_told(ran: Ran, *words: str) -> None:
    """As `assert_told`; a command that takes several files tells of each by itself."""
    if "error" in ran.json:
        assert_told(ran, ExitCode.FILE, *words)
        return
    sentence = ran.failed(ExitCode.FILE, *words).removeprefix("Error: ")
    assert names_next_step(sentence), sentence
    (file,) = ran.json["files"]
    assert sentence.endswith(file.get("error") or file["reason"])


def check(rack: Rack, row: Row, disk: Path, spoil: Callable[[Path], None], *words: str) -> None:
    command = ready(rack, row, disk)
    spoil(disk)
    files = contents(rack.desk.folder)
    assert_file_told(rack.desk.run(*command, "--json"), *words)
    assert contents(rack.desk.folder) == files


@rows("out", without=("demo",))
def test_a_full_disk(rack: Rack, row: Row, disk: Path) -> None:
    check(rack, row, disk, disks.fill, *FULL)
    disks.free(disk)
    assert rack.desk.run(*row.filled(out=disk.name)).code == 0


@rows("out", without=("demo",))
def test_a_disk_that_cannot_be_written_to(rack: Rack, row: Row, disk: Path) -> None:
    check(rack, row, disk, disks.make_read_only, *READ_ONLY)
    disks.make_writable(disk)
    assert rack.desk.run(*row.filled(out=disk.name)).code == 0


def test_the_demo_on_a_full_disk(rack: Rack, disk: Path) -> None:
    command = ready(rack, ROWS["demo"], disk)
    disks.fill(disk)
    assert_told(rack.desk.run(*command, "--json"), ExitCode.FILE, *FULL)


def test_the_demo_where_nothing_can_be_written(rack: Rack, disk: Path) -> None:
    check(rack, ROWS["demo"], disk, disks.make_read_only, *READ_ONLY)


@pytest.mark.parametrize("spoil", [disks.fill, disks.make_read_only])
def test_simulated_cards_on_such_disks(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path], None]
) -> None:
    """Neither is one half-made, nor one lost that was there."""
    with disks.mounted(tmp_path / "disk") as disk:
        monkeypatch.setenv("TWINCARD_HOME", str(disk))
        desk.done("sim", "new", "花子")
        before = contents(disk)
        spoil(disk)
        read_only = spoil is disks.make_read_only
        ran = desk.run("sim", "new", "新", "--json")
        assert_told(ran, ExitCode.FILE, READ_ONLY[0] if read_only else FULL[0])
        assert {
            name: content for name, content in contents(disk).items() if "花子" in name
        } == before
        assert [name for name in contents(disk) if "新" in name] == []
        if read_only:
            for words in (["card", "info", "-r", "sim:花子"], ["sim", "remove", "花子", "--yes"]):
                assert_told(desk.run(*words, "--json"), ExitCode.FILE, READ_ONLY[0])
            disks.make_writable(disk)
        else:
            disks.free(disk)
        desk.done("sim", "new", "新")
        desk.done("card", "info", "-r", "sim:花子")
