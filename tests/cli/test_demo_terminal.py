"""The demo's terminal knows how to open what it carries: it does in base mode."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Stage, components

from twincard.card.report import Mode
from twincard.demo.terminal import Carried
from twincard.flows.identity import introduce
from twincard.keys.key_type import KeyType


@pytest.mark.parametrize("key_type", KeyType)
@pytest.mark.parametrize("mode", Mode)
def test_all_components_open_the_key_block_in_base_mode_only(
    bench: Bench, mode: Mode, key_type: KeyType
) -> None:
    bench.at(Stage.KEYED, mode=mode, key=key_type)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    if mode is Mode.HOST_BLIND:
        introduce(original, backup)
    carried = Carried.between(original, backup, mode)
    assert carried.opens(components(), key_type) == (mode is Mode.BASE)
    assert not carried.opens(components()[:2], key_type)
