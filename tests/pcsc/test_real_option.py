"""`--real` tried on virtual readers: what it does to cards is what docs/real-card.md says of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.pcsc.service import PcscService, Reader
from tests.pcsc.serving import Serving

MAIN_JOB = "tests/pcsc/test_main_job.py"
FILES = ("tests/pcsc/test_real.py", MAIN_JOB)
ROOT = Path(__file__).parents[2]
Serve = Callable[[str, Reader], Serving]


@pytest.fixture
def readers(serve: Serve, pcsc_service: PcscService) -> list[str]:
    """Two readers with blank cards, which to the tests that are run are real ones."""
    left, _, right = pcsc_service.readers[:3]
    serve("alice", left)
    serve("bob", right)
    return [left.name, right.name]


def run(desk: Desk, readers: list[str], *words: str) -> str:
    """Run these tests as somebody does who has these readers; what pytest prints."""
    named = [word for reader in readers for word in ("--real", reader)]
    keys = [desk.folder / "cards" / f"{name}.transport-key" for name in ("alice", "bob")]
    given = [*named, *(f"--real-key={key}" for key in keys)]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words, *given],
        cwd=ROOT,
        env=os.environ | {"TWINCARD_HOME": str(desk.folder / "others")},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return ran.stdout + ran.stderr


def states(desk: Desk, readers: list[str]) -> list[str]:
    """How far the cards are in their lives."""
    return [desk.json("card", "info", "-r", f"pcsc:{name}")["life_cycle"] for name in readers]


def test_cards_are_only_looked_at_unless_they_are_said_to_be_for_it(
    desk: Desk, readers: list[str]
) -> None:
    before = [desk.json("card", "info", "-r", f"pcsc:{name}") for name in readers]
    told = run(desk, readers, *FILES)
    assert re.search(r"^\d+ passed, 3 skipped", told, re.M), told
    assert [desk.json("card", "info", "-r", f"pcsc:{name}") for name in readers] == before


@pytest.mark.long
def test_the_main_job_uses_blank_cards_up_and_touches_no_others(
    desk: Desk, readers: list[str]
) -> None:
    assert "1 passed" in run(desk, readers, MAIN_JOB, "--real-blank")
    assert states(desk, readers) == ["terminated", "terminated"]
    again = run(desk, readers, MAIN_JOB, "--real-blank")
    assert "is no blank card: nothing was done to either" in again
    assert " passed" not in again
