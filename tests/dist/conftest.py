"""What `make dist` makes of the project as it stands here, once a worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.dist.places import checkout, make_dist


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with all of it; the checkout's own is not touched."""
    return make_dist(checkout(tmp_path_factory.mktemp("dist") / "twincard"))


@pytest.fixture(scope="session")
def unusual_dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of a checkout with a manual page, files that git does not know, and another time."""
    place = checkout(tmp_path_factory.mktemp("unusual") / "twincard")
    page = place / "build/man/twincard-of-a-test.1"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(".TH\n")
    (place / "host/twincard/my-notes.txt").write_text("PIN 4711")
    (place / "component-1.txt").write_text("0" * 64)
    return make_dist(place, {"SOURCE_DATE_EPOCH": "1700000000"})
