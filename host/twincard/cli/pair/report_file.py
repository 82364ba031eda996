"""The report of a recovery: the result for each file, in JSON or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from twincard.cli.terminal.errors import InputError
from twincard.cms.framing.output import FileOutput
from twincard.flows.recover.outcomes import RecoveredFile
from twincard.ground.language import _
from twincard.results.in_json import JsonInParts
from twincard.results.pair import Recovered

_FORMULA = ("=", "+", "-", "@")


def check_report(path: Path | None, *, force: bool) -> None:
    """Raises InputError if the report cannot be written to a file of this name."""
    if path is None:
        return
    if path.suffix.lower() not in (".json", ".csv"):
        raise InputError(
            _("The name of the report {file} must end in .json or .csv.").format(file=path)
        )
    if path.exists() and not force:
        raise InputError(_("{path} already exists. Use --force to overwrite it.").format(path=path))


@contextmanager
def report_to(
    path: Path | None, *, force: bool, result: Callable[[], Recovered]
) -> Iterator[Callable[[RecoveredFile], None]]:
    """What to call for each file; the report appears at the end, in JSON or CSV by its suffix.

    It appears also if the block fails after the first file. `result` gives the other members of
    the JSON then.
    """
    if path is None:
        yield lambda _file: None
        return
    stopped: BaseException | None = None
    with FileOutput(path, overwrite=force) as output:
        report = _Csv(output) if path.suffix.lower() == ".csv" else _Json(output)
        try:
            yield report.add
        except BaseException as error:
            if not report.begun:
                raise
            stopped = error
        report.finish(result())
    if stopped is not None:
        raise stopped


class _Json:
    def __init__(self, output: FileOutput) -> None:
        self._parts = JsonInParts(lambda text: output.write(text.encode()), escaped=True)

    @property
    def begun(self) -> bool:
        return self._parts.begun

    def add(self, file: RecoveredFile) -> None:
        self._parts.add(file)

    def finish(self, result: Recovered) -> None:
        self._parts.finish(result)


class _Csv:
    def __init__(self, output: FileOutput) -> None:
        self.begun = False
        self._output = output
        self._write(("path", "outcome", "reason", "note"))

    def add(self, file: RecoveredFile) -> None:
        self.begun = True
        # A spreadsheet would take such a name for a formula.
        path = f"./{file.path}" if str(file.path).startswith(_FORMULA) else str(file.path)
        told = str(file.reason or ""), str(file.note or "")
        self._write((path, file.outcome.name.lower(), *told))

    def finish(self, result: Recovered) -> None:
        del result

    def _write(self, row: tuple[str, ...]) -> None:
        line = io.StringIO(newline="")
        csv.writer(line).writerow(row)
        # A name that is no text keeps its bytes.
        self._output.write(line.getvalue().encode(errors="surrogateescape"))
