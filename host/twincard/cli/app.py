"""The commands put together, and the one way into them."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import Annotated, TextIO

import typer

from twincard.cli import demo
from twincard.cli.card import app as card
from twincard.cli.chip import chips
from twincard.cli.file import decrypt, encrypt, transcode
from twincard.cli.group import app as group
from twincard.cli.key import certificate, issuer, public_key
from twincard.cli.pair import duplicate, issue, recover
from twincard.cli.reader import readers, sim
from twincard.cli.shell import completion, schema
from twincard.cli.shell.completing import COMPLETE, answer
from twincard.cli.shell.translated_help import translate
from twincard.cli.terminal.errors import ExitCode, describe
from twincard.cli.terminal.output import naming_standard_output, print_failure
from twincard.cli.terminal.user_language import speaking
from twincard.keys.secret import wiping

app = typer.Typer(
    help="A key that never leaves its smart card in the clear, and that you still cannot lose.",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Rich's panels cut long options short on a terminal of 80 columns.
    rich_markup_mode=None,
)
app.command("demo")(demo.demo)
app.add_typer(sim.app, name="sim")
app.command("readers")(readers.readers)
app.add_typer(card.app, name="card")
app.add_typer(group.app, name="group")
app.add_typer(issuer.app, name="issuer")
app.command("chips")(chips.chips)
app.command("issue")(issue.issue)
app.command("duplicate")(duplicate.duplicate)
app.command("public-key")(public_key.public_key)
app.command("certificate")(certificate.certificate)
app.command("csr")(certificate.csr)
app.command("encrypt")(encrypt.encrypt)
app.command("decrypt")(decrypt.decrypt)
app.command("transcode")(transcode.transcode)
app.command("recover")(recover.recover)
app.command("schema")(schema.schema)
app.command("completion")(completion.completion)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        sys.stdout.write(f"twincard {version('twincard')}\n")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Its version.")
    ] = False,
) -> None:
    del version
    if context.invoked_subcommand is None:
        sys.stdout.write(context.get_help() + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (see docs/cli.md). Nothing is raised.

    `arguments` are those after the program's name; None takes the program's own.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words[:1] == [COMPLETE]:
        return _complete(words[1:])
    for stream in (sys.stdout, sys.stderr):
        # A name of a file that the terminal cannot show must not end the command.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    with speaking((sys.stdout, sys.stderr)), wiping(), warnings.catch_warnings():
        # The cryptography package counts bytes where a name may have so many characters.
        warnings.filterwarnings("ignore", "Attribute's length must be", UserWarning)
        return _run(words)


def _run(words: Sequence[str]) -> int:
    try:
        command = typer.main.get_command(app)
        translate(command)
        # Typer returns the code of an Exit, and None after a command that just returned.
        code = command.main(args=words, prog_name="twincard", standalone_mode=False)
        with naming_standard_output():
            sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        # Typer ends the program when a pipe is closed: nobody reads on, so nobody is told.
        _stop_writing(sys.__stdout__)
        return ExitCode.FILE
    except BaseException as error:
        return _failed(error, words)
    if code == ExitCode.INTERRUPTED:
        return _failed(KeyboardInterrupt(), words)
    return int(code or ExitCode.DONE)


def _complete(words: Sequence[str]) -> int:
    # Somebody is in the middle of typing: nothing is the best answer to whatever goes wrong.
    with contextlib.suppress(Exception), speaking((sys.stdout,)):
        sys.stdout.buffer.write(answer(app, words).encode(errors="surrogateescape"))
        sys.stdout.flush()
        return ExitCode.DONE
    return ExitCode.UNEXPECTED


def _stop_writing(stream: TextIO | None) -> None:
    # What is still buffered would fail once more when Python ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno() if stream else 1)


def _failed(error: BaseException, words: Sequence[str]) -> ExitCode:
    # Where a stream is full or closed, the exit code still tells.
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
        traceback.print_exception(error)
    failure = describe(error)
    # A wrong option can end the command before it has looked at --json.
    print_failure(failure, as_json="--json" in words)
