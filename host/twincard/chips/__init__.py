"""Real chips: what each has, which features of twincard would run on it, and how long they take.

Nothing here needs a card or a simulator: the answers come from a table of measured chips
(data/cards.csv, of the JCAlgTest project; see data/NOTICE.txt) and from operations counted on
simulated cards (data/counted.json).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twincard.ground.exports import exports

if TYPE_CHECKING:
    from twincard.chips.profile import (
        Answer,
        ChipError,
        ChipProfile,
        NoSuchChipError,
        find_profile,
        load_profiles,
    )

__all__ = ["Answer", "ChipError", "ChipProfile", "NoSuchChipError", "find_profile", "load_profiles"]

__getattr__ = exports(__name__)
