"""What pages that are typed at a terminal share: a language, and a folder to type in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.examples import search_path

from twincard.ground.language import speaking


@pytest.fixture(params=["en", "ja"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    chosen: str = request.param
    monkeypatch.setenv("TWINCARD_LANGUAGE", chosen)
    with speaking([chosen]):
        yield chosen


@pytest.fixture
def folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to type the lines of a page in."""
    monkeypatch.setenv("PATH", search_path())
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    return tmp_path
