"""How often commands ask a card for its state report."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.cli.conftest import COMPONENTS, PAIR, PINS

from twincard.cli.terminal import cards
from twincard.transport import connect
from twincard.transport.trace import Traced

REPORT = ("00 CA 00 E0", "04 CA 00 E0")
SECURED = REPORT[1]
ALICE = ("-r", "sim:alice", "--pin-file", "pin")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The headers of all APDUs of commands."""
    headers: list[str] = []

    def traced(reader: str) -> Traced:
        return Traced(connect(reader), lambda line: headers.append(line[:11]))

    monkeypatch.setattr(cards, "connect", traced)
    return headers


def test_once_to_decrypt_and_in_the_secure_channel(duplicated: Desk, sent: list[str]) -> None:
    Path("letter").write_text("for Alice")
    for name in ("one", "two"):
        duplicated.done("encrypt", "--to", "alice.pem", "letter", "-o", f"{name}.p7m")
    sent.clear()
    duplicated.done("decrypt", *ALICE, "one.p7m", "two.p7m")
    assert [header for header in sent if header in REPORT] == [SECURED]
    assert len(sent) == 7


def test_four_times_to_duplicate(issued: Desk, sent: list[str]) -> None:
    sent.clear()
    issued.done("duplicate", *PAIR, *PINS, *COMPONENTS, "--key", "p256")
    asked = [header for header in sent if header in REPORT]
    assert asked == [SECURED] * 4
