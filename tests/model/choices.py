"""What a game draws: cards, components, how far a duplication goes, and where the power fails."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TypeVar

from hypothesis import strategies as st
from tests.faults.power import Place
from tests.model import rules
from tests.model.subject import KITS, Failure, names_of

from twincard.card.report import Mode

Item = TypeVar("Item")


class Ending(Enum):
    """How a duplication goes on when the block is there."""

    IMPORT = "the backup takes the key"
    CANCEL = "the backup's ticket is made void"
    ABANDON = "the original's slot is given up"


ORIGINALS = ("original", "original2")
BACKUPS = ("backup", "backup2", "backup3")
LIVELY_STEPS = 15
"""No card's life ends before."""

originals = st.sampled_from(ORIGINALS)
backups = st.sampled_from(BACKUPS)
cards = st.sampled_from(ORIGINALS + BACKUPS)
kits = st.sampled_from(KITS)
places = st.integers(0, rules.PLACES - 1)
components = st.sampled_from([name for kit in KITS for name in names_of(kit)])
ages = st.integers(0, 3) | st.integers(0, 30)
"""Which of the things seen so far, from the newest."""
writes = st.builds(Failure, st.just(Place.WRITE), st.integers(1, 8) | st.integers(1, 80))
answers = st.builds(Failure, st.just(Place.ANSWER), st.integers(1, 4))
failures = st.one_of(st.none(), st.none(), writes, answers)
four_failures = st.lists(failures, min_size=4, max_size=4)
endings = st.sampled_from([Ending.IMPORT, Ending.CANCEL, Ending.CANCEL, *Ending])
modes = st.sampled_from([Mode.HOST_BLIND, Mode.BASE, Mode.HOST_BLIND])
flow_steps = st.sampled_from([4, 4, 4, 3, 2, 1])


def aged(items: Sequence[Item], age: int) -> Item:
    """The item of this age; the oldest where there is none so old."""
    return items[max(-1 - age, -len(items))]
