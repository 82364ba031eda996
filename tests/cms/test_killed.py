"""Runs that are killed at random lose no file and leave none half-written; others finish them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills copies of a process")


@pytest.mark.parametrize(
    "kills", [30, pytest.param(200, marks=(pytest.mark.long, pytest.mark.timeout(1800)))]
)
@pytest.mark.parametrize("kind", ["decrypt", "transcode", "sign"])
def test_killed_at_random(kind: str, kills: int, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "tests.cms.killed", kind, str(kills), str(tmp_path)]
    ran = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 0  # some were killed between two files
