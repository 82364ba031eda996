"""The check of a card that somebody received."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from twincard.card.report import LifeCycle, Role
from twincard.flows.check.accept import Fault
from twincard.results.card_info import PolicyName
from twincard.results.log import EventInfo
from twincard.results.marks import Id, OneOf, Sha256

FaultName = Annotated[str, OneOf.names(Fault)]
"""What is wrong with a card that was received."""


@dataclass(frozen=True)
class FaultInfo:
    """A fault, as a name and a sentence; `event` is the number of a wrong event, or None."""

    fault: FaultName
    event: int | None
    text: str


@dataclass(frozen=True)
class Accepted:
    """A card as it was received, certified by the issuer with this SHA-256.

    `hidden` is the number of events before those in `events`. `accepted` is true if there is no
    fault.
    """

    card_id: Id
    role: Role
    life_cycle: LifeCycle
    policy: tuple[PolicyName, ...]
    transport_pin: bool
    issuer_public_key_sha256: Sha256
    hidden: int
    events: tuple[EventInfo, ...]
    faults: tuple[FaultInfo, ...]
    accepted: bool
