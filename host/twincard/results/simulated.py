"""Simulated cards."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from twincard.results.marks import MAY_BE_ABSENT


@dataclass(frozen=True)
class NewCard:
    """A new simulated card."""

    reader: str
    transport_key_file: Path
    chip: str | None = None
    """The real chip that the card imitates; None if it lacks nothing."""


@dataclass(frozen=True)
class NewBlankCard:
    """A simulated card without its applet; `card load` generates its transport key."""

    reader: str
    chip: str | None = None
    """As NewCard's."""


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
    """The cards whose files cannot be read; absent if there are none."""


@dataclass(frozen=True)
class RemovedCard:
    """A simulated card that was destroyed."""

    removed: str


@dataclass(frozen=True)
class ServedCard:
    """A simulated card, and its virtual reader."""

    reader: str
    vpcd: str
