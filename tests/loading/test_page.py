"""docs/real-card.md is walked through: every command, and what it prints.

Once with two blank cards in readers, and once as the page says that it is rehearsed. Long numbers
differ from run to run and are compared by their lengths.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.docs.examples import Example, examples, search_path
from tests.docs.typed import Walk
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
PIN = "123456"


def run(script: str) -> str:
    """Run lines as somebody types them; all that is shown."""
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
        printed = run(with_names(block.code, IN_READERS))
        assert comparable(printed) == shown(block, IN_READERS), block.code
    assert [card.failures for card in cards] == [0, 0]
    assert cards[0].packages == {}
    assert len(cards[1].instances) == 1


def test_the_page_is_rehearsed_without_hardware(
    folder: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No reader is there, no kit, and nothing but what the page's own commands make.

    Somebody types the lines at a terminal, and the secrets and components that they ask for.
    """
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(folder / "no service"))
    with Walk() as walk:
        for block in blocks():
            before = len(walk.shown)
            walk.block(with_names(block.code, REHEARSED))
            if language == "en":
                assert_shown(block, walk.shown[before:])
                assert ("for blank simulated cards" in walk.shown[before:]) == (
                    "--dry-run" in block.code
                )
        # Three components; PIN and PUK twice; two PINs of `duplicate`, one of `certificate` and
        # of `card check`; a PIN and two confirmations at the end.
        assert walk.questions == 3 * 17 + 4 + 2 + 2 + 3
    assert PIN not in walk.shown.replace(f"printf {PIN}", "")
    desk = Desk(folder, monkeypatch)
    told = desk.json(*contents("alice"))
    assert (told["packages"], told["applets"]) == ([], [])
    assert len(desk.json(*contents("alice-backup"))["applets"]) == 1


def contents(name: str) -> list[str]:
    keys = f"{name}.management-keys"
    return ["card", "contents", "-r", f"sim:{name}", "--management-keys", keys]


def assert_shown(block: Example, at_terminal: str) -> None:
    """Each line that the page says is printed stands there, in its order, among the questions.

    Not so the imports, which the page tells of the real file, and steps, which a terminal shows
    one over the other.
    """
    rest = comparable(re.sub(r"\x1b\[[\d;?]*[A-Za-z]|\r", "", at_terminal))
    for line in shown(block, REHEARSED).splitlines():
        if not line.startswith("imports ") and not STEP.fullmatch(line):
            _, found, rest = rest.partition(line)
            assert found, (line, at_terminal)


STEP = re.compile(r"[a-z0-9:' ]+")


def blocks() -> list[Example]:
    """What is typed, from the first line of the page on."""
    found = examples(PAGE, "sh")
    assert len(found) >= 10
    assert "sim new alice --blank" in found[0].code
    return found


def shown(block: Example, instead: Mapping[str, str]) -> str:
    """What the page says that is printed, with other names."""
    return comparable(with_names(block.printed or "", instead))


def with_names(text: str, instead: Mapping[str, str]) -> str:
    """The same with other names of readers and files."""
    for name, other in instead.items():
        text = text.replace(name, other)
    return text
