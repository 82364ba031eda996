"""How fast simulated cards start and answer, compared with the possible best, in one run."""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from twincard.card.session import APPLET_AID, Card
from twincard.simulator.java import FLAGS, java_program
from twincard.simulator.process import SimulatedCard
from twincard.transport.connection import Connection

_ROOT = Path(__file__).parents[2]
_APPLET = "twincard.card.ExtendedTrustTwinCardApplet"
_INSTALL = b"\x80\x20" + bytes(32)
_REPORT = bytes.fromhex("00CA00E000")
_APDUS = 30_000
_STARTS = 5


@dataclass(frozen=True)
class Compared:
    """A figure, and the same without our part of it."""

    ours: float
    bare: float


def measure_rate(folder: Path) -> Compared:
    """Commands per second that write nothing: through `sim:`, and in jCardSim in process."""
    with _new_card(folder / "rate.card") as connection:
        Card(connection)
        seconds_of_reports(connection, _APDUS)
        ours = _APDUS / seconds_of_reports(connection, _APDUS)
    return Compared(ours, _rate_in_process())


def _new_card(state: Path) -> SimulatedCard:
    card = SimulatedCard.open(state)
    card.install(_INSTALL)
    return card


def seconds_of_reports(connection: Connection, apdus: int) -> float:
    """The time of so many commands that write nothing."""
    start = time.perf_counter()
    for _ in range(apdus):
        connection.transmit(_REPORT)
    return time.perf_counter() - start


def _rate_in_process() -> float:
    java = shutil.which("java")
    if java is None:
        raise FileNotFoundError("java")
    class_path = f"{_ROOT / 'build/applet'}:{_ROOT / 'build/lib/run/jcardsim.jar'}"
    program = Path(__file__).with_name("InProcess.java")
    arguments = [_APPLET, APPLET_AID.hex(), str(_APDUS), _REPORT.hex()]
    done = subprocess.run(
        [java, "-cp", class_path, str(program), *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout.split()[-1])


def measure_start(folder: Path) -> Compared:
    """Seconds from the start to the answer to SELECT of a saved card; and of Java alone."""
    state = folder / "start.card"
    _new_card(state).close()
    ours = min(_seconds_to_first_answer(state) for _ in range(_STARTS))
    return Compared(ours, min(_seconds_of_java() for _ in range(_STARTS)))


def _seconds_to_first_answer(state: Path) -> float:
    start = time.perf_counter()
    with SimulatedCard.open(state) as connection:
        Card(connection)
        return time.perf_counter() - start


def _seconds_of_java() -> float:
    start = time.perf_counter()
    subprocess.run([java_program(), *FLAGS, "-version"], check=True, capture_output=True)
    return time.perf_counter() - start
