"""Tells simulated cards from real ones, also in a PC/SC reader."""

from __future__ import annotations

from twincard.transport.connection import Connection

_HISTORICAL = b"TWINCARD"


def is_simulated(connection: Connection) -> bool:
    """Whether its answer to reset ends in our historical bytes (Chip.java): no real card's does."""
    return _HISTORICAL in connection.atr[-len(_HISTORICAL) - 1 :]
