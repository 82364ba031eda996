"""What `make dist` makes of the project as it stands here, once a worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.dist.places import checkout, make_dist


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with all of it; the checkout's own is not touched."""
    return make_dist(checkout(tmp_path_factory.mktemp("dist") / "twincard"))
