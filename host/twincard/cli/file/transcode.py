"""`twincard transcode`: re-encrypts files to another key without decrypting them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.file import batch
from twincard.cli.file.archiving import archive_key
from twincard.cli.file.targets import (
    STANDARD_INPUT,
    Overwriting,
    check_standard_input,
    output_for,
    output_paths,
    overwriting,
    source_of,
)
from twincard.cli.file.to import for_card, read_recipient
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import check_key
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import (
    KEY_HELP,
    AnyDate,
    Force,
    InputFiles,
    IssuerPublicKeyFile,
    Json,
    OutputPath,
    PinFile,
    Reader,
    SkipExisting,
)
from twincard.cli.terminal.output import Printer
from twincard.cli.terminal.pins import unlocked
from twincard.flows.events import BytesEvent, Listener
from twincard.flows.files.archive import archive_file
from twincard.flows.files.decrypt import transcode_file
from twincard.flows.files.encrypt import FOLDER_SUFFIX, SUFFIX
from twincard.flows.files.finished import is_archive_of, is_transcoding_of
from twincard.ground.language import N_, _

_ARCHIVE = "archive"
_WORDS = batch.Words(
    N_("Files re-encrypted: {done}."), N_("Files re-encrypted: {done}; failed: {failed}.")
)


def transcode(
    files: InputFiles,
    reader: Reader,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="KEY", help=KEY_HELP),
    ] = None,
    any_date: AnyDate = False,
    archive: Annotated[
        bool,
        typer.Option(
            "--archive",
            help="Make archive files, which only the card and its backup open, with symmetric "
            "keys only. The content is encrypted anew.",
        ),
    ] = False,
    same_body: Annotated[
        bool,
        typer.Option(
            "--same-body",
            help="With --archive: keep the encrypted content and its key. Whoever has a copy of "
            "the old file, and breaks its public-key encryption, can then open the archive file "
            "too.",
        ),
    ] = False,
    pin_file: PinFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    output: OutputPath = None,
    force: Force = False,
    skip_existing: SkipExisting = False,
    json: Json = False,
) -> None:
    """Re-encrypt files to another key, without decrypting their content.

    FILE.p7m is re-encrypted to FILE.KEY.p7m, where KEY is the name of the key file without its
    extension. The computer never sees the content.

    With --archive, FILE.p7m becomes FILE.archive.p7m, for the archive key that the card shares with
    its backup. The computer sees the content, except with --same-body.
    """
    check_standard_input(files, pin_file)
    if archive is (to is not None):
        raise InputError(_("Give either --to or --archive."))
    if same_body and not archive:
        raise InputError(_("--same-body is possible only with --archive."))
    addressee = None if to is None else read_recipient(to, any_date=any_date)
    target = None if addressee is None else for_card(addressee)
    ending = f".{_ARCHIVE if addressee is None else addressee.stem}{SUFFIX}"
    names = [_name(file.name, ending) for file in files]
    outputs = output_paths(files, names, output, json=json)
    existing = overwriting(force=force, skip_existing=skip_existing)
    archive_id = None
    if archive and existing is Overwriting.REFUSE:
        archive_id = archive_key(reader, outputs)

    @contextmanager
    def opened() -> Iterator[batch.Action[None]]:
        with (
            prompts.beside_data(STANDARD_INPUT in files),
            unlocked(reader, pin_file, issuer_public_key_file, check_key) as user,
        ):

            def action(source: Path, result: Path, on_event: Listener[BytesEvent]) -> None:
                sink = output_for(result, force=force)
                given = source_of(source)
                if target is None:
                    archive_file(
                        user.card, given, sink, same_body=same_body, pin=user.pin, on_event=on_event
                    )
                else:
                    transcode_file(user.card, given, sink, target, pin=user.pin, on_event=on_event)

            yield action

    def is_done(source: Path, result: Path) -> bool:
        if target is not None:
            return is_transcoding_of(result, source, target)
        if archive_id is None:
            return False
        if same_body:
            return is_transcoding_of(result, source, archive_id)
        return is_archive_of(result, source, archive_id)

    batch.run(
        Printer(json),
        batch.Batch(_WORDS, files, outputs, opened(), existing, is_done=is_done),
    )


def _name(name: str, ending: str) -> str:
    """The name of the result: an encrypted folder stays one by its name."""
    if name.endswith(FOLDER_SUFFIX):
        return name.removesuffix(FOLDER_SUFFIX) + ending.removesuffix(SUFFIX) + FOLDER_SUFFIX
    return name.removesuffix(SUFFIX) + ending
