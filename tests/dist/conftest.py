"""What `make dist` makes of the project as it stands here."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.dist.places import checkout, make_dist
from tests.made_once import made_once


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with all of it; the checkout's own is not touched."""
    made = made_once(tmp_path_factory, "dist", lambda folder: make_dist(checkout(folder / "here")))
    return made / "here/dist"


@pytest.fixture(scope="session")
def unusual_dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of a checkout with a manual page, files that git does not know, and another time."""
    return made_once(tmp_path_factory, "unusual-dist", _make_unusual) / "here/dist"


def _make_unusual(folder: Path) -> None:
    place = checkout(folder / "here")
    page = place / "build/man/twincard-of-a-test.1"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(".TH\n")
    (place / "host/twincard/my-notes.txt").write_text("PIN 4711")
    (place / "component-1.txt").write_text("0" * 64)
    make_dist(place, {"SOURCE_DATE_EPOCH": "1700000000"})
