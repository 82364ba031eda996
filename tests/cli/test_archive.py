"""Archive files from the command line."""

from __future__ import annotations

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
