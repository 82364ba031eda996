"""What real chips can do, and how long they take."""

from __future__ import annotations

from dataclasses import dataclass

from twincard.chips.counted import Flow, Way
from twincard.chips.profile import Answer


@dataclass(frozen=True)
class ChipFeature:
    """Whether a chip supports a feature, and which needs (columns of the table) it lacks."""

    feature: str
    answer: Answer
    missing: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class ChipTime:
    """How many seconds a flow takes; see twincard.chips.estimate."""

    flow: Flow
    way: Way
    key: str
    low: float | None
    high: float | None
    key_generation: float | None
    missing: tuple[str, ...]
    suspect: tuple[str, ...]


@dataclass(frozen=True)
class Chip:
    """A tested chip; `simulated`: `sim new --chip` can imitate it."""

    name: str
    model: str
    java_card: str
    year: str
    simulated: bool
    features: tuple[ChipFeature, ...]
    times: tuple[ChipTime, ...]


@dataclass(frozen=True)
class ChipShare:
    """How many chips with Java Card 3.0.4 or later and RSA or P-256 support a feature."""

    feature: str
    yes: int
    unknown: int
    no: int
    percent: float


@dataclass(frozen=True)
class Chips:
    """The requested chips, and the shares among all chips."""

    chips: tuple[Chip, ...]
    shares: tuple[ChipShare, ...]
