"""The journal: what is finished is not asked for again, and nothing else passes for finished."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest
from tests.flows.software_recovery import NEW, NewKey, OldKey, make, move, opened

from twincard.cms import OpenableRecipient
from twincard.flows.files.opener import CardRecipient
from twincard.flows.recover.outcomes import RecoverOutcome


@pytest.fixture
def uses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the keys have done, as cards would count it."""
    uses: list[str] = []
    transcode, check = OldKey.transcode_with_check, NewKey.check

    def transcoded(self: OldKey, recipient: OpenableRecipient) -> CardRecipient:
        uses.append("old")
        return transcode(self, recipient)

    def checked(self: NewKey, recipient: OpenableRecipient) -> bytes:
        uses.append("new")
        return check(self, recipient)

    monkeypatch.setattr(OldKey, "transcode_with_check", transcoded)
    monkeypatch.setattr(NewKey, "check", checked)
    return uses


def test_finished_files_ask_no_card_again(tmp_path: Path, uses: list[str]) -> None:
    journal = tmp_path / "state" / "journal"
    make(tmp_path / "files", [f"{number:03}" for number in range(150)])
    assert {file.outcome for file in move(tmp_path / "files", journal=journal)} == {
        RecoverOutcome.MOVED
    }
    assert (uses.count("old"), uses.count("new")) == (150, 150)
    uses.clear()
    files = move(tmp_path / "files", journal=journal)
    assert [file.outcome for file in files] == [RecoverOutcome.ALREADY_MOVED] * 150
    assert uses == []
    move(tmp_path / "files")
    assert uses == ["new"] * 150


def test_it_tells_nothing_about_the_files(tmp_path: Path) -> None:
    journal = tmp_path / "state" / "journal"
    make(tmp_path, ["a secret name"])
    move(tmp_path / "a secret name", journal=journal)
    lines = journal.read_bytes().split(b"\n")
    assert [len(line) for line in lines] == [32, 0]
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("way", ["another file", "in place", "moved here", "other key", "torn"])
def test_what_was_replaced_is_not_taken_for_finished(
    tmp_path: Path, uses: list[str], way: str
) -> None:
    """Not even an old version of the same size that gets the old time back, as `cp -p` does."""
    journal = tmp_path / "state" / "journal"
    path, other = make(tmp_path, ["a", "b"])
    shutil.copy2(path, tmp_path / "copy of a")
    move(path, other, journal=journal)
    uses.clear()
    if way == "another file":
        path.unlink()
        shutil.copy2(tmp_path / "copy of a", path)
    elif way == "in place":
        inode = path.stat().st_ino
        shutil.copy2(tmp_path / "copy of a", path)
        assert path.stat().st_ino == inode
    elif way == "moved here":
        (tmp_path / "copy of a").replace(path)
    elif way == "other key":
        journal.write_bytes(b"0" * 32 + b"\n")
    else:
        journal.write_bytes(journal.read_bytes()[:20])
    files = move(path, journal=journal)
    moved = way not in ("other key", "torn")
    assert files[0].outcome is (RecoverOutcome.MOVED if moved else RecoverOutcome.ALREADY_MOVED)
    assert uses
    assert opened(path, NEW) == b"a"


def test_a_file_under_another_name_is_asked_for(tmp_path: Path, uses: list[str]) -> None:
    journal = tmp_path / "journal"
    (path,) = make(tmp_path, ["a"])
    move(path, journal=journal)
    uses.clear()
    path.rename(tmp_path / "b")
    assert [file.outcome for file in move(tmp_path / "b", journal=journal)] == [
        RecoverOutcome.ALREADY_MOVED
    ]
    assert uses == ["new"]


def test_without_a_place_for_it_files_are_moved_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (path,) = make(tmp_path, ["a"])
    (file,) = move(path, journal=tmp_path / "file" / "journal")
    assert file.outcome is RecoverOutcome.MOVED


def test_other_names_of_a_finished_file_are_finished(tmp_path: Path, uses: list[str]) -> None:
    journal = tmp_path / "state" / "journal"
    (path,) = make(tmp_path / "files", ["a"])
    (tmp_path / "files" / "b").hardlink_to(path)
    move(tmp_path / "files", journal=journal)
    uses.clear()
    files = move(tmp_path / "files", journal=journal)
    assert [file.outcome for file in files] == [RecoverOutcome.ALREADY_MOVED] * 2
    assert uses == []
