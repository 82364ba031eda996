"""docs/real-card.md is walked through: every command, and what it prints.

Once with two blank cards in readers, and once as the page says that it is rehearsed. Long numbers
differ from run to run and are compared by their lengths.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest
from tests.docs.examples import search_path
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
