"""CAP files: a small one that the tests write, and with `--cap FILE` one that a converter made."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.loading.cap_writing import CapMaker


@pytest.fixture(scope="session")
def cap_file(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The CAP file that is loaded."""
    named: str | None = pytestconfig.getoption("--cap")
    if named:
        started: Path = pytestconfig.invocation_params.dir  # tests go to other folders
        return started / named
    return CapMaker().write(tmp_path_factory.mktemp("cap") / "small.cap")
