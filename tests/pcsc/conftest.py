"""Virtual readers, and simulated cards put into them by the product's own command."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.pcsc.service import PcscService, Reader
from tests.pcsc.serving import Serving

from twincard.simulator.folder import create_card


@pytest.fixture
def left(pcsc_service: PcscService) -> Reader:
    """An empty reader."""
    return pcsc_service.readers[0]


@pytest.fixture
def right(pcsc_service: PcscService) -> Reader:
    """Another."""
    return pcsc_service.readers[2]


@pytest.fixture
def japanese(pcsc_service: PcscService) -> Reader:
    """One whose name is not ASCII."""
    return pcsc_service.readers[6]


@pytest.fixture
def long(pcsc_service: PcscService) -> Reader:
    """One whose name has more than a hundred characters."""
    return pcsc_service.readers[8]


@pytest.fixture(scope="session")
def blank_cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of simulated cards: `alice` and `bob`, not issued."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("blank") / "cards"
        patch.setenv("TWINCARD_HOME", str(folder))
        for name in ("alice", "bob"):
            create_card(name)
    return folder


@pytest.fixture
def desk(blank_cards: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with the blank cards `alice` and `bob`."""
    shutil.copytree(blank_cards, home)
    return Desk(tmp_path, monkeypatch)


@pytest.fixture
def serve(desk: Desk) -> Iterator[Callable[[str, Reader], Serving]]:
    """Puts the simulated card of this name into a reader, where the test's end finds it at most."""
    with ExitStack() as stack:
        yield lambda name, reader: stack.enter_context(Serving(name, reader))
