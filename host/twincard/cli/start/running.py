"""Runs the steps of the guided set-up in this process, and shows each command."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence

import typer

from twincard.cli.start.plan import Step, TestFile
from twincard.cli.terminal import prompts
from twincard.cli.terminal.output import print_text
from twincard.ground.control_characters import visible
from twincard.ground.language import _
from twincard.simulator.shared_program import one_program


def run_all(steps: Sequence[Step | TestFile], *, ask: bool, as_json: bool) -> None:
    """Carry out all steps; raises what the first that fails does, typer.Exit with its code.

    The PIN that was typed for one command serves the others. `ask`: wait for what is done by hand.
    With `as_json` nothing is shown: standard output is for one object alone.
    """
    if as_json:
        more: tuple[str, ...] = ("--json",)
        aside = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        with contextlib.redirect_stdout(aside):
            _run_all(steps, more, lambda _text: None, ask=ask)
    else:
        _run_all(steps, (), _tell, ask=ask)


def _run_all(
    steps: Sequence[Step | TestFile],
    more: tuple[str, ...],
    tell: Callable[[str], None],
    *,
    ask: bool,
) -> None:
    with one_program(), prompts.one_pin():
        for number, step in enumerate(steps, 1):
            tell("")
            tell(f"[{number}/{len(steps)}] {step.title}")
            tell(f"$ {step.line}")
            if isinstance(step, TestFile):
                step.write()
                continue
            _run((*step.words, *more))
            if step.after and ask:
                prompts.ask_line(
                    _("{task} Press Enter when that is done. ").format(task=step.after)
                )


def _tell(text: str) -> None:
    """Print a line between the outputs of commands."""
    print_text(visible(text) + "\n")


def _run(words: Sequence[str]) -> None:
    # Imported here, since it imports what it runs.
    from twincard.cli.app import program

    code = program().main(args=list(words), prog_name="twincard", standalone_mode=False)
    if code:
        raise typer.Exit(int(code))
