"""`twincard recover` as a user runs it: what it finds, tells and leaves behind."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.as_user import NOBODY, as_user, needs_root
from tests.cli.commands import Desk
from tests.cli.conftest import PINS

from twincard.card.usage import Usage
from twincard.cms import OpenableRecipient
from twincard.flows.files.opener import CardChecker
from twincard.flows.recover.moving import Mover
from twincard.flows.recover.outcomes import RecoveredFile
from twincard.transport import CardGoneError

FROM_BACKUP = ("--from", "sim:控え", "--new", "sim:new", "--pin-file", "backup-pin")
RECOVER = ("recover", *FROM_BACKUP, "--new-pin-file", "pin")


@pytest.fixture(scope="module")
def template(templates: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of `duplicated`, and a new original with its backup, and encrypted files."""
    folder = tmp_path_factory.mktemp("new") / "folder"
    shutil.copytree(templates["duplicated"], folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWINCARD_HOME", str(folder / "cards"))
        desk = Desk(folder, patch)
        new = ("--original", "sim:new", "--backup", "sim:new-backup")
        for name in ("new", "new-backup"):
            desk.done("sim", "new", name)
        desk.done("group", "new", "--size", "1", "--out", "g-new")
        one = ("--component", "1=g-new/component-1.txt")
        desk.done("issue", *new, *PINS, "--puk-file", "puk", "--group-size", "1", *one)
        desk.done("duplicate", *new, *PINS, "--key", "p256")
        for name in ("a", "b", "c"):
            path = folder / "files" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"what is in {name}")
            desk.done("encrypt", "--to", "alice.pem", str(path))
            path.unlink()
        (folder / "files" / "photo").write_bytes(b"\xff\xd8")
        (folder / "files" / "link").symlink_to("photo")
    return folder


