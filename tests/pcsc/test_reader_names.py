"""Readers by other names than most: each is used like any other, and is in nobody's way."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.bench import Bench, Stage
from tests.cli.commands import Desk
from tests.cli.terminal import Terminal
from tests.pcsc.inserted import inserted
from tests.pcsc.service import SOCKET_NAME, SOCKET_VARIABLE, PcscService, Reader

from twincard.transport.slots import Holds, Slot, slots

_SECONDS = 60


def twincard(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run in a process of its own, which may crash, and with every warning."""
    command = [sys.executable, "-W", "always", "-m", "twincard.cli", *words]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
        env=os.environ | environment,
    )


def test_a_reader_whose_name_is_not_ascii_is_in_nobodys_way(bench: Bench, left: Reader) -> None:
    bench.at(Stage.KEYED)
    with inserted(bench.original.lab, left):
        ran = twincard("card", "info", "-r", f"pcsc:{left.name}")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert bench.original.card_id.hex() in ran.stdout


def test_a_reader_whose_name_is_not_ascii_is_used(
    bench: Bench, japanese: Reader, desk: Desk
) -> None:
    bench.at(Stage.KEYED)
    atr = bench.original.lab.atr
    with inserted(bench.original.lab, japanese):
        assert Slot(japanese.name, Holds.CARD, atr) in slots()
        told = desk.json("card", "info", "-r", "pcsc:読取機 00 00")
        assert told["card_id"] == bench.original.card_id.hex()
    desk.run("card", "info", "-r", "pcsc:読取機 00 00").failed(3, "no card in the reader 読取機")


def test_what_is_put_into_such_a_reader_is_seen(bench: Bench, japanese: Reader) -> None:
    with Terminal("readers", "--watch") as terminal:
        terminal.expect("pcsc:読取機 00 00  no card")
        with inserted(bench.original.lab, japanese):
            terminal.expect("pcsc:読取機 00 00  a card")
        terminal.expect("pcsc:読取機 00 00  no card")


def test_a_long_name_of_a_reader_brings_no_warning(bench: Bench, long: Reader) -> None:
    bench.at(Stage.KEYED)
    assert len(long.name) > 100
    with inserted(bench.original.lab, long):
        for words in (("card", "info", "-r", f"pcsc:{long.name}"), ("readers",)):
            ran = twincard(*words)
            assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.usefixtures("pcsc_service")
def test_a_name_that_is_not_utf_8_is_left_out(
    tmp_path_factory: pytest.TempPathFactory, japanese: Reader
) -> None:
    folder = tmp_path_factory.mktemp("latin")
    service = PcscService(folder, ["Left", "X\udce9ro", "読取機"])
    service.start()
    try:
        where = {SOCKET_VARIABLE: str(folder / SOCKET_NAME)}
        listed = twincard("readers", **where)
        told = twincard("card", "info", "-r", f"pcsc:{japanese.name}", **where)
    finally:
        service.stop()
    assert (listed.returncode, listed.stderr) == (0, "")
    assert [line.split("  ")[0] for line in listed.stdout.splitlines() if "pcsc:" in line] == [
        f"pcsc:{name} 00 0{slot}" for name in ("Left", "読取機") for slot in (0, 1)
    ]
    assert told.returncode == 3
    assert "no card in the reader 読取機" in told.stderr
