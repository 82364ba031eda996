"""Recovery between keys in software, for tests of what happens to files."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cms.software_key import SoftwareKey, ec_key, encrypted

from twincard.cms import ArchiveRecipient, OpenableRecipient, SpooledOutput, decrypt
from twincard.cms.recipients.infos import PublicKeyRecipient
from twincard.cms.recipients.wrapping import wrap_for_card_key
from twincard.flows.events import FlowEvent, Listener, ignore
from twincard.flows.files.opener import CardRecipient
from twincard.flows.recover.journal import Journal
from twincard.flows.recover.line import Line
from twincard.flows.recover.moving import Mover
from twincard.flows.recover.names import CardNames
from twincard.flows.recover.outcomes import RecoveredFile, RecoverEvent
from twincard.flows.recover.plan import plan_recovery
from twincard.flows.recover.rewriting import RecipientRewriter

OLD, NEW = ec_key("old card"), ec_key("new card")


def check_of(key: bytes) -> bytes:
    """As cards make it."""
    return hashlib.sha256(b"cek" + key).digest()[:8]


@dataclass(frozen=True)
class OldKey(SoftwareKey):
    """Does what an old card does."""

    def transcode_with_check(self, recipient: OpenableRecipient, /) -> CardRecipient:
        assert not isinstance(recipient, ArchiveRecipient)
        key = self.open(recipient)
        return CardRecipient(wrap_for_card_key(key, NEW.recipient), check_of(key))


@dataclass(frozen=True)
class NewKey(SoftwareKey):
    """Does what the new card does."""

    def check(self, recipient: OpenableRecipient, /) -> bytes:
        return check_of(self.open(recipient))

    def wrap(self, key: bytes, /) -> ArchiveRecipient:
        raise NotImplementedError

    def keep_with_check(self, recipient: PublicKeyRecipient, /) -> tuple[ArchiveRecipient, bytes]:
        raise NotImplementedError


def names_of(key: SoftwareKey) -> CardNames:
    """What files call it."""
    return CardNames(key.key_id[:16], key.key_id, (key.key_id,))


def move(
    *paths: Path, journal: Path | None = None, on_event: Listener[FlowEvent] = ignore
) -> list[RecoveredFile]:
    """Move files from OLD to NEW; the result of each."""
    files: list[RecoveredFile] = []

    def listener(event: FlowEvent) -> None:
        if isinstance(event, RecoverEvent):
            files.append(event.file)
        on_event(event)

    move_quietly(*paths, journal=journal, on_event=listener)
    return files


def move_quietly(
    *paths: Path, journal: Path | None = None, on_event: Listener[Any] = ignore
) -> None:
    """The same, for a listener alone."""
    names = names_of(OLD), names_of(NEW)
    book = Journal(journal, OLD.key_id, NEW.key_id)
    new = NewKey(NEW.private)
    plan = plan_recovery(*names, paths, is_finished=book.is_finished, on_event=on_event)
    with plan, Line([OldKey(OLD.private)], new, new) as line, book.flushing():
        rewriter = RecipientRewriter()
        Mover(line, plan, names[0], book, rewriter, on_event, (b"", b"")).run()
    book.close()


def sealed(content: bytes, *keys: SoftwareKey) -> bytes:
    """A message for OLD, or for other keys."""
    return encrypted(content, *(keys or (OLD,)))


def opened(path: Path, key: SoftwareKey = NEW) -> bytes:
    """The content of a file."""
    stream = io.BytesIO()
    with SpooledOutput(stream) as output, path.open("rb") as source:
        decrypt(source, output, key)
    return stream.getvalue()


def make(folder: Path, names: Iterable[str]) -> list[Path]:
    """Files for OLD, with their names as content."""
    made = []
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sealed(name.encode()))
        made.append(path)
    return made
