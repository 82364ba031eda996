"""A description of a card costs it nothing: no write, no try, no session."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Stage

from twincard.card.session import Card
from twincard.flows.check.description import Operation, describe


@pytest.mark.parametrize("stage", [Stage.BLANK, Stage.ISSUED, Stage.DUPLICATED])
def test_a_description_writes_nothing(bench: Bench, stage: Stage) -> None:
    bench.at(stage)
    for card in (bench.original, bench.backup):
        before = Card(card.lab).report()
        card.lab.writes()
        told = describe(card.lab)
        assert card.lab.writes() == 0
        assert told.applet is not None
        assert set(told.applet.times) == set(Operation)
        assert Card(card.lab).report() == before
