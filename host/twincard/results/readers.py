"""Readers, and the cards in them."""

from __future__ import annotations

from dataclasses import dataclass, field

from twincard.results.marks import MAY_BE_ABSENT
from twincard.transport.slots import Slot


@dataclass(frozen=True)
class Readers:
    """Names to use as READER; `pcsc_problem` says why there are no PC/SC readers."""

    simulated: tuple[str, ...]
    pcsc: tuple[str, ...]
    slots: tuple[Slot, ...]
    """The contents of the PC/SC readers."""
    pcsc_problem: str | None
    simulated_problem: str | None = field(default=None, metadata=MAY_BE_ABSENT)
    """Why the folder of simulated cards cannot be read."""
