"""What whoever receives a card finds on it."""

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
    """What is wrong, as a name and as a sentence; `event` is the number of the event, if one is."""

    fault: FaultName
    event: int | None
    text: str


@dataclass(frozen=True)
class Accepted:
    """A card of the issuer named (SHA-256 of the public key), as it came to who shall use it.

    `hidden` events happened before those that `events` tell. `accepted`: nothing is wrong.
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
