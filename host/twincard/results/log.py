"""The log of a card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from twincard.card.log import CHAIN_BYTES, DETAIL_BYTES, Event
from twincard.flows.check.log import Signer
from twincard.results.marks import Id, OneOf, Sha256, Size

EventName = Annotated[str, OneOf.names(Event)]


@dataclass(frozen=True)
class EventInfo:
    """One event; `event` is None if this program does not know its code."""

    number: int
    event: EventName | None
    code: int
    detail: Annotated[bytes, Size(DETAIL_BYTES)]
    text: str


@dataclass(frozen=True)
class LogInfo:
    """A verified log.

    `chain` is the hash chain over all `count` events; the next reading must continue it. `missing`
    is the number of events between the earlier reading and this one that neither shows; None
    without an earlier reading.
    """

    card_id: Id
    count: int
    chain: Annotated[bytes, Size(CHAIN_BYTES)]
    signer: Signer
    device_key_sha256: Sha256 | None
    issuer_public_key_sha256: Sha256 | None
    missing: int | None
    events: tuple[EventInfo, ...]
