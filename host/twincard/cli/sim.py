"""`twincard sim`: simulated cards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from twincard.card.opensc import INSTALLATION
from twincard.card.session import OPENSC_AID
from twincard.cli import prompts
from twincard.cli.chip_text import simulation_text
from twincard.cli.options import Json, Yes
from twincard.cli.output import Output
from twincard.cli.serve import serve
from twincard.cli.sim_chip import ChipName, WithUnknown, simulated_chip
from twincard.language import _
from twincard.transport.folder import create_card, issuer_key_file, list_cards, remove_card

app = typer.Typer(help="Simulated cards: the real applet, without a chip.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The card's name, without sim:.")]


@dataclass(frozen=True)
class NewCard:
    """A simulated card that was made."""

    reader: str
    issuer_key_file: Path
    chip: str | None = None
    """The real chip that it behaves as; None: one that lacks nothing."""


@dataclass(frozen=True)
class Cards:
    """The readers of all simulated cards."""

    cards: tuple[str, ...]


@dataclass(frozen=True)
class RemovedCard:
    """A simulated card that is no more."""

    removed: str


@app.command("new")
def new(
    name: Name,
    opensc: Annotated[bool, typer.Option("--opensc", help="One that OpenSC works with.")] = False,
    chip: ChipName = None,
    with_unknown: WithUnknown = False,
    json: Json = False,
) -> None:
    """Make a blank card, with an issuer's key of its own in a file beside it."""
    copied = simulated_chip(chip, with_unknown=with_unknown)
    opensc_card = (OPENSC_AID, INSTALLATION) if opensc else (b"", b"")
    create_card(name, *opensc_card, make=copied.make if copied else None)
    model = copied.profile.name if copied else None
    made = NewCard(_reader(name), issuer_key_file(name), model)
    text = _("{reader} is ready to be issued.").format(reader=made.reader)
    Output(json).result(made, "\n".join([text, *(simulation_text(copied) if copied else ())]))


@app.command("list")
def list_(json: Json = False) -> None:
    """List the simulated cards."""
    cards = Cards(tuple(map(_reader, list_cards())))
    text = "\n".join(cards.cards) or _("There is none: `twincard sim new NAME` makes one.")
    Output(json).result(cards, text)


@app.command("remove")
def remove(name: Name, yes: Yes = False, json: Json = False) -> None:
    """Destroy a simulated card, and with it the keys on it."""
    reader = _reader(name)
    if name in list_cards():
        prompts.confirm(
            _("Destroy {reader} and every key on it?").format(reader=reader), "--yes", yes=yes
        )
    remove_card(name)
    Output(json).result(RemovedCard(reader), _("{reader} is destroyed.").format(reader=reader))


app.command("serve")(serve)


def _reader(name: str) -> str:
    return f"sim:{name}"
