"""`twincard sim`: simulated cards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from twincard.card.session import OPENSC_AID
from twincard.chips.profile import find_profile
from twincard.chips.simulation import SimulatedChip, simulated
from twincard.cli.chip.chip_text import simulation_text
from twincard.cli.terminal import prompts
from twincard.cli.terminal.errors import InputError, describe
from twincard.cli.terminal.options import Json, SimulatedCard, Yes
from twincard.cli.terminal.output import Printer
from twincard.globalplatform.stand_in import write_stand_in
from twincard.ground.language import _
from twincard.pkcs15.opensc import INSTALLATION
from twincard.results.failure import ExitCode
from twincard.results.simulated import Cards, NewCard, RemovedCard, StandIn, UnreadableCard
from twincard.simulator.folder import (
    check_file,
    create_blank_card,
    create_card,
    list_cards,
    remove_card,
    transport_key_file,
)
from twincard.transport import TransportError

ChipName = Annotated[
    str | None,
    typer.Option(
        "--chip",
        metavar="MODEL",
        help="Lack what this real chip lacks (its name or a unique part of it; `twincard chips` "
        "lists them).",
    ),
]
WithUnknown = Annotated[
    bool,
    typer.Option(
        "--with-unknown", help="What is not known of the chip is there; without it, it is not."
    ),
]
Blank = Annotated[
    bool,
    typer.Option(
        "--blank",
        help="Leave the applet out: the card has a card manager with the default keys, and "
        "`twincard card load` loads the applet, as onto a real card.",
    ),
]


def new(
    name: SimulatedCard,
    blank: Blank = False,
    opensc: Annotated[bool, typer.Option("--opensc", help="One that OpenSC works with.")] = False,
    chip: ChipName = None,
    with_unknown: WithUnknown = False,
    json: Json = False,
) -> None:
    """Make a simulated card, with a transport key of its own in a file beside it."""
    copied = _simulated_chip(chip, with_unknown=with_unknown)
    make = copied.make if copied else None
    if blank and opensc:
        raise InputError(_("--opensc cannot be used with --blank: the CAP file decides that."))
    if blank:
        create_blank_card(name, make)
        text = _(
            "{reader} is a blank card with the default keys. Load the applet with `twincard card "
            "load`; `twincard sim cap` writes a file for that."
        )
    else:
        create_card(name, *((OPENSC_AID, INSTALLATION) if opensc else (b"", b"")), make=make)
        text = _("{reader} is ready to be issued.")
    model = copied.profile.name if copied else None
    made = NewCard(_reader(name), None if blank else transport_key_file(name), model)
    lines = [text.format(reader=made.reader), *(simulation_text(copied) if copied else ())]
    Printer(json).result(made, "\n".join(lines))


def cap(
    file: Annotated[Path, typer.Argument(metavar="FILE.cap", help="The file to write.")],
    json: Json = False,
) -> None:
    """Write a CAP file without code, with which `card load` is rehearsed on simulated cards."""
    write_stand_in(file)
    text = _(
        "{file} is a stand-in for the applet's CAP file, for blank simulated cards alone: real "
        "cards refuse it."
    )
    Printer(json).result(StandIn(file), text.format(file=file))


def list_(json: Json = False) -> None:
    """List the simulated cards."""
    out = Printer(json)
    names = list_cards()
    unreadable = tuple(_unreadable(names))
    cards = Cards(tuple(map(_reader, names)), unreadable or None)
    text = "\n".join(cards.cards) or _("There is none: `twincard sim new NAME` makes one.")
    out.result(cards, text)
    for one in unreadable:
        out.failed(one.card, one.reason)
    if unreadable:
        raise typer.Exit(ExitCode.FILE)


def _unreadable(names: Iterable[str]) -> Iterator[UnreadableCard]:
    for name in names:
        try:
            check_file(name)
        except (OSError, TransportError) as error:
            yield UnreadableCard(_reader(name), describe(error).sentence)


def remove(name: SimulatedCard, yes: Yes = False, json: Json = False) -> None:
    """Destroy a simulated card, and with it the keys on it."""
    reader = _reader(name)
    if name in list_cards():
        prompts.confirm(
            _("Destroy {reader} and every key on it?").format(reader=reader), "--yes", yes=yes
        )
    remove_card(name)
    Printer(json).result(RemovedCard(reader), _("{reader} is destroyed.").format(reader=reader))


def _reader(name: str) -> str:
    return f"sim:{name}"


def _simulated_chip(model: str | None, *, with_unknown: bool) -> SimulatedChip | None:
    """The chip that was named, or None. Raises ChipError, InputError."""
    if model is None:
        if with_unknown:
            raise InputError(_("--with-unknown is for --chip."))
        return None
    return simulated(find_profile(model), unknown_is_there=with_unknown)
