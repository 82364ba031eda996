"""`twincard readers`: lists readers and their cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from twincard.cli.terminal.errors import describe
from twincard.cli.terminal.options import Json
from twincard.cli.terminal.output import Printer
from twincard.ground.language import _
from twincard.results.readers import Readers
from twincard.simulator.folder import list_cards
from twincard.transport import TransportError
from twincard.transport.slots import Slot, slots, watch

_WIDEST = 50

Watch = Annotated[
    bool, typer.Option("--watch", help="Keep reporting insertions and removals until Ctrl-C.")
]


def readers(watching: Watch = False, json: Json = False) -> None:
    """List simulated cards and PC/SC readers."""
    out = Printer(json)
    if watching:
        _watch(out)
    else:
        _list(out)


def _list(out: Printer) -> None:
    simulated: tuple[str, ...] = ()
    found: tuple[Slot, ...] = ()
    problem = simulated_problem = None
    try:
        simulated = tuple(f"sim:{name}" for name in list_cards())
    except OSError as error:
        simulated_problem = describe(error).sentence
        out.step(simulated_problem)
    try:
        found = tuple(map(_named, slots()))
    except TransportError as error:
        problem = str(error)
        out.step(problem)
    lines = [*simulated, *_lines(found)]
    names = tuple(slot.reader for slot in found)
    text = "\n".join(lines) or _(
        "No cards or readers were found. Create a simulated card with `twincard sim new NAME`."
    )
    out.result(Readers(simulated, names, found, problem, simulated_problem), text)


def _watch(out: Printer) -> None:
    try:
        for slot in map(_named, watch()):
            out.result(slot, *_lines([slot]))
    except KeyboardInterrupt:
        return


def _named(slot: Slot) -> Slot:
    return replace(slot, reader=f"pcsc:{slot.reader}")


def _lines(found: Sequence[Slot]) -> list[str]:
    from rich.cells import cell_len

    widths = [cell_len(slot.reader) for slot in found]
    # One long name must not push the states of all others off the screen.
    column = max((width for width in widths if width <= _WIDEST), default=0)
    return [
        slot.reader + " " * max(column - width, 0) + f"  {_(slot.holds.value)}"
        for slot, width in zip(found, widths, strict=True)
    ]
