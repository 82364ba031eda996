"""Desks for the matrix: with cards of the bench, or with processes of their own."""

from __future__ import annotations

import pytest
from tests.bench import Bench
from tests.cli.commands import Desk
from tests.cli.matrix.rack import Rack
from tests.pcsc.service import PcscService, Reader

OTHERS = {
    "new-pin": "new-pin-77",
    "wrong.pin": "wrong-pin-1414",
    "new.transport-key": "42" * 32,
    "wrong.transport-key": "17" * 32,
}
"""Files with secrets that no card has yet."""


@pytest.fixture
def left(pcsc_service: PcscService) -> Reader:
    """An empty PC/SC reader."""
    return pcsc_service.readers[0]


@pytest.fixture
def rack(desk: Desk, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Rack:
    """A desk with cards of the bench."""
    for name, secret in OTHERS.items():
        desk.write_secret(name, secret)
    return Rack(desk, bench, monkeypatch)
