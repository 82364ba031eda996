"""`twincard encrypt`: encrypts files to one or more keys, without a card."""

from __future__ import annotations

from pathlib import Path

from twincard.cli.file import batch
from twincard.cli.file.targets import (
    check_standard_input,
    output_for,
    output_paths,
    read_recipient,
    source_of,
)
from twincard.cli.terminal.options import Force, InputFiles, Json, OutputPath, To
from twincard.cli.terminal.output import Printer
from twincard.flows.events import BytesEvent, Listener
from twincard.flows.files.encrypt import SUFFIX, encrypt_file
from twincard.ground.language import N_

_WORDS = batch.Words(
    N_("Files encrypted: {done}."), N_("Files encrypted: {done}; failed: {failed}.")
)


def encrypt(
    files: InputFiles,
    to: To,
    output: OutputPath = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Encrypt files, each into FILE.p7m. No card is needed."""
    check_standard_input(files, typed=True)
    recipients = [read_recipient(path) for path in to]
    names = [file.name + SUFFIX for file in files]
    outputs = output_paths(files, names, output, force=force, json=json)

    def action(source: Path, target: Path, on_event: Listener[BytesEvent]) -> None:
        sink = output_for(target, force=force)
        encrypt_file(source_of(source), sink, recipients, on_event=on_event)

    batch.run(Printer(json), _WORDS, files, outputs, action)
