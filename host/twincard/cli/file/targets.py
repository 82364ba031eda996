"""Keys to encrypt to, and where results go."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from twincard.cli.terminal.errors import InputError
from twincard.cms.framing.output import FileOutput, Output, SpooledOutput
from twincard.cms.recipients.infos import Recipient
from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import N_, _
from twincard.ground.private_file import PRIVATE_MODE
from twincard.keys.public import UnusablePublicKeyError

STANDARD_OUTPUT = Path("-")
MOST_KEY_BYTES = 1 << 20
_TWO_RESULTS = N_(
    "Standard output cannot take both the result and JSON. Give an output file, "
    "or leave out --json."
)


def read_recipient(path: Path) -> Recipient:
    """The public key or certificate in a file. Raises InputError, OSError."""
    content = read_bounded(path, MOST_KEY_BYTES) or b""
    try:
        return Recipient.from_bytes(content)
    except UnusablePublicKeyError as error:
        raise InputError(_("{path}: {sentence}").format(path=path, sentence=error)) from None


def output_for(path: Path, *, force: bool, mode: int = PRIVATE_MODE) -> Output:
    """The file, or standard output for `-`. Raises InputError when it exists and must not."""
    if path == STANDARD_OUTPUT:
        return SpooledOutput(sys.stdout.buffer)
    return FileOutput(path, overwrite=force, mode=mode)


def check_output(output: Path | None, *, force: bool, json: bool) -> None:
    """See, before a card is asked, that one result may go to `output`. Raises InputError."""
    if output is None:
        return
    if output == STANDARD_OUTPUT:
        if json:
            raise InputError(_(_TWO_RESULTS))
        return
    if output.is_dir():
        raise InputError(_("{output} is a folder. Give a file with --out.").format(output=output))
    _check((), (output,), force=force)


def output_paths(
    sources: Sequence[Path], names: Sequence[str], output: Path | None, *, force: bool, json: bool
) -> list[Path]:
    """Where each source's result goes: beside it under its name in `names`, or as `output` says.

    Raises InputError when results would fall together, replace a source or what exists.
    """
    if output == STANDARD_OUTPUT and json:
        raise InputError(_(_TWO_RESULTS))
    if output is None:
        paths = [source.parent / name for source, name in zip(sources, names, strict=True)]
    elif output != STANDARD_OUTPUT and output.is_dir():
        paths = [output / name for name in names]
    elif len(sources) == 1:
        paths = [output]
    else:
        raise InputError(_("With several input files, --out must be an existing folder."))
    _check(sources, [path for path in paths if path != STANDARD_OUTPUT], force=force)
    return paths


def _check(sources: Sequence[Path], paths: Sequence[Path], *, force: bool) -> None:
    originals = {source.resolve() for source in sources}
    seen = set()
    for path in paths:
        if path in seen:
            raise InputError(
                _(
                    "Two outputs would be written to {path}. Run the command once for each input "
                    "file."
                ).format(path=path)
            )
        if path.resolve() in originals:
            raise InputError(
                _("{path} is an input file. Give a different output with --out.").format(path=path)
            )
        if path.exists() and not force:
            raise InputError(
                _("{path} already exists. Use --force to overwrite it.").format(path=path)
            )
        seen.add(path)
