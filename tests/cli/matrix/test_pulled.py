"""A card pulled out, or Ctrl-C, between any two commands to it: the same again finishes the job."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from tests.cli.matrix.cells import assert_told, contents
from tests.cli.matrix.rack import Rack
from tests.cli.matrix.rows import ROWS, Row, rows
from tests.flows.unplugged import Cable

from twincard.results.failure import ExitCode
from twincard.transport.connection import Connection

NEVER = 1 << 30
DONE_BEFORE = {
    "contact remove": (ExitCode.USAGE, "not on the card"),
    "card terminate": (ExitCode.REFUSED, "already terminated"),
    "card pin": (ExitCode.WRONG_SECRET, "2 tries left"),
}
"""What the same again says where the card had done it all and an answer was lost."""


class CtrlC(Cable):
    """Somebody presses Ctrl-C before an exchange, or (`answered`) after it."""

    def carry(self, connection: Connection, apdu: bytes) -> tuple[bytes, int]:
        """See Cable."""
        self.exchanges += 1
        if self.exchanges != self._at:
            return connection.transmit(apdu)
        if self._answered:
            connection.transmit(apdu)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("Ctrl-C was not heard")


@pytest.fixture(autouse=True)
def python_hears_ctrl_c() -> Iterator[None]:
    """The processes of pytest-xdist may be deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def places(rack: Rack, row: Row, most: int) -> list[tuple[int, bool]]:
    """Exchanges of the command to be interrupted, from the first to the last, and how.

    tests/flows tries every one of those that take two cards.
    """
    cable = Cable(NEVER, answered=False)
    assert rack.ready(row).pulled(cable, row.filled()).code == 0
    count = cable.exchanges
    chosen = sorted({1 + round(step * (count - 1) / (most - 1)) for step in range(most)})
    return [(at, number % 2 == 1) for number, at in enumerate(chosen)]


# `inspect` also compares with simulated cards that nobody named, which may be missing.
@rows("a", without=("inspect",))
def test_a_card_pulled_out_costs_a_second_run(rack: Rack, row: Row) -> None:
    for at, answered in places(rack, row, 6):
        interrupt(rack, row, Cable(at, answered=answered), ExitCode.NO_CARD, "cable was pulled")
        finish(rack, row, at)


@rows("a")
def test_ctrl_c_costs_a_second_run(rack: Rack, row: Row) -> None:
    for at, answered in places(rack, row, 4):
        interrupt(rack, row, CtrlC(at, answered=answered), ExitCode.INTERRUPTED, "Interrupted")
        finish(rack, row, at)


def interrupt(rack: Rack, row: Row, cable: Cable, code: ExitCode, said: str) -> None:
    """The command ends with this code, and no file is another than before."""
    rack.ready(row)
    files = contents(rack.desk.folder)
    ran = rack.pulled(cable, [*row.filled(), "--json"])
    assert_told(ran, code, said, *(["again"] if code is ExitCode.NO_CARD else []))
    assert contents(rack.desk.folder) == files


def finish(rack: Rack, row: Row, at: int) -> None:
    """Run it once more, from the place where the cards are."""
    again = rack.desk.run(*row.filled(), "--json")
    name = next(name for name, known in ROWS.items() if known is row)
    if again.code != 0 and at > 1 and name in DONE_BEFORE:
        assert_told(again, *DONE_BEFORE[name])
    else:
        assert again.code == 0, again.err


def test_a_pin_that_may_be_set_already_is_told_so(rack: Rack) -> None:
    row = ROWS["card pin"]
    last, _ = places(rack, row, 2)[-1]
    for cable, code in (
        (Cable(last, answered=False), ExitCode.NO_CARD),
        (CtrlC(last, answered=False), ExitCode.INTERRUPTED),
    ):
        rack.ready(row)
        ran = rack.pulled(cable, [*row.filled(), "--json"])
        assert_told(ran, code, "if the card refuses the old PIN, the new PIN is already set")
        assert rack.desk.run(*ROWS["decrypt"].filled(pin="new-pin")).code == 0
