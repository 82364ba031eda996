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
