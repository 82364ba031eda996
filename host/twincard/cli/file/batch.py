"""Does the same to several files; one that fails does not keep the others from being done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

import typer

from twincard.cli.file.targets import STANDARD_INPUT, STANDARD_OUTPUT, Overwriting
from twincard.cli.terminal.errors import describe
from twincard.cli.terminal.flow_events import listener
from twincard.cli.terminal.output import Listing, Printer
from twincard.cms.errors import FilesError, OutputError, OutputExistsError
from twincard.flows.events import BytesEvent, Listener
from twincard.ground.language import N_, _, listed
from twincard.ground.path_arguments import is_folder
from twincard.ground.system_words import reason
from twincard.results.failure import ExitCode
from twincard.results.files import Existing, FileResult, FileResults

_T = TypeVar("_T")
Action = Callable[[Path, Path, Listener[BytesEvent]], _T]
"""Makes the output of a source; returns what the result needs to know."""
_STEPS = {
    Existing.COMPLETE: N_("{output} is already complete."),
    Existing.SKIPPED: N_("{output} already exists: skipped."),
}

_COUNTS = {
    Existing.COMPLETE: N_("Already complete: {count}."),
    Existing.SKIPPED: N_("Skipped: {count}."),
}

_EXISTS = N_("{path} already exists. Use --force to overwrite it, or --skip-existing to leave it.")
_FOLDER_EXISTS = N_(
    "{path} already exists, and folders are not replaced. Move it away, or use --skip-existing to "
    "leave it."
)


class Words(NamedTuple):
    """The final messages, not yet translated, with the numbers of files `done` and `failed`."""

    all_done: str
    some_failed: str


@dataclass(frozen=True)
class Batch(Generic[_T]):
    """Files to do, and how. `opened` gives what does it, and is opened for the first that needs it.

    `is_done` tells whether an existing output is complete; without it the action finds out, and
    raises OutputExistsError if it is not. `told` adds what only the command knows, and `result`
    makes the result of a file from its members and what the action returned, if it did.
    """

    words: Words
    sources: Sequence[Path]
    outputs: Sequence[Path]
    opened: AbstractContextManager[Action[_T]]
    overwriting: Overwriting
    is_done: Callable[[Path, Path], bool] | None = None
    told: Callable[[tuple[()]], FileResults] = FileResults
    result: Callable[[FileResult, _T | None], FileResult] = lambda found, _more: found
    recipients: Sequence[str] = ()
    """The names of those to whom the files are encrypted."""


def run(out: Printer, batch: Batch[_T]) -> None:
    """Do all files; those that fail make the exit code FILE, or USAGE if only outputs existed.

    Whatever ends the run early, what was done until then is printed.
    """
    doing = _Doing(out, batch)
    with ExitStack() as stack:
        try:
            for source, output in zip(batch.sources, batch.outputs, strict=True):
                doing.one(source, output, stack)
        except BaseException:
            with suppress(OSError):
                doing.tell_counts()
            raise  # the listing ends with the error
    doing.end()


class _Doing(Generic[_T]):
    """A run: what is counted, and what is printed as it goes. Results are not kept."""

    def __init__(self, out: Printer, batch: Batch[_T]) -> None:
        self._out = out
        self._batch = batch
        self._counts: Counter[Existing | None] = Counter()
        self._failed = self._existed = 0
        self._listing = Listing("files", batch.told(())) if out.as_json else None
        self._action: Action[_T] | None = None

    def one(self, source: Path, output: Path, stack: ExitStack) -> None:
        """Do one file."""
        try:
            existing, more = self._do(source, output, stack)
        except FilesError as error:
            self._tell_failure(source, output, error)
            return
        self._counts[existing] += 1
        self._list(FileResult(source, output, None, existing=existing), more)
        if existing is not None:
            self._out.step(_(_STEPS[existing]).format(output=output))
        elif output != STANDARD_OUTPUT:
            self._out.step(f"{source} → {output}")

    def end(self) -> None:
        """Print the result. Raises typer.Exit if a file failed."""
        if self._listing is not None:
            self._listing.end()
        self.tell_counts()
        if self._failed:
            only_existed = self._failed == self._existed
            raise typer.Exit(ExitCode.USAGE if only_existed else ExitCode.FILE)

    def tell_counts(self) -> None:
        """Print for people how many files are done, and how many are not."""
        batch = self._batch
        if self._out.as_json or list(batch.outputs) == [STANDARD_OUTPUT]:
            return
        done = self._counts[None]
        words = batch.words.some_failed if self._failed else batch.words.all_done
        left = len(batch.sources) - self._counts.total() - self._failed
        lines = [_(words).format(done=done, failed=self._failed)]
        lines += [
            _(text).format(count=self._counts[kind])
            for kind, text in _COUNTS.items()
            if self._counts[kind]
        ]
        if done and batch.recipients:
            lines.append(_("Recipients: {names}").format(names=listed(batch.recipients)))
        if left:
            lines.append(_("Not done: {count}.").format(count=left))
        self._out.result(None, "\n".join(lines))

    def _do(
        self, source: Path, output: Path, stack: ExitStack
    ) -> tuple[Existing | None, _T | None]:
        batch = self._batch
        exists = batch.overwriting is not Overwriting.FORCE and _exists(output)
        if exists and batch.overwriting is Overwriting.SKIP:
            return Existing.SKIPPED, None
        if exists and batch.is_done is not None:
            if _is_done(batch.is_done, source, output):
                return Existing.COMPLETE, None
            raise OutputExistsError(str(output))
        if self._action is None:
            self._action = stack.enter_context(batch.opened)
        with self._out.progress(source.name, _size(source)) as progress:
            more = self._action(source, output, listener(self._out, progress))
        return Existing.COMPLETE if exists else None, more

    def _tell_failure(self, source: Path, output: Path, error: FilesError) -> None:
        self._failed += 1
        if isinstance(error, OutputExistsError):
            self._existed += 1
            words = _FOLDER_EXISTS if is_folder(output) else _EXISTS
            sentence = _(words).format(path=output)
        else:
            sentence = describe(error).sentence
        self._list(FileResult(source, None, sentence), None)
        self._out.failed(_("Standard input") if source == STANDARD_INPUT else source, sentence)

    def _list(self, found: FileResult, more: _T | None) -> None:
        if self._listing is not None:
            self._listing.add(self._batch.result(found, more))


def _exists(output: Path) -> bool:
    if output == STANDARD_OUTPUT:
        return False
    try:
        return output.exists()
    except OSError as error:
        raise OutputError(
            _("Cannot write {name}: {reason}.").format(name=output, reason=reason(error))
        ) from error


def _is_done(test: Callable[[Path, Path], bool], source: Path, output: Path) -> bool:
    """Whether the output is complete; one that cannot be read is not."""
    try:
        return source != STANDARD_INPUT and test(source, output)
    except (FilesError, OSError):
        return False


def _size(path: Path) -> int | None:
    if path == STANDARD_INPUT:
        return None
    try:
        return None if is_folder(path) else path.stat().st_size
    except OSError:
        return None  # opening it will give the reason
