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
from twincard.results.simulated import (
    Cards,
    NewBlankCard,
    NewCard,
    RemovedCard,
    StandIn,
    UnreadableCard,
)
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
        help="Imitate this real chip, without the features that it lacks. Give its name "
        "or a unique part of it; `twincard chips` lists all chips.",
    ),
]
WithUnknown = Annotated[
    bool,
    typer.Option(
        "--with-unknown",
        help="With --chip: assume that untested features are present. Default: absent.",
    ),
]
Blank = Annotated[
    bool,
    typer.Option(
        "--blank",
        help="Create a card without the applet. It has a card manager with the default "
        "keys, so that `twincard card load` can load the applet as onto a real card.",
    ),
]


def new(
    name: SimulatedCard,
    blank: Blank = False,
    opensc: Annotated[
        bool, typer.Option("--opensc", help="Create a card that OpenSC can use.")
    ] = False,
    chip: ChipName = None,
    with_unknown: WithUnknown = False,
    json: Json = False,
) -> None:
    """Create a simulated card, and a file with its transport key."""
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
    made = (
        NewBlankCard(_reader(name), model)
        if blank
        else NewCard(_reader(name), transport_key_file(name), model)
    )
    lines = [text.format(reader=made.reader), *(simulation_text(copied) if copied else ())]
    Printer(json).result(made, "\n".join(lines))


def cap(
    file: Annotated[Path, typer.Argument(metavar="FILE.cap", help="CAP file to write.")],
    json: Json = False,
) -> None:
    """Write a CAP file without code, to rehearse `card load` on simulated cards."""
    write_stand_in(file)
    text = _(
        "{file} stands in for the CAP file of the applet. Only blank simulated cards "
        "accept it; real cards refuse it."
    )
    Printer(json).result(StandIn(file), text.format(file=file))


def list_(json: Json = False) -> None:
    """List simulated cards."""
    out = Printer(json)
    names = list_cards()
    unreadable = tuple(_unreadable(names))
    cards = Cards(tuple(map(_reader, names)), unreadable or None)
    text = "\n".join(cards.cards) or _(
        "There are no simulated cards. Create one with `twincard sim new NAME`."
    )
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
    """Destroy a simulated card and every key on it."""
    reader = _reader(name)
    if name in list_cards():
        prompts.confirm(
            _("Destroy {reader} and every key on it?").format(reader=reader), "--yes", yes=yes
        )
    remove_card(name)
    Printer(json).result(RemovedCard(reader), _("{reader} was destroyed.").format(reader=reader))


def _reader(name: str) -> str:
    return f"sim:{name}"


def _simulated_chip(model: str | None, *, with_unknown: bool) -> SimulatedChip | None:
    """The chip that was named, or None. Raises ChipError, InputError."""
    if model is None:
        if with_unknown:
            raise InputError(_("--with-unknown needs --chip."))
        return None
    return simulated(find_profile(model), unknown_is_there=with_unknown)
