"""What a session shows of itself: where the card is and which it is, and nothing more."""

from __future__ import annotations

from pathlib import Path

from tests.bench import Bench, Stage

from twincard.card.session import Card
from twincard.simulator.folder import create_card
from twincard.transport import Traced, connect


def test_a_session_names_its_reader_and_the_card_once_it_is_known(home: Path) -> None:
    create_card("alice")
    lines: list[str] = []
    with Card(Traced(connect("sim:alice"), lines.append)) as card:
        sent = len(lines)
        assert repr(card) == "<Card in sim:alice>"
        assert len(lines) == sent, "to show a card asks it nothing"
        card_id = card.report().card_id
        card.select()
        assert f"{card}" == f"<Card in sim:alice, card id {card_id.hex()}>"


def test_a_connection_without_a_name_is_called_by_its_type(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED)
    card = Card(bench.original.lab)
    assert repr(card) == "<Card in Laboratory>"
    card_id = card.report().card_id.hex()
    assert repr(card) == f"<Card in Laboratory, card id {card_id}>"
