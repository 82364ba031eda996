"""Simulated cards."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from twincard.results.marks import MAY_BE_ABSENT


@dataclass(frozen=True)
class NewCard:
    """A simulated card that was made."""

    reader: str
    transport_key_file: Path | None
    """None: the card is blank, and `card load` makes the key."""
    chip: str | None = None
    """The real chip that it behaves as; None: one that lacks nothing."""


@dataclass(frozen=True)
class StandIn:
    """A CAP file without code that was written."""

    stand_in: Path


@dataclass(frozen=True)
class UnreadableCard:
    """A simulated card whose file cannot be read, and why."""

    card: str
    reason: str


@dataclass(frozen=True)
class Cards:
    """The readers of all simulated cards."""

    cards: tuple[str, ...]
    unreadable: tuple[UnreadableCard, ...] | None = field(default=None, metadata=MAY_BE_ABSENT)
    """Those of them whose files cannot be read; absent where all can."""


@dataclass(frozen=True)
class RemovedCard:
    """A simulated card that is no more."""

    removed: str


@dataclass(frozen=True)
class ServedCard:
    """A simulated card, and the virtual reader that it is in."""

    reader: str
    vpcd: str
