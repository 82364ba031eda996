"""docs/real-card.md is walked through: every command, and what it prints.

Once with two blank cards in readers, and once as the page says that it is rehearsed. Long numbers
differ from run to run and are compared by their lengths.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.docs.examples import Example, examples, search_path
from tests.docs.walked import comparable
from tests.loading.watched import WatchedCard
from tests.pcsc.inserted import inserted
from tests.pcsc.service import PcscService

PAGE = "docs/real-card.md"


@pytest.fixture
def cards(pcsc_service: PcscService) -> Iterator[list[WatchedCard]]:
    """Two blank cards in the readers that PC/SC calls 0 and 2."""
    made = [WatchedCard() for _ in range(2)]
    with ExitStack() as stack:
        for card, reader in zip(made, pcsc_service.readers[::2], strict=False):
            stack.callback(card.destroy)
            stack.enter_context(inserted(card, reader))
        yield made


IN_READERS = {"pcsc:1": "pcsc:2"}
REHEARSED = {
    "pcsc:0": "sim:alice",
    "pcsc:1": "sim:alice-backup",
    "build/twincard.cap": "rehearsal.cap",
}
"""As the page says."""


def run(script: str, instead: Mapping[str, str]) -> str:
    """Run lines as somebody types them, with other names; all that is shown."""
    for name, other in instead.items():
        script = script.replace(name, other)
    ran = subprocess.run(
        ["bash", "-euc", script],
        env=os.environ | {"PATH": search_path()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


def test_every_command_of_the_page_prints_what_it_says(
    cards: list[WatchedCard],
    home: Path,
    cap_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "build").mkdir()
    shutil.copy(cap_file, "build/twincard.cap")
    for block in blocks():
        assert comparable(run(block.code, IN_READERS)) == shown(block, IN_READERS), block.code
    assert [card.failures for card in cards] == [0, 0]
    assert cards[0].packages == {}
    assert len(cards[1].instances) == 1


def test_the_page_is_rehearsed_without_hardware(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No reader is there, no kit, and nothing but what the page's own commands make."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(tmp_path / "no service"))
    for block in blocks():
        printed = comparable(run(block.code, REHEARSED))
        if "--dry-run" in block.code:
            # The page tells the imports of the real file.
            assert "for blank simulated cards" in printed
            assert OF_A_FILE.sub("", printed) == OF_A_FILE.sub("", shown(block, REHEARSED))
        else:
            assert printed == shown(block, REHEARSED), block.code
    told = json.loads(run(CONTENTS + "sim:alice --management-keys alice.management-keys", {}))
    assert (told["packages"], told["applets"]) == ([], [])
    told = json.loads(
        run(CONTENTS + "sim:alice-backup --management-keys alice-backup.management-keys", {})
    )
    assert len(told["applets"]) == 1


CONTENTS = "twincard card contents --json -r "
OF_A_FILE = re.compile(r"^(imports|code) .*\n", re.MULTILINE)


def blocks() -> list[Example]:
    """What is typed, from the first line of the page on."""
    found = examples(PAGE, "sh")
    assert len(found) >= 10
    assert "sim new alice --blank" in found[0].code
    return found


def shown(block: Example, instead: Mapping[str, str]) -> str:
    """What the page says that is printed, with other names."""
    text = block.printed or ""
    for name, other in instead.items():
        text = text.replace(name, other)
    return comparable(text)
