"""What any card with the applet does in any reader: `--real READER` tries a real one.

Nothing is changed on the card, and no PIN is sent.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.bench import Bench, Stage
from tests.pcsc.inserted import inserted
from tests.pcsc.service import PcscService

from twincard.card.session import Card
from twincard.iso.chaining import Link
from twincard.iso.command import Command
from twincard.iso.status import Sw
from twincard.transport import CardInUseError, connect


@pytest.fixture
def reader(request: pytest.FixtureRequest) -> Iterator[str]:
    """A READER with a card."""
    real = request.config.getoption("--real")
    if real:
        yield f"pcsc:{real[0]}"
        return
    service: PcscService = request.getfixturevalue("pcsc_service")
    bench: Bench = request.getfixturevalue("bench")
    bench.at(Stage.KEYED)
    with inserted(bench.original.lab, service.readers[0]):
        yield f"pcsc:{service.readers[0].name}"


@pytest.fixture
def card(reader: str) -> Iterator[Card]:
    """A session with it."""
    connection = connect(reader)
    yield Card(connection)
    connection.close()


def test_the_report_is_the_same_after_a_reset(card: Card) -> None:
    before, atr = card.report(), card.connection.atr
    card.connection.reset()
    card.select()
    assert (card.report(), card.connection.atr) == (before, atr)


def test_an_answer_in_pieces_is_joined(card: Card) -> None:
    link = Link(card.connection)
    whole = link.exchange(Command(0x00, 0xCA, 0x00, 0xE0, answer=256))
    assert whole.sw == 0x9000
    assert link.exchange(Command(0x00, 0xCA, 0x00, 0xE0, answer=7)) == whole


def test_without_authority_nothing_is_decrypted(card: Card) -> None:
    decipher = Command(0x00, 0x2A, 0x80, 0x86, bytes(65), answer=256)
    answer = Link(card.connection).exchange(decipher)
    assert answer.data == b""
    assert answer.sw in (Sw.AUTHORITY_MISSING, Sw.WRONG_STATE)


def test_the_card_is_held_alone(reader: str, card: Card) -> None:
    with pytest.raises(CardInUseError):
        connect(reader)
    card.report()
