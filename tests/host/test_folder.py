"""Named simulated cards: whole or absent, private, removed without a trace."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from twincard.card.session import Card
from twincard.flows.authority import take_authority
from twincard.keys.transport_key import TransportKeyError, read_transport_key
from twincard.simulator.folder import create_card, list_cards, remove_card, transport_key_file
from twincard.transport import CardInUseError, CardNotFoundError, TransportError, connect


def test_cards_are_created_listed_and_removed(home: Path) -> None:
    assert list_cards() == []
    create_card("bob")
    create_card("alice.card2")
    create_card("alice")
    assert list_cards() == ["alice", "alice.card2", "bob"]
    remove_card("alice")
    remove_card("bob")
    assert list_cards() == ["alice.card2"]
    remove_card("alice.card2")
    assert list(home.iterdir()) == []


def test_the_issuers_key_is_private_and_opens_its_card(home: Path) -> None:
    create_card("alice")
    path = transport_key_file("alice")
    assert path.stat().st_mode & 0o777 == 0o600
    assert (home / "alice.card").stat().st_mode & 0o777 == 0o600
    with Card(connect("sim:alice")) as card:
        take_authority(card, card.report(), read_transport_key(path))


def test_a_name_is_taken_once(home: Path) -> None:
    create_card("alice")
    key = transport_key_file("alice").read_bytes()
    with pytest.raises(TransportError, match="already"):
        create_card("alice")
    assert transport_key_file("alice").read_bytes() == key


def test_of_programs_that_take_a_name_at_once_one_has_the_card_and_its_key(home: Path) -> None:
    def create() -> bool:
        try:
            create_card("alice")
        except TransportError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: create(), range(4))) == 1
    with Card(connect("sim:alice")) as card:
        take_authority(card, card.report(), read_transport_key(transport_key_file("alice")))
    assert sorted(path.name for path in home.iterdir() if path.suffix != ".lock") == [
        "alice.card",
        "alice.transport-key",
    ]


def test_a_key_that_lies_there_is_never_replaced(home: Path) -> None:
    create_card("alice")
    (home / "alice.card").rename(home / "kept elsewhere")
    key = transport_key_file("alice").read_bytes()
    with pytest.raises(TransportError, match="move it to another folder"):
        create_card("alice")
    assert transport_key_file("alice").read_bytes() == key
    assert list_cards() == []


@pytest.mark.parametrize("name", ["", "../alice", "a/b", ".hidden", "a b", "x" * 65, "-r"])
def test_a_name_is_a_plain_file_name(home: Path, name: str) -> None:
    with pytest.raises(TransportError, match="not a valid name"):
        create_card(name)


def test_names_are_in_any_script(home: Path) -> None:
    create_card("山田太郎")
    connect("sim:山田太郎").close()


@pytest.mark.parametrize("reader", ["sim:nobody", "alice", "sim:", "usb:alice"])
def test_a_reader_that_is_not_there_is_named(home: Path, reader: str) -> None:
    with pytest.raises(CardNotFoundError) as raised:
        connect(reader)
    assert reader.removeprefix("sim:") in str(raised.value)


def test_a_card_in_use_is_not_removed(home: Path) -> None:
    create_card("alice")
    connection = connect("sim:alice")
    with pytest.raises(CardInUseError):
        remove_card("alice")
    connection.close()
    assert list_cards() == ["alice"]


def test_what_is_not_an_issuers_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "alice.transport-key"
    for content in (b"", b"zz" * 32, b"00" * 31, b"00" * 33):
        path.write_bytes(content)
        with pytest.raises(TransportKeyError, match="64 hex digits"):
            read_transport_key(path)
