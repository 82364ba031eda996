"""`twincard sim serve`: a simulated card in a reader that every PC/SC program sees."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import Json, SimulatedCard
from twincard.cli.terminal.output import Printer
from twincard.ground.language import _
from twincard.results.simulated import ServedCard
from twincard.simulator.vpcd import USUAL_READERS, Address, take_reader
from twincard.transport import connect

Vpcd = Annotated[
    str | None,
    typer.Option(
        "--vpcd",
        metavar="HOST:PORT",
        help="Where a virtual reader of vpcd listens; without it, the first free one of "
        f"{' and '.join(map(str, USUAL_READERS))}.",
    ),
]


def serve(
    name: SimulatedCard,
    vpcd: Vpcd = None,
    json: Json = False,
) -> None:
    """Put a simulated card into a virtual reader of pcscd, until Ctrl-C takes it out."""
    addresses = USUAL_READERS if vpcd is None else (_address(vpcd),)
    out = Printer(json)
    card = connect(f"sim:{name}")
    try:
        with take_reader(addresses) as reader:
            served = ServedCard(f"sim:{name}", str(reader.address))
            text = _("{reader} is in the virtual reader at {vpcd}: Ctrl-C takes it out.").format(
                reader=served.reader, vpcd=served.vpcd
            )
            out.result(served, text)
            sys.stdout.flush()
            reader.serve(card)
    except KeyboardInterrupt:
        out.step(_("sim:{name} is taken out.").format(name=name))
    finally:
        card.close()


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError:
        raise InputError(
            _("--vpcd wants HOST:PORT, such as {example}.").format(example=USUAL_READERS[0])
        ) from None
