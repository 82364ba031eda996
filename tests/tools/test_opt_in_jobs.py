"""Jobs that need something from outside refuse without, and do not pass with all tests skipped."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"


@pytest.mark.parametrize("outside", ["", "/", "/usr", "/usr/", "/nowhere"])
@pytest.mark.parametrize("job", ["test-opensc", "test-engine"])
def test_a_job_says_what_it_needs(job: str, outside: str) -> None:
    ended = subprocess.run(
        [TOOLS / f"{job}.sh", outside], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"{job}: say make {job} ")
    assert ended.stdout == ""
