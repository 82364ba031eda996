"""The desks of the command line's tests, and a user who reads Japanese."""

import pytest
from tests.cli.conftest import desk, duplicated, issued, templates

__all__ = ["desk", "duplicated", "issued", "japanese", "templates"]


@pytest.fixture
def japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of this test speak Japanese."""
    monkeypatch.setenv("TWINCARD_LANGUAGE", "ja")
