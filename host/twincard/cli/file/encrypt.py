"""`twincard encrypt`: encrypts files to one or more keys, without a card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.file import batch
from twincard.cli.file.targets import (
    check_standard_input,
    output_for,
    output_paths,
    source_of,
)
from twincard.cli.file.to import read_recipients
from twincard.cli.terminal.options import AnyDate, Force, InputFiles, Json, OutputPath, To
from twincard.cli.terminal.output import Printer
from twincard.flows.events import BytesEvent, Listener
from twincard.flows.files.encrypt import SUFFIX, encrypt_file
from twincard.ground.language import N_, _
from twincard.results.files import EncryptedFiles, FileResult, RecipientInfo

_WORDS = batch.Words(
    N_("Files encrypted: {done}."), N_("Files encrypted: {done}; failed: {failed}.")
)


def encrypt(
    files: InputFiles,
    to: To,
    mail: Annotated[
        bool,
        typer.Option(
            "--for-mail",
            help="Write what the mail programs of the recipients read. Unless their certificates "
            "announce AES-GCM, tampering cannot be detected.",
        ),
    ] = False,
    any_date: AnyDate = False,
    output: OutputPath = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Encrypt files, each into FILE.p7m. No card is needed.

    A file is encrypted once for all its recipients. Of a chain of certificates, its end is the
    recipient; of a file with certificates of several people, all are.
    """
    check_standard_input(files, typed=True)
    people = read_recipients(to, any_date=any_date)
    recipients = [one.recipient for one in people]
    names = [file.name + SUFFIX for file in files]
    outputs = output_paths(files, names, output, force=force, json=json)

    def action(source: Path, target: Path, on_event: Listener[BytesEvent]) -> None:
        sink = output_for(target, force=force)
        encrypt_file(source_of(source), sink, recipients, mail=mail, on_event=on_event)

    def told(results: tuple[FileResult, ...]) -> EncryptedFiles:
        return EncryptedFiles(
            results,
            tuple(RecipientInfo(one.name, one.recipient.key.digest) for one in people),
        )

    out = Printer(json)
    for one in people:
        out.step(_("to {name}").format(name=one.name))
    batch.run(out, _WORDS, files, outputs, action, told)
