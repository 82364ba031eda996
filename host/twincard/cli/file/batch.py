"""Does the same to several files, and reports failures at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import typer

from twincard.cli.file.targets import STANDARD_INPUT, STANDARD_OUTPUT
from twincard.cli.terminal.errors import describe
from twincard.cli.terminal.flow_events import listener
from twincard.cli.terminal.output import Printer
from twincard.cms.errors import FilesError
from twincard.flows.events import BytesEvent, Listener
from twincard.ground.language import _
from twincard.results.failure import ExitCode
from twincard.results.files import FileResult, FileResults


class Words(NamedTuple):
    """The final messages, not yet translated, with the numbers of files `done` and `failed`."""

    all_done: str
    some_failed: str


def run(
    out: Printer,
    words: Words,
    sources: Sequence[Path],
    outputs: Sequence[Path],
    action: Callable[[Path, Path, Listener[BytesEvent]], None],
    told: Callable[[tuple[FileResult, ...]], FileResults] = FileResults,
) -> None:
    """Do `action` to each source, and print the result in `words`.

    `told` may add to the results what only the command knows. If one file fails, the others are
    still processed, and the exit code is FILE.
    """
    results = []
    for source, output in zip(sources, outputs, strict=True):
        try:
            with out.progress(source.name, _size(source)) as progress:
                action(source, output, listener(out, progress))
        except FilesError as error:
            sentence = describe(error).sentence
            out.failed(_("Standard input") if source == STANDARD_INPUT else source, sentence)
            results.append(FileResult(source, None, sentence))
            continue
        results.append(FileResult(source, output, None))
        if output != STANDARD_OUTPUT:
            out.step(f"{source} → {output}")
    failed = sum(result.error is not None for result in results)
    if outputs != [STANDARD_OUTPUT]:
        text = _(words.some_failed if failed else words.all_done)
        text = text.format(done=len(results) - failed, failed=failed)
        out.result(told(tuple(results)), text)
    if failed:
        raise typer.Exit(ExitCode.FILE)


def _size(path: Path) -> int | None:
    if path == STANDARD_INPUT:
        return None
    try:
        return path.stat().st_size
    except OSError:
        return None  # opening it will give the reason
