"""`twincard readers`: where cards can be."""

from __future__ import annotations

from dataclasses import dataclass

from twincard.cli.options import Json
from twincard.cli.output import Output
from twincard.transport import TransportError
from twincard.transport.folder import list_cards
from twincard.transport.pcsc import list_readers


@dataclass(frozen=True)
class Readers:
    """Names to use as READER; `pcsc_problem` says why there are no PC/SC readers."""

    simulated: tuple[str, ...]
    pcsc: tuple[str, ...]
    pcsc_problem: str | None


def readers(json: Json = False) -> None:
    """List the simulated cards and the PC/SC readers."""
    out = Output(json)
    simulated = tuple(f"sim:{name}" for name in list_cards())
    problem = None
    try:
        pcsc = tuple(f"pcsc:{name}" for name in list_readers())
    except TransportError as error:
        pcsc, problem = (), str(error)
        out.step(problem)
    text = "\n".join(simulated + pcsc) or "There is none: `twincard sim new NAME` makes one."
    out.result(Readers(simulated, pcsc, problem), text)
