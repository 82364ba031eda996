"""Ctrl-C at moments when no card is spoken to, and programs of cards that are killed."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.cli.conftest import COMPONENTS, PAIR, PINS
from tests.cli.matrix.cells import assert_told, contents
from tests.cli.terminal import Terminal

from twincard.cli.terminal import cards
from twincard.cli.terminal.prompts import agrees
from twincard.results.failure import ExitCode
from twincard.simulator.process import SimulatedCard
from twincard.transport import connect
from twincard.transport.connection import Connection

_SECONDS = 60
only_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0,
    reason="looks at the process in /proc, which makes no core dump and so shows only root this",
)


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "twincard.cli", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def interrupt(process: subprocess.Popen[str], ready: Callable[[], bool]) -> None:
    """Press Ctrl-C as soon as the program is where it shall be; it says so and ends."""
    give_up = time.monotonic() + _SECONDS
    while not ready():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < give_up
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=_SECONDS)
    assert process.returncode == 130
    assert errors == "Error: Interrupted. To finish, run the command again.\n"


@only_root
def test_ctrl_c_while_the_program_is_loaded(desk: Desk) -> None:
    process = start("sim", "list")
    maps = Path(f"/proc/{process.pid}/maps")
    interrupt(process, lambda: "cryptography" in maps.read_text(errors="replace"))


@pytest.mark.skipif(sys.platform != "linux", reason="looks at the process in /proc")
def test_ctrl_c_while_a_card_is_made_leaves_none(desk: Desk) -> None:
    process = start("sim", "new", "新")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    interrupt(process, lambda: bool(children.read_text()))
    assert desk.json("sim", "list")["cards"] == []
    assert list((desk.folder / "cards").iterdir()) == []
    desk.done("sim", "new", "新")


@only_root
@pytest.mark.parametrize("force", [[], ["--force"]])
def test_ctrl_c_in_the_middle_of_a_file_leaves_nothing_of_it(
    duplicated: Desk, force: list[str]
) -> None:
    before = {path.name for path in duplicated.folder.iterdir()}
    process = start("encrypt", "--to", "alice.pem", "-", "-o", "out.p7m", *force)
    with process:
        assert process.stdin is not None
        process.stdin.write("x" * (1 << 16))
        process.stdin.flush()
        place = Path(f"/proc/{process.pid}/wchan")
        interrupt(process, lambda: "pipe" in place.read_text())
    assert {path.name for path in duplicated.folder.iterdir()} == before


@pytest.mark.parametrize(
    ("words", "question"),
    [
        (("card", "pin", "-r", "sim:alice"), "Old PIN:"),
        (("card", "pin", "-r", "sim:alice", "--pin-file", "pin"), "New PIN (6 to 16"),
        (("card", "terminate", "-r", "sim:alice"), "sim:alice? [y/N]"),
        (("group", "join", "-o", "x", "--number=1", "--size=1", "--kcv=123456"), "words 1 to 11"),
    ],
    ids=["a PIN", "a new PIN", "a confirmation", "words"],
)
def test_ctrl_c_at_a_prompt(duplicated: Desk, words: tuple[str, ...], question: str) -> None:
    before = contents(duplicated.folder)
    with Terminal(*words) as terminal:
        terminal.expect(question)
        terminal.signal(signal.SIGINT)
        assert terminal.wait() == ExitCode.INTERRUPTED
    last = re.sub(r"\x1b\[[\d;]*[mJH]", "", terminal.shown).splitlines()[-1]
    assert last == "Error: Interrupted. To finish, run the command again."
    assert terminal.shown.count("Error") == 1
    assert "Traceback" not in terminal.shown
    assert contents(duplicated.folder) == before
    duplicated.done("card", "info", "-r", "sim:alice")


class _Interrupted(io.StringIO):
    """Standard error, whose reader presses Ctrl-C the moment something is shown."""

    def flush(self) -> None:
        raise KeyboardInterrupt


def test_ctrl_c_right_after_a_question_is_shown_ends_its_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = _Interrupted()
    monkeypatch.setattr(sys, "stderr", shown)
    with pytest.raises(KeyboardInterrupt):
        agrees("Go on?")
    assert shown.getvalue() == "Go on? [y/N] \n"


class Killer:
    """A simulated card whose program is killed at an exchange."""

    def __init__(self, connection: Connection, at: int) -> None:
        assert isinstance(connection, SimulatedCard)
        self._connection = connection
        self._left = at
        self.atr = connection.atr
        self.reset = connection.reset
        self.close = connection.close

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        self._left -= 1
        if self._left == 0:
            os.kill(self._connection.pid, signal.SIGKILL)
        return self._connection.transmit(apdu)


@pytest.mark.parametrize("at", [1, 9, 16])
def test_a_card_whose_program_is_killed_costs_a_second_run(
    issued: Desk, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    words = ("duplicate", *PAIR, *PINS, *COMPONENTS, "--key", "p256", "--json")
    with monkeypatch.context() as patch:
        patch.setattr(cards, "connect", lambda reader: Killer(connect(reader), at))
        ran = issued.run(*words)
    assert_told(ran, ExitCode.NO_CARD, "ended unexpectedly", "Run the command again")
    assert issued.run(*words).json["done"] == 1
