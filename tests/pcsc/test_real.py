"""What any card with the applet does in any reader: `--real READER` tries real ones.

Nothing is changed on the card, and no PIN is sent.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.bench import Bench, Stage
from tests.pcsc.inserted import inserted
from tests.pcsc.service import PcscService

from twincard.card.report import Features
from twincard.card.session import Card
from twincard.flows.check.description import describe
from twincard.flows.check.log import read_log
from twincard.iso.chaining import Link
from twincard.iso.command import Command
from twincard.iso.status import Sw
from twincard.transport import CardInUseError, connect


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test once for each real reader, or once for a virtual one."""
    if "real" in metafunc.fixturenames:
        named = metafunc.config.getoption("--real")
        metafunc.parametrize("real", named or [None], ids=named or ["virtual"])


@pytest.fixture
def reader(request: pytest.FixtureRequest, real: str | None) -> Iterator[str]:
    """A READER with a card."""
    if real is not None:
        yield f"pcsc:{real}"
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


def test_it_describes_itself_and_stays_as_it_is(card: Card) -> None:
    before = card.report()
    told = describe(card.connection)
    assert told.atr == card.connection.atr
    assert told.applet is not None
    assert (told.applet.version, told.applet.features) == (before.version, card.features)
    card.select()
    assert card.report() == before


def test_the_public_key_is_that_of_the_report(card: Card) -> None:
    key = card.report().key
    if key is None or not key.released or not key.public_key_readable:
        pytest.skip("this card shows no public key")
    assert card.usage.public_key().digest == key.digest


def test_its_log_is_signed_and_whole(card: Card) -> None:
    if Features.LOG not in card.features:
        pytest.skip("this card has no log")
    log = read_log(card)
    assert log.state.card_id == card.report().card_id
    assert log.state.count >= len(log.answer.entries)


def test_challenges_differ(card: Card) -> None:
    drawn = [card.issuer.challenge() for _ in range(8)]
    assert len(set(drawn)) == len(drawn)
