"""For folders whose tests start cards of their own: `from tests.one_program import shared`.

A conftest.py that has the fixture gives each of its modules one program for such cards. What one
card has made Java compile serves the next; to start a program for each takes most of such a test.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from twincard.simulator.shared_program import one_program


@pytest.fixture(scope="module", autouse=True)
def shared() -> Iterator[None]:
    """Cards that a test opens in its own thread find the program of its module."""
    with one_program():
        yield
