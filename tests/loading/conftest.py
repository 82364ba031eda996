"""CAP files: a small one that the tests write, and with `--cap FILE` one that a converter made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.conftest import folder, language
from tests.loading.cap_writing import CapMaker

from twincard.simulator.shared_program import one_program

__all__ = ["folder", "language"]


@pytest.fixture(scope="module", autouse=True)
def _one_program() -> Iterator[None]:
    """The cards of a module share a program: each start after the first takes milliseconds."""
    with one_program():
        yield


@pytest.fixture(scope="session")
def cap_file(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The CAP file that is loaded."""
    named: str | None = pytestconfig.getoption("--cap")
    if named:
        started: Path = pytestconfig.invocation_params.dir  # tests go to other folders
        return started / named
    return CapMaker().write(tmp_path_factory.mktemp("cap") / "small.cap")
