"""The cards keep to their rules, whatever is sent to them in whatever order, and when power fails.

The same tests with the same seed play the same games. TWINCARD_MODEL_SEED chooses another seed, and
makes a game that fails shorter, which takes minutes.
"""

from __future__ import annotations

import os
import secrets
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.bench import Bench
from tests.model.machine import Duplications
from tests.model.subject import Fate

STEPS_A_GAME = 25
FLOW = (
    "generate",
    "ticket",
    "export",
    "import",
    "confirm done",
    "confirm void",
    "cancel",
    "abandon",
    "ask service",
    "take from service",
    "cancel service",
    "terminate",
)
GROUP = ("begin group", "set component", "clear component", "clear group")


SEED = os.environ.get("TWINCARD_MODEL_SEED")


def play(bench: Bench, steps: int, seed_: int) -> Counter[str]:
    """Play games of 25 steps; how often each command was answered, refused and cut short."""
    print(f"TWINCARD_MODEL_SEED={seed_}")
    happened: Counter[str] = Counter()
    games = settings(
        max_examples=steps // STEPS_A_GAME,
        stateful_step_count=STEPS_A_GAME,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink] if SEED else [Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )

    @seed(seed_)
    class OnTheBench(Duplications):
        def __init__(self) -> None:
            super().__init__(bench, happened)

    run_state_machine_as_test(OnTheBench, settings=games)
    return happened


def assert_not_idle(happened: Counter[str], commands: tuple[str, ...]) -> None:
    """Each of the commands was carried out; many were refused, and many met a power failure."""
    assert [command for command in commands if not happened[f"{command} answered"]] == []
    for fate in (Fate.REFUSED, Fate.CUT):
        assert sum(happened[f"{command} {fate.value}"] for command in commands) > 100, fate


def test_no_order_of_commands_and_power_cuts_breaks_the_rules(bench: Bench) -> None:
    happened = play(bench, 4_000, int(SEED or 20_011))
    assert happened.total() >= 4_000
    assert_not_idle(happened, FLOW)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_no_order_of_commands_and_power_cuts_breaks_the_rules_in_long_play(bench: Bench) -> None:
    happened = play(bench, 100_000, int(SEED or secrets.randbits(32)))
    assert happened.total() >= 100_000
    assert_not_idle(happened, FLOW + GROUP)
