"""How often commands ask a card for its state report."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.cli.conftest import COMPONENTS, FIRST, PAIR, PINS

from twincard.cli.terminal import cards
from twincard.transport import connect
from twincard.transport.trace import Traced

REPORT = ("00 CA 00 E0", "04 CA 00 E0")
IN_CLEAR, SECURED = REPORT
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


def test_four_times_to_issue_once_before_its_channel_each(desk: Desk, sent: list[str]) -> None:
    for name in ("alice", "控え"):
        desk.done("sim", "new", name)
    desk.done("group", "new", "--out", "g")
    sent.clear()
    desk.done("issue", *PAIR, *PINS, "--puk-file", "puk", *FIRST)
    asked = [header for header in sent if header in REPORT]
    assert asked == [IN_CLEAR] * 2 + [SECURED] * 2


def test_once_to_accept_and_in_the_secure_channel(desk: Desk, sent: list[str]) -> None:
    for name in ("alice", "控え"):
        desk.done("sim", "new", name)
    desk.done("issuer", "new", "key")
    certified = ("--transport-pin", "--certify-with", "key")
    desk.done("issue", *PAIR, *PINS, "--puk-file", "puk", *certified)
    sent.clear()
    desk.done("card", "accept", "-r", "sim:alice", "--issuer-public-key", "key.pub")
    assert [header for header in sent if header in REPORT] == [SECURED]


@pytest.mark.parametrize("by", [("--pin-file", "pin"), ("--transport-key-file", "key")])
def test_once_in_the_channel_in_which_a_card_is_terminated(
    issued: Desk, sent: list[str], by: tuple[str, str]
) -> None:
    Path("key").write_bytes(next(issued.folder.rglob("alice.transport-key")).read_bytes())
    sent.clear()
    issued.done("card", "terminate", "-r", "sim:alice", "--yes", *by)
    # The first is what the user is asked about, before any secret is read.
    assert [header for header in sent if header in REPORT] == [IN_CLEAR, SECURED]
