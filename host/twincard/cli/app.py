"""The program `twincard`: all commands, and how one is run."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Annotated, TextIO

import typer
from typer.core import TyperGroup

from twincard.cli.commands import COMMANDS
from twincard.cli.shell.help_page import HELP_NAMES
from twincard.cli.shell.lazy_group import LazyGroup, fill
from twincard.cli.terminal import typed_ahead
from twincard.cli.terminal.errors import ToldError, describe
from twincard.cli.terminal.output import (
    naming_standard_output,
    print_failure,
    print_text,
    writing_whole,
)
from twincard.cli.terminal.signals import as_interruptions, interruption
from twincard.cli.terminal.user_language import speaking
from twincard.ground.whole_writes import write_whole
from twincard.keys.secret import wiping
from twincard.results.failure import ExitCode

_app = typer.Typer(
    help="Keep a private key on two smart cards: it never leaves them unencrypted, "
    "and losing one card loses no files.",
    cls=LazyGroup,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Rich's panels cut long options short on a terminal of 80 columns.
    rich_markup_mode=None,
    context_settings={"help_option_names": list(HELP_NAMES)},
)
COMPLETE = "__complete"
"""The word with which a shell asks for completions."""


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print_text(f"twincard {version('twincard')}\n")
        raise typer.Exit


@_app.callback()
def _root(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    del version
    if context.invoked_subcommand is None:
        print_text(context.get_help() + "\n")


def program() -> TyperGroup:
    """A new tree of commands, in the language in use."""
    root = typer.main.get_command(_app)
    assert isinstance(root, TyperGroup)  # noqa: S101 -- an app with a callback
    fill(root, COMMANDS)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (see docs/cli.md). Nothing is raised.

    `arguments` are those after the program's name; None takes the program's own.
    """
    # Otherwise pydantic, which Typer uses, would search for plugins at each start and load them.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words[:1] == [COMPLETE]:
        return _complete(words[1:])
    for stream in (sys.stdout, sys.stderr):
        # A file name that the terminal cannot encode must not end the command.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    with writing_whole(), speaking((sys.stdout, sys.stderr)), wiping(), as_interruptions():
        return _run(words)


def _run(words: Sequence[str]) -> int:
    try:
        # Typer returns the code of an Exit, and None after a command that just returned.
        code = program().main(args=words, prog_name="twincard", standalone_mode=False)
        with naming_standard_output():
            sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        # Typer ends the program if a pipe is closed; then nobody reads an error.
        _stop_writing(sys.__stdout__)
        return ExitCode.FILE
    except ToldError as error:
        with typed_ahead.discarded():
            return error.code
    except BaseException as error:
        return _failed(error, words)
    if code == ExitCode.INTERRUPTED:
        return _failed(interruption(), words)
    return int(code or ExitCode.DONE)


def _complete(words: Sequence[str]) -> int:
    # The user is typing: if anything goes wrong, the best answer is nothing.
    with contextlib.suppress(Exception), writing_whole(), speaking((sys.stdout,)):
        from twincard.cli.shell.completing import answer

        write_whole(sys.stdout.buffer, answer(program(), words).encode(errors="surrogateescape"))
        sys.stdout.flush()
        return ExitCode.DONE
    return ExitCode.UNEXPECTED


def _stop_writing(stream: TextIO | None) -> None:
    # Otherwise what is still buffered would fail again when Python ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno() if stream else 1)


def _failed(error: BaseException, words: Sequence[str]) -> ExitCode:
    # Even if a stream is full or closed, the exit code tells of the failure.
    with typed_ahead.discarded():
        with contextlib.suppress(OSError):
            _tell(error, words)
        for stream in (sys.stderr, sys.stdout):
            try:
                stream.flush()
            except OSError:
                _stop_writing(stream)
    return describe(error).code


def _tell(error: BaseException, words: Sequence[str]) -> None:
    if os.environ.get("TWINCARD_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    failure = describe(error)
    # A wrong option can end the command before it reads --json.
    print_failure(failure, as_json="--json" in words)
