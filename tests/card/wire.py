"""Commands to a simulated card below the host's session, so that tests see every status word."""

from __future__ import annotations

from twincard.iso.chaining import Link
from twincard.iso.command import Command
from twincard.simulator.laboratory import Laboratory

__all__ = ["Command", "exchange", "status"]


def status(lab: Laboratory, command: Command) -> int:
    """The status word of one short APDU."""
    return lab.transmit(command.short())[1]


def exchange(lab: Laboratory, command: Command, *, extended: bool = False) -> tuple[bytes, int]:
    """Whole answer and status word of a command of any length."""
    response = Link(lab, extended=extended).exchange(command)
    return response.data, response.sw
