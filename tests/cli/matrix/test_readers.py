"""Readers that are not there, that are empty, or whose card another program has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.matrix.cells import assert_told, contents
from tests.cli.matrix.rack import Rack
from tests.cli.matrix.rows import Row, rows
from tests.loading.cap_writing import CapMaker
from tests.pcsc.service import Reader

from twincard.results.failure import ExitCode
from twincard.simulator.folder import create_card
from twincard.simulator.process import SimulatedCard, SimulatorProcess

NOBODY = "居ない"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of simulated cards with one, 占有, that another program has."""
    folder = tmp_path_factory.mktemp("held")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TWINCARD_HOME", str(folder))
        create_card("占有")
        # Not by `connect`: the commands, which run in this process, would know of it.
        arguments = ["run", "--state", str(folder / "占有.card")]
        connection = SimulatedCard(SimulatorProcess(arguments))
    yield folder
    connection.close()


def places(row: Row) -> list[str]:
    return [place for place in "ab" if row.uses(place)]


@rows("a")
def test_no_such_card_or_reader(rack: Rack, row: Row, left: Reader) -> None:
    rack.ready(row)
    before = contents(rack.desk.folder)
    for place in places(row):
        for reader, said in ((f"sim:{NOBODY}", "sim list"), (f"pcsc:{NOBODY}", "twincard readers")):
            ran = rack.desk.run(*row.filled(**{place: reader}), "--json")
            assert_told(ran, ExitCode.NO_CARD, NOBODY, said)
    assert contents(rack.desk.folder) == before


@rows("a")
def test_a_reader_without_a_card_is_told_before_anything_is_asked(
    rack: Rack, row: Row, left: Reader
) -> None:
    rack.ready(row)
    for place in places(row):
        words = row.unasked(**{place: f"pcsc:{left.name}"})
        ran = rack.desk.run(*words, "--json")
        assert_told(ran, ExitCode.NO_CARD, left.name, "Insert it")


@rows("manager")
def test_a_reader_for_a_blank_card_that_is_not_there_or_empty(
    rack: Rack, row: Row, left: Reader
) -> None:
    CapMaker().write(rack.desk.folder / "twincard.cap")
    (rack.desk.folder / "card.keys").write_text("42" * 16)
    ran = rack.desk.run(*row.filled(manager=f"pcsc:{NOBODY}"), "--json")
    assert_told(ran, ExitCode.NO_CARD, NOBODY, "twincard readers")
    ran = rack.desk.run(*row.filled(manager=f"pcsc:{left.name}"), "--json")
    assert_told(ran, ExitCode.NO_CARD, left.name, "Insert it")


@rows("a")
def test_a_card_that_another_program_has(
    rack: Rack, row: Row, held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rack.ready(row)
    before = rack.states()
    monkeypatch.setenv("TWINCARD_HOME", str(held))
    files = contents(rack.desk.folder)
    for place in places(row):
        ran = rack.desk.run(*row.filled(**{place: "sim:占有"}), "--json")
        assert_told(ran, ExitCode.CARD_IN_USE, "Another process", "Close that program")
    assert (rack.states(), contents(rack.desk.folder)) == (before, files)
