"""`twincard sim serve`: puts a simulated card into a reader that every PC/SC program sees."""

from __future__ import annotations

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
        help="Address of a virtual vpcd reader. Default: the first free one of "
        f"{' and '.join(map(str, USUAL_READERS))}.",
    ),
]


def serve(
    name: SimulatedCard,
    vpcd: Vpcd = None,
    json: Json = False,
) -> None:
    """Insert a simulated card into a virtual pcscd reader until Ctrl-C."""
    addresses = USUAL_READERS if vpcd is None else (_address(vpcd),)
    out = Printer(json)
    card = connect(f"sim:{name}")
    try:
        with take_reader(addresses) as reader:
            served = ServedCard(f"sim:{name}", str(reader.address))
            text = _(
                "{reader} is in the virtual reader at {vpcd}. Press Ctrl-C to remove it."
            ).format(reader=served.reader, vpcd=served.vpcd)
            out.result(served, text)
            reader.serve(card)
    except KeyboardInterrupt:
        out.step(_("sim:{name} was taken out of the virtual reader.").format(name=name))
    finally:
        card.close()


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError:
        raise InputError(
            _("--vpcd needs HOST:PORT, such as {example}.").format(example=USUAL_READERS[0])
        ) from None
