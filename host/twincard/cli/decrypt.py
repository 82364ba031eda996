"""`twincard decrypt`: files opened with a card."""

from __future__ import annotations

from pathlib import Path

from twincard.cli import batch, prompts
from twincard.cli.cards import check_reader, unlocked
from twincard.cli.errors import InputError
from twincard.cli.options import Force, InputFiles, Json, OutputPath, PinFile, Reader
from twincard.cli.output import Output
from twincard.cli.targets import SUFFIX, output_for, output_paths
from twincard.files.source import Progress
from twincard.protocols.files import decrypt_file


def decrypt(
    files: InputFiles,
    reader: Reader,
    pin_file: PinFile = None,
    output: OutputPath = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Decrypt files with a card, original or backup.

    FILE.p7m becomes FILE; nothing appears before it is known to be whole.
    """
    names = [_plain_name(file, output) for file in files]
    outputs = output_paths(files, names, output, force=force, json=json)
    check_reader(reader)
    pin = prompts.pin(pin_file, "PIN", "--pin-file")
    with unlocked(reader, pin) as card:

        def action(source: Path, target: Path, progress: Progress) -> None:
            sink = output_for(target, force=force)
            decrypt_file(card, source, sink, pin=lambda: pin, progress=progress)

        batch.run(Output(json), "decrypted", files, outputs, action)


def _plain_name(file: Path, output: Path | None) -> str:
    if file.suffix.lower() == SUFFIX and file.stem:
        return file.stem
    if output is None:
        raise InputError(f"{file} does not end in {SUFFIX}: name the result with --output.")
    return file.name
