"""Runs the flows on cards that report their memory."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from tools.bench.builds import Build
from tools.bench.flows import run_flows
from twincard.keys.key_type import KeyType
from twincard.simulator.laboratory import Laboratory, Sizes
from twincard.simulator.process import SimulatedCard, SimulatorProcess


def measure_sizes(folder: Path, key_type: KeyType, build: Build) -> list[Sizes]:
    """Memory of each card of a build after all flows."""
    laboratories: list[Laboratory] = []
    with ExitStack() as cards:

        def new_card(_: str) -> SimulatedCard:
            process = SimulatorProcess(["run", "--memory", "--lab", "--applet", build.applet])
            laboratories.append(cards.enter_context(Laboratory(process)))
            return laboratories[-1]

        run_flows(key_type, folder, new_card)
        return [laboratory.sizes() for laboratory in laboratories]
