"""Cards with a new PIN, with other keys, at the end of their life."""

from __future__ import annotations

from dataclasses import dataclass

from twincard.card.report import LifeCycle
from twincard.results.card_info import TriesInfo
from twincard.results.marks import Id


@dataclass(frozen=True)
class PinSet:
    """A card that has a new PIN."""

    card_id: Id
    pin: TriesInfo


@dataclass(frozen=True)
class KeysReplaced:
    """A card whose issuer has other keys now."""

    card_id: Id
    key_version: int


@dataclass(frozen=True)
class Terminated:
    """A card whose life is over."""

    card_id: Id
    life_cycle: LifeCycle
