"""Files from the command line: encrypted, opened by either card, given away, recovered."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tests.cli.commands import BACKUP_PIN, Desk
from tests.cli.conftest import PINS

LETTER = Path("手紙 [1].txt")
SEALED = "手紙 [1].txt.p7m"
GIVEN = "手紙 [1].txt.bob.p7m"
CONTENT = "秘密の手紙\n".encode()
BY_ORIGINAL = ("-r", "sim:alice", "--pin-file", "pin")
BY_BACKUP = ("-r", "sim:控え", "--pin-file", "backup-pin")


@pytest.fixture
def sealed(duplicated: Desk) -> Desk:
    """A desk with a letter, encrypted to `alice`."""
    (duplicated.folder / LETTER).write_bytes(CONTENT)
    made = duplicated.json("encrypt", "--to", "alice.pem", str(LETTER))
    assert made["files"] == [{"file": str(LETTER), "output": SEALED, "error": None}]
    (duplicated.folder / LETTER).unlink()
    return duplicated


def test_original_and_backup_open_the_same_file(sealed: Desk) -> None:
    assert sealed.done("decrypt", *BY_ORIGINAL, SEALED, "-o", "-").out == CONTENT
    sealed.done("decrypt", *BY_BACKUP, SEALED)
    assert LETTER.read_bytes() == CONTENT
    assert LETTER.stat().st_mode & 0o777 == 0o600


def test_pins_come_line_by_line_from_standard_input(sealed: Desk) -> None:
    pin = f"{BACKUP_PIN}\nnext line\n".encode()
    opened = sealed.done(
        "decrypt", "-r", "sim:控え", "--pin-file", "-", SEALED, "-o", "-", stdin=pin
    )
    assert opened.out == CONTENT


def test_what_exists_is_overwritten_only_by_force(sealed: Desk) -> None:
    LETTER.write_bytes(b"mine")
    sealed.run("decrypt", *BY_BACKUP, SEALED).failed(2, "already exists", "--force")
    sealed.run("encrypt", "--to", "alice.pem", str(LETTER)).failed(2, "--force")
    assert LETTER.read_bytes() == b"mine"
    sealed.done("decrypt", *BY_BACKUP, SEALED, "--force")
    assert LETTER.read_bytes() == CONTENT


def test_a_wrong_pin_leaves_no_output(sealed: Desk) -> None:
    refused = sealed.run("decrypt", "-r", "sim:alice", "--pin-file", "wrong", SEALED)
    refused.failed(5, "2 tries")
    assert not LETTER.exists()


def test_an_altered_file_leaves_no_output(sealed: Desk) -> None:
    content = bytearray(Path(SEALED).read_bytes())
    content[-30] ^= 1
    Path(SEALED).write_bytes(content)
    ran = sealed.run("decrypt", *BY_BACKUP, SEALED, "--json")
    assert ran.code == 8
    assert ran.json["files"][0]["output"] is None
    assert "altered" in ran.json["files"][0]["error"]
    assert [path.name for path in sealed.folder.glob("*手紙*")] == [SEALED]


def test_one_bad_file_does_not_keep_the_others_closed(sealed: Desk) -> None:
    Path("not-sealed.p7m").write_bytes(b"plain")
    ran = sealed.run("decrypt", *BY_BACKUP, "missing.p7m", "not-sealed.p7m", SEALED, "--json")
    assert ran.code == 8
    errors = [item["error"] for item in ran.json["files"]]
    assert "No such file" in errors[0]
    assert "not a CMS file" in errors[1]
    assert errors[2] is None
    assert LETTER.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("encrypt", "--to", "pin", "pin"), "neither a public key nor a certificate"),
        (("encrypt", "--to", "alice.pem", "pin", "puk", "-o", "nowhere"), "folder"),
        (("encrypt", "--to", "alice.pem", "pin", "-o", "pin", "--force"), "input"),
        (("encrypt", "--to", "alice.pem", "pin", "-o", "-", "--json"), "Standard output"),
        (("encrypt", "--to", "alice.pem", "pin", "g/../pin", "-o", "g"), "Two outputs"),
        (("decrypt", *BY_ORIGINAL, "pin"), "--out"),
        (("decrypt", *BY_ORIGINAL), "Missing argument"),
        (("decrypt", "--pin-file", "pin", SEALED), "Missing option"),
    ],
)
def test_what_makes_no_sense_is_refused_before_a_card_is_touched(
    sealed: Desk, words: tuple[str, ...], said: str
) -> None:
    sealed.run(*words).failed(2, said)


def test_an_output_that_cannot_be_written_is_a_plain_error(sealed: Desk) -> None:
    ran = sealed.run("encrypt", "--to", "alice.pem", "pin", "-o", "no/such/folder/pin.p7m")
    assert ran.code == 8
    assert "No such file or directory" in ran.err
    sealed.run("encrypt", "--to", "missing.pem", "pin").failed(8, "missing.pem")


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_is_a_plain_error(sealed: Desk) -> None:
    folder = sealed.folder / "read-only"
    folder.mkdir(mode=0o500)
    ran = sealed.run("encrypt", "--to", "alice.pem", "pin", "-o", "read-only")
    assert ran.code == 8
    assert "ermission" in ran.err


def test_a_file_is_given_to_a_key_in_software_without_being_opened(sealed: Desk) -> None:
    subprocess.run(
        ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "bob.key"],
        check=True,
    )
    subprocess.run(["openssl", "ec", "-in", "bob.key", "-pubout", "-out", "bob.pem"], check=True)
    given = sealed.json("transcode", *BY_ORIGINAL, "--to", "bob.pem", SEALED)
    assert given["files"][0]["output"] == GIVEN
    opened = subprocess.run(
        ["openssl", "cms", "-decrypt", "-inform", "DER", "-in", GIVEN, "-inkey", "bob.key"],
        check=True,
        capture_output=True,
    )
    assert opened.stdout == CONTENT
    refused = sealed.run("decrypt", *BY_ORIGINAL, GIVEN)
    assert refused.code == 8
    assert "not encrypted to this key" in refused.err


def test_a_card_gives_files_to_no_longer_rsa_keys(sealed: Desk) -> None:
    subprocess.run(["openssl", "genrsa", "-out", "long.key", "3072"], check=True)
    subprocess.run(["openssl", "rsa", "-in", "long.key", "-pubout", "-out", "long.pem"], check=True)
    words = ("transcode", *BY_ORIGINAL, "--to", "long.pem", SEALED)
    sealed.run(*words).failed(2, "RSA-2048 and P-256")


@pytest.mark.parametrize("name", [".p7m", "..p7m", "...p7m"])
def test_a_name_of_which_nothing_is_left_is_refused(sealed: Desk, name: str) -> None:
    Path(SEALED).rename(name)
    sealed.run("decrypt", *BY_BACKUP, name).failed(2, "--out")
    assert sealed.done("decrypt", *BY_BACKUP, name, "-o", "-").out == CONTENT


def test_control_characters_of_a_name_reach_no_terminal(sealed: Desk) -> None:
    name = "a\x1b[2J\x7f\x9b31m\n.p7m"
    Path(SEALED).rename(name)
    for _ in ("it is told", "its result exists already"):
        ran = sealed.run("decrypt", *BY_BACKUP, name)
        assert not set(ran.err + ran.text) & {"\x1b", "\x7f", "\x9b"}
        assert "\\x1b[2J\\x7f\\x9b31m\\x0a" in ran.err
    made = sealed.run("encrypt", "--to", "alice.pem", name, "--json")
    assert not set(made.text) & {"\x1b", "\x7f", "\x9b"}
    assert made.json["files"][0]["file"] == name


def test_cards_swapped_in_recovery_are_noticed_before_any_pin_is_sent(sealed: Desk) -> None:
    swapped = ("recover", "--from", "sim:alice", "--new", "sim:控え", "--pin-file", "pin")
    sealed.run(*swapped, SEALED).failed(7, "New card sim:控え", "issued as a backup")
    for reader in ("sim:alice", "sim:控え"):
        assert sealed.json("card", "info", "-r", reader)["pin"]["tries_left"] == 3


def test_files_move_to_a_new_original_and_only_those_that_can(sealed: Desk) -> None:
    new = ("--original", "sim:new", "--backup", "sim:new-backup")
    for name in ("new", "new-backup"):
        sealed.done("sim", "new", name)
    sealed.done("group", "new", "--size", "1", "--out", "g-new")
    one = ("--component", "1=g-new/component-1.txt")
    sealed.done("issue", *new, *PINS, "--puk-file", "puk", "--group-size", "1", *one)
    sealed.done("duplicate", *new, *PINS, "--key", "rsa2048")
    sealed.done("sim", "remove", "alice", "--yes")

    folder = sealed.folder / "書類"
    folder.mkdir()
    Path(SEALED).rename(folder / SEALED)
    (folder / "plain.txt").write_bytes(b"plain")
    recover = ("recover", "--from", "sim:控え", "--new", "sim:new")
    pins = ("--pin-file", "backup-pin", "--new-pin-file", "pin")
    first = sealed.json(*recover, *pins, "書類")
    counts = ("moved", "already_moved", "not_for_this_key", "not_encrypted", "failed")
    assert [first[name] for name in counts] == [1, 0, 0, 1, 0]
    moved = {item["path"]: item["outcome"] for item in first["files"]}
    assert moved[f"書類/{SEALED}"] == "moved"
    again = sealed.run(*recover, *pins, "書類", "missing", "--json")
    assert again.code == 8
    assert [again.json[name] for name in counts] == [0, 1, 0, 1, 1]
    by_new = ("-r", "sim:new", "--pin-file", "pin")
    opened = sealed.done("decrypt", *by_new, f"書類/{SEALED}", "-o", "-")
    assert opened.out == CONTENT
    assert (folder / "plain.txt").read_bytes() == b"plain"
