"""Describes a card that nobody has tested yet: its kind, its features and its speed.

Nothing is written to the card, and no secret is sent to it or read from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from statistics import median
from time import perf_counter

from twincard.card.report import Features, LifeCycle
from twincard.card.session import APPLET_AID, Card, NoAppletError
from twincard.globalplatform.manager import CardManager, ManagementError
from twincard.globalplatform.registry import Production
from twincard.iso.status import CardError
from twincard.transport import Connection

RUNS = 5
"""How often each operation is timed."""


class Operation(Enum):
    """What is timed."""

    SELECT = "SELECT"
    STATE_REPORT = "GET DATA"
    RANDOM = "GET CHALLENGE"


@dataclass(frozen=True)
class ManagerDescription:
    """The card manager: its AID, its secure channels (number and parameter i), and who made it."""

    aid: bytes
    protocols: tuple[tuple[int, int], ...]
    production: Production | None


@dataclass(frozen=True)
class AppletDescription:
    """The applet; `version` is that of its interface, the upper byte before the point."""

    version: int
    features: Features
    life_cycle: LifeCycle
    serves_opensc: bool
    times: dict[Operation, float]
    """Seconds, the median; without an operation that the card refuses."""


@dataclass(frozen=True)
class Description:
    """A card; `manager` and `applet` are None where there is none."""

    atr: bytes
    manager: ManagerDescription | None
    applet: AppletDescription | None


def describe(connection: Connection) -> Description:
    """Ask the card manager, then the applet. Raises CardError, TransportError."""
    manager = _describe_manager(connection)
    return Description(connection.atr, manager, _describe_applet(connection))


def _describe_manager(connection: Connection) -> ManagerDescription | None:
    try:
        manager = CardManager(connection)
    except ManagementError:
        return None
    if manager.aid in (b"", APPLET_AID):
        # SELECT without an AID gives the default application: here it is not a card manager.
        return None
    return ManagerDescription(manager.aid, tuple(manager.protocols()), manager.production())


def _describe_applet(connection: Connection) -> AppletDescription | None:
    try:
        card = Card(connection)
    except NoAppletError:
        return None
    report = card.report()
    return AppletDescription(
        report.version,
        card.features,
        report.life_cycle,
        card.serves_opensc,
        dict(_times(card)),
    )


def _times(card: Card) -> Iterator[tuple[Operation, float]]:
    operations: tuple[tuple[Operation, Callable[[], object]], ...] = (
        (Operation.SELECT, card.select),
        (Operation.STATE_REPORT, card.report),
        (Operation.RANDOM, card.issuer.challenge),
    )
    for name, operation in operations:
        try:
            yield name, median(_seconds(operation) for _run in range(RUNS))
        except CardError:
            continue


def _seconds(operation: Callable[[], object]) -> float:
    start = perf_counter()
    operation()
    return perf_counter() - start
