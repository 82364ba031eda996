"""Archive files from the command line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.cli.commands import Desk

from twincard.cms import ArchiveRecipient, read_recipients

BY_ORIGINAL = ("-r", "sim:alice", "--pin-file", "pin")


@pytest.fixture
def encrypted(duplicated: Desk) -> Desk:
    """A desk with a letter, encrypted to `alice`."""
    Path("letter").write_bytes(b"a letter")
    duplicated.done("encrypt", "--to", "alice.pem", "letter")
    Path("letter").unlink()
    return duplicated


@pytest.mark.parametrize("how", [(), ("--same-body",)])
def test_a_file_for_the_public_key_becomes_an_archive_file(
    encrypted: Desk, how: tuple[str, ...]
) -> None:
    made = encrypted.json("transcode", *BY_ORIGINAL, "--archive", *how, "letter.p7m")
    assert made["files"] == [{"file": "letter.p7m", "output": "letter.archive.p7m", "error": None}]
    with Path("letter.archive.p7m").open("rb") as stream:
        (recipient,) = read_recipients(stream)
    assert isinstance(recipient, ArchiveRecipient)


def test_what_is_archived_opens_with_either_card_and_needs_no_public_key(duplicated: Desk) -> None:
    Path("letter").write_bytes(b"a letter")
    made = duplicated.json("encrypt", "--archive", *BY_ORIGINAL, "letter")
    assert made["files"] == [{"file": "letter", "output": "letter.p7m", "error": None}]
    assert made["recipients"] == []
    for words in (BY_ORIGINAL, ("-r", "sim:控え", "--pin-file", "backup-pin")):
        assert duplicated.done("decrypt", *words, "letter.p7m", "-o", "-").out == b"a letter"
    again = duplicated.json("encrypt", "--archive", *BY_ORIGINAL, "letter")
    assert again["files"][0]["existing"] == "complete"
    from_input = ("encrypt", "--archive", *BY_ORIGINAL, "-", "-o", "from-input")
    duplicated.done(*from_input, stdin=b"a pipe")
    assert duplicated.done("decrypt", *BY_ORIGINAL, "from-input", "-o", "-").out == b"a pipe"


def test_a_file_for_another_archive_key_is_not_complete(encrypted: Desk) -> None:
    """Otherwise the card that is named could not open what the command calls complete."""
    message = Path("letter.p7m").read_bytes()
    encrypted.done("decrypt", *BY_ORIGINAL, "letter.p7m")
    encrypted.done("encrypt", "--archive", *BY_ORIGINAL, "letter", "-o", "own")
    for how in ((), ("--same-body",)):
        words = ("transcode", *BY_ORIGINAL, "--archive", *how, "letter.p7m", "-o", "made")
        encrypted.done(*words)
        assert encrypted.json(*words)["files"][0]["existing"] == "complete"
        of_somebody_else(Path("made"))
        encrypted.run(*words).failed(2, "already exists")
        Path("made").unlink()
    of_somebody_else(Path("own"))
    encrypted.run("encrypt", "--archive", *BY_ORIGINAL, "letter", "-o", "own").failed(2, "exists")
    assert Path("letter.p7m").read_bytes() == message


def of_somebody_else(path: Path) -> None:
    """Make it an archive file for another key; its time stays."""
    time = path.stat().st_mtime_ns
    with path.open("rb") as stream:
        (recipient,) = read_recipients(stream)
    assert isinstance(recipient, ArchiveRecipient)
    name = recipient.identifier.value
    path.write_bytes(path.read_bytes().replace(name, bytes(len(name))))
    os.utime(path, ns=(time, time))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--to or --archive"),
        (("--archive", *BY_ORIGINAL, "--to", "alice.pem"), "--to or --archive"),
        (("--archive",), "--reader"),
        (("--to", "alice.pem", "-r", "sim:alice"), "--reader"),
        (("--archive", *BY_ORIGINAL, "--for-mail"), "only with --to"),
    ],
)
def test_encrypt_says_which_options_go_together(
    desk: Desk, words: tuple[str, ...], said: str
) -> None:
    desk.run("encrypt", *words, "pin").failed(2, said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--archive"),
        (("--archive", "--to", "alice.pem"), "--to or --archive"),
        (("--to", "alice.pem", "--same-body"), "only with --archive"),
    ],
)
def test_archive_files_have_no_other_recipient(
    encrypted: Desk, words: tuple[str, ...], said: str
) -> None:
    encrypted.run("transcode", *BY_ORIGINAL, *words, "letter.p7m").failed(2, said)