@pytest.fixture
def desk(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk of its own."""
    shutil.copytree(template, tmp_path, symlinks=True, dirs_exist_ok=True)
    monkeypatch.setenv("TWINCARD_HOME", str(tmp_path / "cards"))
    return Desk(tmp_path, monkeypatch)


def decrypted(desk: Desk, name: str, reader: str = "sim:new", pin: str = "pin") -> bytes:
    ran = desk.done("decrypt", "-r", reader, "--pin-file", pin, f"files/{name}.p7m", "-o", "-")
    return ran.out


def test_it_looks_first_and_tells_what_it_did(desk: Desk) -> None:
    ran = desk.done(*RECOVER, "files")
    assert ran.err.splitlines() == [
        "Found: 3 encrypted to the old card, 1 not encrypted, 1 not followed (symbolic links).",
        "files/a.p7m: moved to the new card",
        "files/b.p7m: moved to the new card",
        "files/c.p7m: moved to the new card",
    ]
    assert ran.text.splitlines() == [
        "     3 moved to the new card",
        "     1 not encrypted",
        "     1 not followed (symbolic links)",
    ]
    assert decrypted(desk, "b") == b"what is in b"
    again = desk.done(*RECOVER, "files", "--verbose")
    assert "3 moved by an earlier run" in again.err
    assert "files/link: is a symbolic link, which is not followed" in again.err
    assert "files/photo: is not an encrypted file" in again.err


def test_a_repeated_run_asks_the_cards_about_nothing_unless_told_to(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    uses: list[str] = []
    for name in ("transcode", "check"):
        real = getattr(Usage, name)

        def counted(*args: object, name: str = name, real: object = real) -> object:
            uses.append(name)
            assert callable(real)
            return real(*args)

        monkeypatch.setattr(Usage, name, counted)
    desk.done(*RECOVER, "files")
    assert sorted(uses) == ["check"] * 3 + ["transcode"] * 3
    uses.clear()
    assert "3 already on the new card" in desk.done(*RECOVER, "files").text
    assert uses == []
    desk.done(*RECOVER, "files", "--no-journal")
    assert uses == ["check"] * 3


def test_a_dry_run_needs_no_pin_and_changes_nothing(desk: Desk) -> None:
    before = {path: path.read_bytes() for path in Path("files").iterdir()}
    dry = ("recover", "--from", "sim:控え", "--new", "sim:new", "--dry-run", "files")
    assert desk.done(*dry).text.splitlines() == [
        "     3 encrypted to the old card",
        "     1 not encrypted",
        "     1 not followed (symbolic links)",
    ]
    told = desk.json(*dry)
    assert told["found"][0] == {"kind": "for_old", "count": 3}
    assert {item["path"]: item["kind"] for item in told["files"]}["files/link"] == "link"
    assert before == {path: path.read_bytes() for path in Path("files").iterdir()}
    assert desk.run(*dry, "missing").code == 8


@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_a_report_has_each_file(desk: Desk, suffix: str) -> None:
    Path("files/=SUM(1)").write_bytes(b"no formula")
    desk.done(*RECOVER, "files", "--report", f"report.{suffix}")
    text = Path(f"report.{suffix}").read_text()
    if suffix == "json":
        told = json.loads(text)
        rows = {file["path"]: file["outcome"] for file in told["files"]}
        assert (told["moved"], told["links"], told["not_encrypted"]) == (3, 1, 2)
    else:
        rows = {row["path"]: row["outcome"] for row in csv.DictReader(io.StringIO(text))}
    assert rows == {
        "files/=SUM(1)": "not_encrypted",
        "files/a.p7m": "moved",
        "files/b.p7m": "moved",
        "files/c.p7m": "moved",
        "files/link": "link",
        "files/photo": "not_encrypted",
    }
    assert Path(f"report.{suffix}").stat().st_mode & 0o777 == 0o600
    desk.run(*RECOVER, "files", "--report", f"report.{suffix}").failed(
        2, "already exists", "--force"
    )
    desk.done(*RECOVER, "files", "--report", f"report.{suffix}", "--force")
    desk.run(*RECOVER, "files", "--report", "report.txt").failed(2, ".json or .csv")


@pytest.mark.parametrize("how", ["card", "Ctrl-C"])
def test_what_was_done_is_told_although_the_run_ends_early(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    code = 3 if how == "card" else 130
    told = Mover._told

    def ended(mover: Mover, file: RecoveredFile) -> None:
        if file.path.name == "b.p7m":
            raise CardGoneError("The card was removed.") if how == "card" else KeyboardInterrupt
        told(mover, file)

    monkeypatch.setattr(Mover, "_told", ended)
    ran = desk.run(*RECOVER, "files", "--json", "--report", "report.json")
    assert ran.code == code
    assert ran.json["moved"] == 1
    assert [file["path"] for file in ran.json["files"]] == ["files/a.p7m"]
    assert ran.json["error"]["code"] == code
    assert json.loads(Path("report.json").read_text()) == ran.json
    assert ran.err.startswith("Error: ")
    again = desk.run(*RECOVER, "files")
    assert "1 already on the new card" in again.text
    again.failed(code)


def test_cards_with_one_key_share_the_work(desk: Desk) -> None:
    two = ("recover", "--from", "sim:控え", "--from", "sim:alice", "--new", "sim:new")
    desk.done("card", "pin", "-r", "sim:控え", "--pin-file", "backup-pin", "--set-pin-file", "pin")
    assert "3 moved" in desk.done(*two, "--pin-file", "pin", "files").text
    other = ("recover", "--from", "sim:控え", "--from", "sim:new-backup", "--new", "sim:new")
    desk.run(*other, "--pin-file", "pin", "files").failed(5)
    desk.run(*two[:5], "--new", "sim:alice", "files").failed(2, "given twice")


def test_re_encrypting_changes_key_and_body(desk: Desk) -> None:
    old = Path("files/a.p7m").read_bytes()
    desk.done(*RECOVER, "--re-encrypt", "files")
    new = Path("files/a.p7m").read_bytes()
    assert decrypted(desk, "a") == b"what is in a"
    assert old[-40:-20] not in new
    desk.run("decrypt", "-r", "sim:控え", "--pin-file", "backup-pin", "files/a.p7m").failed(8)


def test_re_encrypting_never_excludes_other_people(desk: Desk) -> None:
    Path("bob.pem").write_bytes(
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    Path("x").write_text("for two")
    desk.done("encrypt", "--to", "alice.pem", "--to", "bob.pem", "x", "-o", "files/x.p7m")
    before = Path("files/x.p7m").read_bytes()
    ran = desk.run(*RECOVER, "--re-encrypt", "files")
    assert ran.code == 8
    assert "encrypted to other keys too" in ran.err
    assert "3 moved" in ran.text
    assert Path("files/x.p7m").read_bytes() == before
    desk.done(*RECOVER, "files")
    assert decrypted(desk, "x") == b"for two"


@needs_root
def test_an_unreadable_folder_is_no_success(desk: Desk) -> None:
    closed = Path("files/closed")
    closed.mkdir(mode=0)
    os.chown(closed, NOBODY, NOBODY)
    for path in (desk.folder, *desk.folder.parents):
        if path.stat().st_uid == 0 and path.is_relative_to("/tmp/pytest-of-root"):  # noqa: S108
            path.chmod(0o755)
    for path in (*desk.folder.rglob("*"), desk.folder):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    with as_user():
        ran = desk.run(*RECOVER, "files", "--json")
        checked = desk.run(
            "card", "check", "-r", "sim:alice", "--pin-file", "pin", "files", "--json"
        )
    assert ran.code == 8
    assert (ran.json["moved"], ran.json["unreadable"]) == (3, 1)
    assert checked.code == 9
    assert not checked.json["passed"]


def test_ctrl_c_in_the_middle_ends_it_cleanly(desk: Desk) -> None:
    """With both cards at work: the run ends at once, tells what it did, and goes on later."""
    for number in range(60):
        shutil.copy("files/a.p7m", f"files/a{number:02}.p7m")
    process = subprocess.Popen(
        [sys.executable, "-m", "twincard.cli", *RECOVER, "files"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stderr is not None
    for _line in range(5):
        process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.splitlines()[-1] == "Error: Interrupted. To finish, run the command again."
    moved = int(out.split()[0])
    assert out.splitlines()[0] == f"{moved:>6} moved to the new card"
    assert 4 <= moved < 63
    again = desk.json(*RECOVER, "files")
    assert again["moved"] + again["already_moved"] == 63
    assert again["moved"] >= 63 - moved - 1
    assert not list(Path("files").glob(".*"))


def test_a_drill_that_ends_early_tells_what_it_tried(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = CardChecker.check
    tried: list[object] = []

    def pulled(checker: CardChecker, recipient: OpenableRecipient) -> bytes:
        tried.append(recipient)
        if len(tried) == 3:
            raise CardGoneError("The card was removed.")
        return check(checker, recipient)

    monkeypatch.setattr(CardChecker, "check", pulled)
    drill = ("card", "check", "-r", "sim:控え", "--pin-file", "backup-pin", "files", "--json")
    ran = desk.run(*drill)
    assert ran.code == 3
    assert [file["path"] for file in ran.json["files"]] == ["files/a.p7m", "files/b.p7m"]
    assert ran.json["error"]["name"] == "no_card"
