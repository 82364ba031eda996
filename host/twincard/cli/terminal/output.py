"""What a command prints: text for people, or one JSON object for programs.

Results go to standard output, everything else to standard error. Bars need a terminal.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from twincard.cli.terminal import bars
from twincard.cli.terminal.errors import Failure
from twincard.ground.control_characters import TURNS, visible, visible_lines
from twincard.ground.language import _
from twincard.ground.whole_writes import whole_text
from twincard.results.failure import ErrorInfo, Failed

if TYPE_CHECKING:
    from rich.console import Console

    from twincard.results.in_json import JsonInParts

_JSON_CONTROLS = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), *TURNS)}
_COLUMNS = 80
_INDENT = " " * 4
_NO_ADVANCE: Callable[[int], None] = lambda _: None  # noqa: E731


class Printer:
    """The output of one command."""

    def __init__(self, as_json: bool) -> None:
        """With `as_json`, the result is one JSON object, and steps are not printed."""
        self.as_json = as_json

    def result(self, result: object, text: str) -> None:
        """Print the result of the command: `result` as JSON, or `text` for people."""
        if self.as_json:
            print_json(result)
            return
        print_text(visible_lines(text) + "\n")

    def step(self, text: str) -> None:
        """Print what is being done, for people only."""
        if not self.as_json:
            _styled(visible(text), "dim")

    def note(self, text: str) -> None:
        """Print something that people should see, and that logs of programs should keep."""
        sys.stderr.write(visible(text) + "\n")

    def failed(self, name: Path | str, sentence: str) -> None:
        """Print that one of several files or cards failed, while the command goes on."""
        _print_error(
            sentence
            if str(name) in sentence
            else _("{path}: {sentence}").format(path=name, sentence=sentence)
        )

    @contextmanager
    def progress(self, title: str, total: int | None) -> Iterator[Callable[[int], None]]:
        """Show a bar for `total` bytes; gives a function to call with the number of bytes done."""
        if self.as_json or not sys.stderr.isatty():
            yield _NO_ADVANCE
            return
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TransferSpeedColumn,
        )

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
        )
        with Progress(*columns, console=_screen(), transient=True) as progress:
            task = progress.add_task(visible(title), total=total)
            with bars.shown(progress):
                yield lambda done: progress.update(task, completed=done)


def aligned(rows: Sequence[tuple[str, str]]) -> str:
    """Names and values, a line each; a value that would end beyond 80 columns is on the next lines.

    Nothing is cut: a SHA-256 stays in one piece, however narrow the terminal is.
    """
    from rich.cells import cell_len

    width = max(cell_len(name) for name, _value in rows) + 2
    lines = []
    for name, value in rows:
        if width + cell_len(value) > _COLUMNS:
            lines += [name, *(_INDENT + line for line in _wrapped(value, len(_INDENT)))]
        else:
            lines.append(name + " " * (width - cell_len(name)) + value)
    return "\n".join(lines)


def hanging(head: str, text: str) -> str:
    """A line that goes on below its text, right of the head, where it would pass 80 columns."""
    first, *others = _wrapped(text, len(head))
    return "\n".join([head + first, *(" " * len(head) + line for line in others)])


def _wrapped(text: str, indent: int) -> list[str]:
    """Text that stands this far to the right, broken where a word ends or a Japanese clause."""
    from rich.cells import cell_len

    lines = [""]
    for piece in re.split(r"(?<=[ 、])", text):
        if lines[-1] and indent + cell_len(lines[-1] + piece.rstrip()) > _COLUMNS:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


@contextmanager
def writing_whole() -> Iterator[None]:
    """In the block, standard output and standard error take every character or raise OSError.

    Otherwise Python ignores that an unbuffered stream (PYTHONUNBUFFERED) took only a part.
    """
    _unfinished.clear()
    before = sys.stdout, sys.stderr
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper) and (whole := whole_text(stream)) is not None:
            setattr(sys, name, whole)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def print_text(text: str) -> None:
    """Write to standard output. Raises OSError, which names it."""
    with naming_standard_output():
        sys.stdout.write(text)
        sys.stdout.flush()


@contextmanager
def naming_standard_output() -> Iterator[None]:
    """Name standard output in errors of writing to it; a closed pipe is no error to print."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, _("Standard output")) from None


def print_json(result: object) -> None:
    """Print one JSON object to standard output."""
    from twincard.results.in_json import to_json

    _print_escaped(to_json(result, escaped=_needs_ascii()) + "\n")


def json_in_parts(name: str = "files", known: object | None = None) -> JsonInParts:
    """One JSON object for standard output whose list is printed as it grows."""
    from twincard.results.in_json import JsonInParts

    return JsonInParts(_print_escaped, name=name, known=known, escaped=_needs_ascii())


def _print_escaped(text: str) -> None:
    # json escapes only the C0 controls.
    print_text(text.translate(_JSON_CONTROLS))


def _needs_ascii() -> bool:
    # Python would escape what another encoding lacks, but not as JSON does.
    return sys.stdout.encoding.lower() not in ("utf-8", "utf8")


class Listing:
    """A JSON object with a list that is printed as it grows, so that nothing of it is kept.

    If an error ends the command, the object ends with the error (see print_failure).
    """

    def __init__(self, name: str, whole: object) -> None:
        """`whole` is the object without items; `name` is the member with the list."""
        self._json = json_in_parts(name, whole)
        self.stream = sys.stdout

    def add(self, item: object) -> None:
        """Print the next item of the list."""
        _unfinished[:] = [self]
        self._json.add(item)

    def end(self, error: ErrorInfo | None = None) -> None:
        """End the object, with the error that ended the command."""
        _unfinished.clear()
        self._json.finish(None if error is None else Failed(error))


_unfinished: list[Listing] = []


def print_failure(failure: Failure, *, as_json: bool) -> None:
    """Print the sentence to standard error, and with `as_json` the error to standard output."""
    _print_error(failure.sentence)
    if not as_json:
        return
    code, name = failure.code.value, failure.code.name.lower()
    error = ErrorInfo(code, name, failure.sentence, failure.tries_left)
    if _unfinished and _unfinished[-1].stream is sys.stdout:
        _unfinished[-1].end(error)
    else:
        print_json(Failed(error))


def _print_error(sentence: str) -> None:
    _styled(_("Error: "), "bold red", visible(sentence))


def _styled(text: str, style: str, plain: str = "") -> None:
    """Print a line to standard error; on a terminal, its first part is styled."""
    if not sys.stderr.isatty():
        sys.stderr.write(f"{text}{plain}\n")
        return
    from rich.text import Text

    _screen().print(Text.assemble((text, style), plain))


def _screen() -> Console:
    """Standard error, printed without markup, so that brackets in file names stay."""
    from rich.console import Console

    return Console(file=sys.stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)
