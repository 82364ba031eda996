"""Cards with a new PIN, with new keys, and terminated cards."""

from __future__ import annotations

from dataclasses import dataclass

from twincard.card.report import LifeCycle
from twincard.results.card_info import TriesInfo
from twincard.results.marks import Id


@dataclass(frozen=True)
class PinSet:
    """A card with a new PIN."""

    card_id: Id
    pin: TriesInfo


@dataclass(frozen=True)
class KeysReplaced:
    """A card with new SCP03 keys."""

    card_id: Id
    key_version: int


@dataclass(frozen=True)
class Terminated:
    """A terminated card."""

    card_id: Id
    life_cycle: LifeCycle
