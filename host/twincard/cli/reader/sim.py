"""`twincard sim`: simulated cards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
from twincard.ground.language import _
from twincard.pkcs15.opensc import INSTALLATION
from twincard.results.failure import ExitCode
from twincard.results.simulated import Cards, NewCard, RemovedCard, UnreadableCard
from twincard.simulator.folder import (
    check_file,
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


def new(
    name: SimulatedCard,
    opensc: Annotated[bool, typer.Option("--opensc", help="One that OpenSC works with.")] = False,
    chip: ChipName = None,
    with_unknown: WithUnknown = False,
    json: Json = False,
) -> None:
    """Make a blank card, with a transport key of its own in a file beside it."""
    copied = _simulated_chip(chip, with_unknown=with_unknown)
    opensc_card = (OPENSC_AID, INSTALLATION) if opensc else (b"", b"")
    create_card(name, *opensc_card, make=copied.make if copied else None)
    model = copied.profile.name if copied else None
    made = NewCard(_reader(name), transport_key_file(name), model)
    text = _("{reader} is ready to be issued.").format(reader=made.reader)
    Printer(json).result(made, "\n".join([text, *(simulation_text(copied) if copied else ())]))


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
