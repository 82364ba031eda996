"""`twincard encrypt`: files to one or more keys, without a card."""

from __future__ import annotations

from pathlib import Path

from twincard.cli import batch
from twincard.cli.options import Force, InputFiles, Json, OutputPath, To
from twincard.cli.output import Output
from twincard.cli.targets import SUFFIX, output_for, output_paths, read_recipient
from twincard.files.source import Progress
from twincard.language import N_
from twincard.protocols.files import encrypt_file

_WORDS = batch.Words(N_("{done} encrypted."), N_("{done} encrypted, {failed} failed."))


def encrypt(
    files: InputFiles,
    to: To,
    output: OutputPath = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Encrypt files, each into FILE.p7m; no card is needed."""
    recipients = [read_recipient(path) for path in to]
    names = [file.name + SUFFIX for file in files]
    outputs = output_paths(files, names, output, force=force, json=json)

    def action(source: Path, target: Path, progress: Progress) -> None:
        encrypt_file(source, output_for(target, force=force), recipients, progress=progress)

    batch.run(Output(json), _WORDS, files, outputs, action)
