"""What all tests share: a bench of simulated cards, and a private home for named ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.bench import Bench


@pytest.fixture(scope="session")
def shared_bench() -> Iterator[Bench]:
    """The bench of this worker; tests take `bench`."""
    bench = Bench()
    yield bench
    bench.close()


@pytest.fixture
def bench(shared_bench: Bench) -> Iterator[Bench]:
    """Simulated cards, blank until `bench.at` says otherwise (see tests/bench.py).

    Afterwards no exception may have left the applet uncaught.
    """
    shared_bench.settle()
    yield shared_bench
    assert shared_bench.new_faults() == ""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for `sim:` cards of this test."""
    folder = tmp_path / "cards"
    monkeypatch.setenv("TWINCARD_HOME", str(folder))
    return folder
