"""What real chips can do, and how long it takes them."""

from __future__ import annotations

from dataclasses import dataclass

from twincard.chips.counted import Flow, Way
from twincard.chips.profile import Answer


@dataclass(frozen=True)
class ChipFeature:
    """Whether a feature runs, and the needs (columns of the table) that stand against it."""

    feature: str
    answer: Answer
    missing: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class ChipTime:
    """Seconds a flow takes: see twincard.chips.estimate."""

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
    """A chip that was tested; `simulated`: whether `sim new --chip` takes it."""

    name: str
    model: str
    java_card: str
    year: str
    simulated: bool
    features: tuple[ChipFeature, ...]
    times: tuple[ChipTime, ...]


@dataclass(frozen=True)
class ChipShare:
    """Of the chips from Java Card 3.0.4 on that have RSA or P-256, how many run a feature."""

    feature: str
    yes: int
    unknown: int
    no: int
    percent: float


@dataclass(frozen=True)
class Chips:
    """The chips asked for, and the shares of all."""

    chips: tuple[Chip, ...]
    shares: tuple[ChipShare, ...]
