"""Archive files: opened by both cards, checked, given away, and moved to the next pair."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from tests.bench import Bench, Stage

from twincard.card.session import Card
from twincard.cms import (
    ArchiveRecipient,
    FileOutput,
    KeyIdentifier,
    Recipient,
    SpooledOutput,
    read_recipients,
)
from twincard.cms.recipients.infos import RecipientInfo
from twincard.flows.check.drill import CheckOutcome, check_files
from twincard.flows.files.archive import archive_file, encrypt_archive_file
from twincard.flows.files.decrypt import decrypt_file, transcode_file
from twincard.flows.files.encrypt import StreamSource
from twincard.flows.recover.outcomes import RecoverOutcome
from twincard.flows.recover.recovery import recover_files
from twincard.keys.key_type import KeyType

CONTENT = b"kept for twenty years\n" * 2000
KEYS = pytest.mark.parametrize("key", KeyType)


def archived(card: Card, path: Path) -> Path:
    """A file for the archive key of the card."""
    encrypt_archive_file(card, StreamSource(io.BytesIO(CONTENT)), FileOutput(path))
    return path


def decrypted(card: Card, path: Path) -> bytes:
    stream = io.BytesIO()
    decrypt_file(card, path, SpooledOutput(stream))
    return stream.getvalue()


def recipient_of(path: Path) -> RecipientInfo:
    """The only recipient of a file."""
    with path.open("rb") as stream:
        (recipient,) = read_recipients(stream)
    return recipient


def test_the_backup_opens_and_checks_what_the_original_archived(
    bench: Bench, tmp_path: Path
) -> None:
    bench.at(Stage.DUPLICATED)
    path = archived(bench.original.unlocked(), tmp_path / "file")
    backup = bench.backup.unlocked()
    assert decrypted(backup, path) == CONTENT
    assert check_files(backup, path).counts == {CheckOutcome.OPENS: 1}


@KEYS
def test_recovery_leaves_an_archive_file_one(bench: Bench, tmp_path: Path, key: KeyType) -> None:
    bench.at(Stage.DUPLICATED, key=key)
    path = archived(bench.backup.unlocked(), tmp_path / "file")
    before = recipient_of(path)
    body = path.read_bytes()[-len(CONTENT) :]
    backup, new = bench.backup.unlocked(), bench.original2.unlocked()
    assert recover_files(backup, new, tmp_path).counts == {RecoverOutcome.MOVED: 1}
    after = recipient_of(path)
    assert isinstance(after, ArchiveRecipient)
    new_id = new.kept_report().archive_id
    assert new_id is not None
    assert after.identifier == KeyIdentifier(new_id) != before.identifier
    assert path.read_bytes().endswith(body)
    assert decrypted(new, path) == CONTENT
    again = recover_files(backup, new, tmp_path)
    assert again.counts == {RecoverOutcome.ALREADY_MOVED: 1}


def test_an_archive_file_can_be_given_to_a_public_key(bench: Bench, tmp_path: Path) -> None:
    bench.at(Stage.DUPLICATED)
    card, other = bench.original.unlocked(), bench.original2.unlocked()
    path = archived(card, tmp_path / "file")
    target = Recipient.of(other.usage.public_key())
    transcode_file(card, path, FileOutput(tmp_path / "given"), target)
    assert recipient_of(tmp_path / "given").identifier == target.identifier
    assert decrypted(other, tmp_path / "given") == CONTENT


@pytest.mark.parametrize("same_body", [False, True])
def test_what_is_an_archive_file_already_stays_one(
    bench: Bench, tmp_path: Path, *, same_body: bool
) -> None:
    bench.at(Stage.DUPLICATED)
    card = bench.original.unlocked()
    path = archived(card, tmp_path / "file")
    archive_file(card, path, FileOutput(tmp_path / "new"), same_body=same_body)
    assert isinstance(recipient_of(tmp_path / "new"), ArchiveRecipient)
    assert decrypted(card, tmp_path / "new") == CONTENT
