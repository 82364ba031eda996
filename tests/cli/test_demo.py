"""The demo runs to its end with files of the user, and cannot end well when a check fails."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.cli.commands import Desk

from twincard.demo.narrator import CheckFailedError, Narrator
from twincard.demo.openssl import OpenSsl


def test_the_demo_brings_files_of_mine_through_and_leaves_them_alone(desk: Desk) -> None:
    mine = desk.folder / "私の書類"
    mine.mkdir()
    (mine / "a.txt").write_bytes("極秘".encode())
    (mine / "empty").touch()
    told = desk.json("demo", str(mine), "pin", "--key", "p256", "--keep", "kept")
    assert {path.name for path in mine.iterdir()} == {"a.txt", "empty"}
    opened = Path("kept/opened-by-new-original")
    assert (opened / "yours/私の書類/a.txt").read_bytes() == "極秘".encode()
    assert (opened / "yours/pin").read_bytes() == Path("pin").read_bytes()
    large = opened / "large/recording.bin"
    assert large.stat().st_size == 100_000_000
    assert _digest(large) == _digest(Path("kept/documents/large/recording.bin"))
    assert told["files"] == sum(path.is_file() for path in opened.rglob("*")) > 50
    said = " ".join(check["text"] for check in told["checks"])
    for words in ("refuses to hand the key over", "bit for bit", "files moved", "OpenSSL 3"):
        assert words in said
    # The user's own simulated cards are not touched, and those of the demo are gone.
    assert desk.json("sim", "list")["cards"] == []


def test_a_failed_check_ends_the_demo() -> None:
    narrator = Narrator(None)
    narrator.chapter("One")
    narrator.check("this holds", True)
    with pytest.raises(CheckFailedError, match="this does not"):
        narrator.check("this does not", False)
    assert [check.text for check in narrator.checks] == ["this holds"]


def test_the_demo_wants_files_that_exist_and_a_new_folder(desk: Desk) -> None:
    desk.run("demo", "missing.txt").failed(2, "missing.txt")
    desk.run("demo", "--keep", ".").failed(2, "new folder")


def test_without_openssl_3_there_is_no_second_opinion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert OpenSsl.find() is not None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert OpenSsl.find() is None
    old = tmp_path / "openssl"
    old.write_text("#!/bin/sh\necho 'LibreSSL 3.3.6'\n")
    old.chmod(0o755)
    assert OpenSsl.find() is None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
