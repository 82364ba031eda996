"""Archive files, apart from `encrypt`, which imports this only for them: they need a card."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from twincard.cli.file.batch import Action
from twincard.cli.file.targets import encrypted_output_for, source_of
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import check_key, opened
from twincard.cli.terminal.pins import unlocked
from twincard.cms.recipients.identifiers import KeyIdentifier
from twincard.flows.events import BytesEvent, Listener
from twincard.flows.files.archive import CardArchive, encrypt_archive_file
from twincard.flows.files.encrypt import encrypt_folder
from twincard.ground.path_arguments import is_folder


def archive_key(reader: str, outputs: Iterable[Path]) -> KeyIdentifier | None:
    """What the archive key of a card is called in files, if any output exists; needs no PIN.

    An output is complete only if it is for this card. Ask before the card is unlocked: no second
    session can be opened with it then.
    """
    if not any(map(os.path.lexists, outputs)):
        return None
    with opened(reader) as card:
        found = card.kept_report().archive_id
    return None if found is None else KeyIdentifier(found)


@contextmanager
def archiving(
    reader: str,
    pin_file: Path | None,
    issuer_public_key_file: Path | None,
    *,
    piped: bool,
    force: bool,
) -> Iterator[Action[None]]:
    """What encrypts a file to the archive key of a card, while the card is unlocked.

    `piped`: standard input is data.
    """
    with (
        prompts.beside_data(piped),
        unlocked(reader, pin_file, issuer_public_key_file, check_key) as user,
    ):

        def action(source: Path, target: Path, on_event: Listener[BytesEvent]) -> None:
            sink = encrypted_output_for(target, force=force)
            if is_folder(source):
                archive = CardArchive(user.card, user.pin)
                encrypt_folder(source, sink, archive, on_event=on_event)
                return
            encrypt_archive_file(
                user.card, source_of(source), sink, pin=user.pin, on_event=on_event
            )

        yield action
