"""Recovery with a new content-encryption key and a new body, for a card that others can use."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.bench import Bench, Stage
from tests.recovered import recovered

from twincard.card.session import Card
from twincard.cms import ArchiveRecipient, FileOutput, Recipient, SpooledOutput, read_recipients
from twincard.cms.encryption import encrypt
from twincard.flows.files.archive import encrypt_archive_file
from twincard.flows.files.decrypt import decrypt_file
from twincard.flows.files.encrypt import StreamSource
from twincard.flows.files.opener import CardOpener
from twincard.flows.recover.outcomes import RecoverOutcome

CONTENT = b"the plan\n" * 1000


@dataclass
class Scene:
    """A backup, a new card, and a folder."""

    old: Card
    new: Card
    recipient: Recipient
    folder: Path

    def outcome(self) -> RecoverOutcome:
        """What becomes of the one file in the folder."""
        (file,) = recovered(self.old, self.new, [self.folder], re_encrypt=True)
        return file.outcome


@pytest.fixture
def scene(bench: Bench, tmp_path: Path) -> Scene:
    """The scene, with P-256 keys."""
    bench.at(Stage.DUPLICATED)
    recipient = Recipient.of(bench.original.card().usage.public_key())
    return Scene(bench.backup.unlocked(), bench.original2.unlocked(), recipient, tmp_path)


def sealed(scene: Scene, *, mail: bool = False) -> bytes:
    sink = io.BytesIO()
    encrypt(io.BytesIO(CONTENT), sink, [scene.recipient], mail=mail)
    return sink.getvalue()


def key_of(card: Card, message: bytes) -> bytes:
    (recipient,) = read_recipients(io.BytesIO(message))
    return CardOpener(card).open(recipient)  # type: ignore[arg-type]


@pytest.mark.parametrize("mail", [False, True])
def test_key_and_body_are_new_and_the_kind_stays(scene: Scene, *, mail: bool) -> None:
    path = scene.folder / "file"
    old = sealed(scene, mail=mail)
    path.write_bytes(old)
    path.chmod(0o640)
    key = key_of(scene.old, old)
    assert scene.outcome() is RecoverOutcome.MOVED
    new = path.read_bytes()
    assert key_of(scene.new, new) != key
    assert old[-1000:-900] not in new
    stream = io.BytesIO()
    done = decrypt_file(scene.new, path, SpooledOutput(stream), mail=mail)
    assert stream.getvalue() == CONTENT
    assert done.authenticated is not mail
    assert path.stat().st_mode & 0o777 == 0o640
    assert scene.outcome() is RecoverOutcome.ALREADY_MOVED


def test_an_archive_file_stays_one(scene: Scene) -> None:
    path = scene.folder / "file"
    encrypt_archive_file(scene.old, StreamSource(io.BytesIO(CONTENT)), FileOutput(path))
    before = path.read_bytes()
    assert scene.outcome() is RecoverOutcome.MOVED
    (recipient,) = read_recipients(io.BytesIO(path.read_bytes()))
    assert isinstance(recipient, ArchiveRecipient)
    assert recipient.identifier.value == scene.new.kept_report().archive_id
    assert before[-1000:-900] not in path.read_bytes()
    stream = io.BytesIO()
    decrypt_file(scene.new, path, SpooledOutput(stream))
    assert stream.getvalue() == CONTENT


def test_an_altered_file_stays_as_it_is(scene: Scene) -> None:
    path = scene.folder / "file"
    message = bytearray(sealed(scene))
    message[-100] ^= 1
    path.write_bytes(message)
    assert scene.outcome() is RecoverOutcome.UNUSABLE
    assert path.read_bytes() == message
    assert [entry.name for entry in scene.folder.iterdir()] == ["file"]
