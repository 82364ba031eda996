"""Input files and output files."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from enum import Enum, auto
from pathlib import Path

from twincard.cli.terminal.errors import InputError
from twincard.cms.framing.compared_output import ComparedOutput
from twincard.cms.framing.output import FileOutput, Output, SpooledOutput, StreamOutput
from twincard.flows.files.encrypt import Source, StreamSource
from twincard.ground.language import N_, _
from twincard.ground.path_arguments import STREAM, is_folder, named_file
from twincard.ground.unfinished import PRIVATE_MODE

STANDARD_INPUT = STANDARD_OUTPUT = STREAM
_TWO_RESULTS = N_(
    "Standard output cannot take both the result and JSON. Give an output file, "
    "or leave out --json."
)


class Overwriting(Enum):
    """What happens to an output that exists."""

    REFUSE = auto()
    """It stays. If it is complete, the file is done; otherwise the file fails."""
    SKIP = auto()
    """It stays, and the file counts as done."""
    FORCE = auto()
    """It is replaced."""


def overwriting(*, force: bool, skip_existing: bool) -> Overwriting:
    """What the options say. Raises InputError."""
    if force and skip_existing:
        raise InputError(_("Give either --force or --skip-existing."))
    if force:
        return Overwriting.FORCE
    return Overwriting.SKIP if skip_existing else Overwriting.REFUSE


def result_for(path: Path, overwriting: Overwriting) -> Output:
    """The output for a result that can be compared: with a file that exists, or as `output_for`."""
    if overwriting is Overwriting.REFUSE and path != STANDARD_OUTPUT and path.exists():
        return ComparedOutput(path)
    return output_for(path, force=overwriting is Overwriting.FORCE)


def encrypted_output_for(path: Path, *, force: bool) -> Output:
    """The output for what is encrypted here: standard output gets it at once."""
    if path == STANDARD_OUTPUT:
        return StreamOutput(sys.stdout.buffer)
    return output_for(path, force=force)


def output_for(path: Path, *, force: bool, mode: int = PRIVATE_MODE) -> Output:
    """The output file, or standard output for `-`; a file is overwritten only with `force`."""
    if path == STANDARD_OUTPUT:
        return SpooledOutput(sys.stdout.buffer)
    return FileOutput(path, overwrite=force, mode=mode)


def source_of(path: Path) -> Source:
    """The file, or standard input for `-`."""
    if path != STANDARD_INPUT:
        return path
    # The buffer would read again from a terminal after end of file.
    buffer = sys.stdin.buffer
    return StreamSource(getattr(buffer, "raw", buffer) if sys.stdin.isatty() else buffer)


def check_standard_input(
    files: Sequence[Path], pin_file: Path | None = None, *, typed: bool = False
) -> None:
    """Raises InputError if `-` is given but cannot be standard input.

    `typed`: data may be typed at a terminal.
    """
    if STANDARD_INPUT not in files:
        return
    if len(files) > 1:
        raise InputError(_("'-' (standard input) cannot be combined with other files."))
    if pin_file == STANDARD_INPUT:
        raise InputError(
            _(
                "Standard input cannot supply both the PIN and the data. Give a file with "
                "--pin-file."
            )
        )
    if getattr(sys.stdin, "name", None) == os.devnull:  # as _open_closed_streams() leaves it
        raise InputError(_("Standard input is closed. Give a file, or pipe data into the command."))
    if sys.stdin.isatty() and not typed:
        raise InputError(
            _("Standard input is a terminal. Give a file, or pipe data into the command.")
        )


def check_output(output: Path | None, *, force: bool, json: bool) -> None:
    """Check that one result may go to `output`, before a card is opened. Raises InputError."""
    if output is None:
        return
    if output == STANDARD_OUTPUT:
        if json:
            raise InputError(_(_TWO_RESULTS))
        return
    if is_folder(output):
        raise InputError(_("{output} is a folder. Give a file with --out.").format(output=output))
    if output.exists() and not force:
        raise InputError(
            _("{path} already exists. Use --force to overwrite it.").format(path=output)
        )


def output_paths(
    sources: Sequence[Path], names: Sequence[str], output: Path | None, *, json: bool
) -> list[Path]:
    """The output of each source: beside it with its name from `names`, or as `output` says.

    Raises InputError if two outputs are the same file, or one would replace a source.
    """
    if list(sources) == [STANDARD_INPUT]:
        output = _output_of_stream(output)
    if output == STANDARD_OUTPUT and json:
        raise InputError(_(_TWO_RESULTS))
    if output is None:
        paths = [
            named_file(_parent(source) / name) for source, name in zip(sources, names, strict=True)
        ]
    elif output != STANDARD_OUTPUT and is_folder(output):
        paths = [named_file(output / name) for name in names]
    elif len(sources) == 1:
        paths = [output]
    else:
        raise InputError(_("With several input files, --out must be an existing folder."))
    _check(sources, [path for path in paths if path != STANDARD_OUTPUT])
    return paths


def _output_of_stream(output: Path | None) -> Path:
    """The output for standard input: standard output, unless `output` is a file."""
    if output is None:
        if sys.stdout.isatty():
            raise InputError(
                _(
                    "The output would go to the terminal. Give a file with --out, or use --out - "
                    "to print it anyway."
                )
            )
        return STANDARD_OUTPUT
    if output != STANDARD_OUTPUT and is_folder(output):
        raise InputError(
            _(
                "{output} is a folder, but standard input has no file name. Give a file with --out."
            ).format(output=output)
        )
    return output


def _check(sources: Sequence[Path], paths: Sequence[Path]) -> None:
    # Unlike Path.resolve, this takes links that lead in a circle.
    originals = {os.path.realpath(source) for source in sources if source != STANDARD_INPUT}
    folders = [source for source in sources if source != STANDARD_INPUT and is_folder(source)]
    seen = set()
    for path in paths:
        if path in seen:
            raise InputError(
                _(
                    "Two outputs would be written to {path}. Run the command once for each input "
                    "file."
                ).format(path=path)
            )
        inside = next((one for one in folders if _is_below(path, one)), None)
        if inside is not None:
            raise InputError(
                _("{path} would be inside {folder}. Give a different output with --out.").format(
                    path=path, folder=inside
                )
            )
        if os.path.realpath(path) in originals:
            raise InputError(
                _("{path} is an input file. Give a different output with --out.").format(path=path)
            )
        seen.add(path)


def _parent(source: Path) -> Path:
    """The folder that the result is put into."""
    # Such as `.`, whose result belongs beside the folder that it is.
    return source.parent if source.name not in ("", "..") else source.resolve().parent


def _is_below(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
