"""Cards in another Java Card simulator than ours, with the applet as the converter reads it."""

from __future__ import annotations

import os
from pathlib import Path

from tests.host.t0 import tpdu

from twincard.simulator.process import SimulatedCard, SimulatorProcess

ROOT = Path(__file__).parents[2]
# jCardSim draws its random numbers from a fixed beginning, unless it is told otherwise.
RANDOM = "-Dcom.licel.jcardsim.randomdata.secure=1"


class EngineCard(SimulatedCard):
    """A card in a simulator that is not ours."""

    def __init__(self, engine: Path, protocol: str, applet: str) -> None:
        """Start it blank. `protocol` is "T=0" or "T=1", `applet` the class."""
        classes = [ROOT / "build/engine", ROOT / "build/applet", engine]
        path = os.pathsep.join(str(item) for item in classes)
        program = [RANDOM, "-cp", path, "twincard.engine.EngineMain"]
        self._is_t0 = protocol == "T=0"
        super().__init__(SimulatorProcess([protocol, applet], program))

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        return super().transmit(tpdu(apdu) if self._is_t0 else apdu)
