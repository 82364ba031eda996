"""What a command prints: text for people, or one JSON object for programs.

Results go to standard output, all else to standard error; bars are drawn on a terminal only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from twincard.cli.terminal.errors import Failure
from twincard.ground.control_characters import visible
from twincard.ground.language import _
from twincard.results.failure import ErrorInfo, Failed

if TYPE_CHECKING:
    from rich.console import Console

_JSON_CONTROLS = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}
_NO_ADVANCE: Callable[[int], None] = lambda _: None  # noqa: E731


class Printer:
    """Where one command prints to."""

    def __init__(self, as_json: bool) -> None:
        """`as_json`: the result is one JSON object, and steps are not told."""
        self.as_json = as_json

    def result(self, result: object, text: str) -> None:
        """The command's result: a dataclass for programs, the same as text for people."""
        if self.as_json:
            print_json(result)
            return
        with naming_standard_output():
            sys.stdout.write(_visible_lines(text) + "\n")

    def step(self, text: str) -> None:
        """What is being done, for people only."""
        if not self.as_json:
            _styled(visible(text), "dim")

    def note(self, text: str) -> None:
        """Something that people and the logs of programs should see."""
        sys.stderr.write(visible(text) + "\n")

    def failed(self, name: Path | str, sentence: str) -> None:
        """One of several files or cards failed, and the others go on."""
        _print_error(
            sentence
            if str(name) in sentence
            else _("{path}: {sentence}").format(path=name, sentence=sentence)
        )

    @contextmanager
    def progress(self, title: str, total: int | None) -> Iterator[Callable[[int], None]]:
        """A bar for `total` bytes; gives a function that is told the bytes done."""
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
        with Progress(*columns, console=_screen(), transient=True) as bars:
            task = bars.add_task(visible(title), total=total)
            yield lambda done: bars.update(task, completed=done)


def aligned(rows: Sequence[tuple[str, str]]) -> str:
    """Names and values, a line each, whole however narrow the terminal is."""
    from rich.cells import cell_len

    width = max(cell_len(name) for name, _value in rows) + 2
    return "\n".join(name + " " * (width - cell_len(name)) + value for name, value in rows)


def _visible_lines(text: str) -> str:
    return "\n".join(map(visible, text.split("\n")))


@contextmanager
def naming_standard_output() -> Iterator[None]:
    """Errors tell what could not be written; nobody is told of a pipe that nobody reads."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, _("Standard output")) from None


def print_json(result: object) -> None:
    """One JSON object on standard output."""
    from twincard.results.in_json import to_json

    # In another encoding, what it lacks would be escaped in ways that JSON does not know.
    escaped = sys.stdout.encoding.lower() not in ("utf-8", "utf8")
    text = to_json(result, escaped=escaped)
    # json escapes C0 alone.
    with naming_standard_output():
        sys.stdout.write(text.translate(_JSON_CONTROLS) + "\n")


def print_failure(failure: Failure, *, as_json: bool) -> None:
    """The sentence on standard error, and with `as_json` the error as JSON on standard output."""
    _print_error(failure.sentence)
    if not as_json:
        return
    code, name = failure.code.value, failure.code.name.lower()
    print_json(Failed(ErrorInfo(code, name, failure.sentence, failure.tries_left)))


def _print_error(sentence: str) -> None:
    _styled(_("Error: "), "bold red", visible(sentence))


def _styled(text: str, style: str, plain: str = "") -> None:
    """A line on standard error that begins with styled text, where a terminal shows it."""
    if not sys.stderr.isatty():
        sys.stderr.write(f"{text}{plain}\n")
        return
    from rich.text import Text

    _screen().print(Text.assemble((text, style), plain))


def _screen() -> Console:
    """Standard error, with names of files as they are, brackets included."""
    from rich.console import Console

    return Console(file=sys.stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)
