"""docs/real-card.md is walked through: two cards in readers, every command, and what it prints.

The card managers are the tests', the applets that they install are real. Long numbers differ from
run to run and are compared by their lengths.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.docs.examples import examples, search_path
from tests.docs.walked import comparable
from tests.loading.real_applets import real_applet
from tests.loading.scripted_manager import ScriptedManager
from tests.pcsc.inserted import inserted
from tests.pcsc.service import PcscService

PAGE = "docs/real-card.md"


@pytest.fixture
def cards(pcsc_service: PcscService) -> Iterator[list[ScriptedManager]]:
    """Two blank cards in the readers that PC/SC calls 0 and 2."""
    made = [ScriptedManager(applets=real_applet) for _ in range(2)]
    with ExitStack() as stack:
        for card, reader in zip(made, pcsc_service.readers[::2], strict=False):
            stack.callback(card.destroy)
            stack.enter_context(inserted(card, reader))
        yield made


def run(script: str) -> str:
    """Run lines as somebody types them; all that is shown."""
    ran = subprocess.run(
        ["bash", "-euc", script.replace("pcsc:1", "pcsc:2")],
        env=os.environ | {"PATH": search_path()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    return ran.stdout.replace("pcsc:2", "pcsc:1")


def test_every_command_of_the_page_prints_what_it_says(
    cards: list[ScriptedManager], cap_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "build").mkdir()
    shutil.copy(cap_file, "build/twincard.cap")
    blocks = examples(PAGE, "sh")
    assert len(blocks) >= 9
    for block in blocks:
        assert comparable(run(block.code)) == comparable(block.printed or ""), block.code
    assert [card.failures for card in cards] == [0, 0]
    assert cards[0].packages == {}
    assert len(cards[1].instances) == 1
