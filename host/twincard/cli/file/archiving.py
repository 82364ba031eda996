"""`encrypt --archive`, apart from `encrypt`, which imports it only then: it needs a card."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twincard.cli.file.batch import Action
from twincard.cli.file.targets import encrypted_output_for, source_of
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import check_key
from twincard.cli.terminal.pins import unlocked
from twincard.flows.events import BytesEvent, Listener
from twincard.flows.files.archive import CardArchive, encrypt_archive_file
from twincard.flows.files.encrypt import encrypt_folder
from twincard.ground.path_arguments import is_folder


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
