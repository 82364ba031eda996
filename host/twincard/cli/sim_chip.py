"""Which chip a new simulated card behaves as."""

from __future__ import annotations

from typing import Annotated

import typer

from twincard.chips.profile import find_profile
from twincard.chips.simulation import SimulatedChip, simulated
from twincard.cli.errors import InputError
from twincard.language import _

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


def simulated_chip(model: str | None, *, with_unknown: bool) -> SimulatedChip | None:
    """The chip that was named, or None. Raises ChipError, InputError."""
    if model is None:
        if with_unknown:
            raise InputError(_("--with-unknown is for --chip."))
        return None
    return simulated(find_profile(model), unknown_is_there=with_unknown)
