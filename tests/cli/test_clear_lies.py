"""`group clear` on a wire that alters what a card says of itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.cli.commands import PIN, Desk
from tests.cli.conftest import FIRST, PAIR, PINS
from tests.cli.terminal import Terminal
from tests.cli.test_group_clear import ALICE, BY_PIN, held, set_by_holders

from twincard.card.report import Features, LifeCycle
from twincard.cli.terminal import cards
from twincard.transport import connect
from twincard.transport.connection import Connection

_SELECT, _REPORT = b"\x00\xa4\x04\x00", b"\x00\xca\x00\xe0"
_ACCEPTED = (b"\x00\x82", b"\x80\x02", b"\x80\x14")
"""What the wire says yes to by itself: proofs of authority, components cleared."""
ISSUER = ("--issuer-public-key", "key.pub")


class Forger:
    """A wire that says of every card that it is in initialisation, without a channel."""

    def __init__(self, connection: Connection, heard: list[bytes], *, accepts: bool) -> None:
        self._connection = connection
        self._heard = heard
        self._accepts = accepts
        self.atr = connection.atr
        self.reset: Callable[[], None] = connection.reset
        self.close: Callable[[], None] = connection.close

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        self._heard.append(apdu)
        if self._accepts and apdu.startswith(_ACCEPTED):
            return b"", 0x9000
        data, sw = self._connection.transmit(apdu)
        if apdu.startswith((_SELECT, _REPORT)):
            at = data.index(b"\x81\x02") + 2
            features = int.from_bytes(data[at : at + 2]) & ~(Features.SCP03 | Features.SCP11B)
            data = data[:at] + features.to_bytes(2) + data[at + 2 :]
        if apdu.startswith(_REPORT):
            at = data.index(b"\x83\x01") + 2
            data = data[:at] + bytes([LifeCycle.INITIALISATION]) + data[at + 1 :]
        return data, sw


def forge(monkeypatch: pytest.MonkeyPatch, first: int, *, accepts: bool = False) -> list[bytes]:
    """All connections from this one on are forged; gives what they hear."""
    heard: list[bytes] = []
    made: list[str] = []

    def forged(reader: str) -> Connection:
        made.append(reader)
        connection = connect(reader)
        if len(made) < first:
            return connection
        return Forger(connection, heard, accepts=accepts)

    monkeypatch.setattr(cards, "connect", forged)
    return heard


@pytest.fixture
def certified(desk: Desk) -> Desk:
    """A pair that the issuer of `key.pub` certified; the holders have set component 2."""
    desk.done("sim", "new", "alice")
    desk.done("sim", "new", "控え")
    desk.done("group", "new", "--out", "g")
    desk.done("issuer", "new", "key")
    desk.done("issue", *PAIR, *PINS, "--puk-file", "puk", *FIRST, "--certify-with", "key")
    set_by_holders(desk, 2)
    return desk


def test_a_card_that_is_blank_all_of_a_sudden_gets_no_pin(
    certified: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        heard = forge(patch, 2)
        certified.run(*ALICE, "2", *BY_PIN, *ISSUER).failed(7)
    assert heard
    assert not any(PIN.encode() in apdu for apdu in heard)
    assert held(certified)[1] is not None


def test_nothing_is_cleared_on_the_word_of_a_card_that_proves_nothing(
    certified: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        heard = forge(patch, 1, accepts=True)
        certified.run(*ALICE, "1", "--yes", *ISSUER).failed(7, "no secure channel")
    assert not any(apdu.startswith(_ACCEPTED) for apdu in heard)


def test_no_other_components_than_were_agreed_to(issued: Desk) -> None:
    with Terminal(*ALICE) as terminal:
        terminal.expect("Clear component 1 on sim:alice? [y/N]")
        set_by_holders(issued, 2)
        before = held(issued)
        terminal.type("y\n")
        terminal.expect("holds other components")
        assert terminal.wait() == 7
    assert held(issued) == before
