"""The description of a card for the project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from twincard.card.report import Features, LifeCycle
from twincard.flows.check.description import Operation
from twincard.results.marks import OneOf

FeatureName = Annotated[str, OneOf.names(Features)]


@dataclass(frozen=True)
class ChannelInfo:
    """A secure channel of the card manager: SCP`number`, with its parameter i."""

    number: int
    parameter: int


@dataclass(frozen=True)
class ChipInfo:
    """The card's production data (CPLC), in hex digits as the card has them.

    `serial` identifies this card; it is null unless it was requested.
    """

    maker: str
    chip: str
    system: str
    system_date: str
    system_level: str
    made_on: str
    serial: str | None


@dataclass(frozen=True)
class ManagerInfo:
    """The card manager; `production` is null if it does not report that."""

    security_domain: bytes
    channels: tuple[ChannelInfo, ...]
    production: ChipInfo | None


@dataclass(frozen=True)
class TimeInfo:
    """How long an operation takes: the median of `runs`."""

    operation: Operation
    milliseconds: float
    runs: int


@dataclass(frozen=True)
class AppletInfo:
    """The applet; `opensc`: it was installed for OpenSC."""

    version: str
    feature_bits: int
    features: tuple[FeatureName, ...]
    life_cycle: LifeCycle
    opensc: bool
    times: tuple[TimeInfo, ...]


@dataclass(frozen=True)
class ReportedCard:
    """A card as others may know it: without secrets, card id and name of the reader."""

    twincard: str
    system: str
    atr: bytes
    offers_t1: bool
    manager: ManagerInfo | None
    applet: AppletInfo | None
