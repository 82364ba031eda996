"""Several cards in one program: each is as it would be in a process of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from twincard.card.session import Card
from twincard.flows.authority import take_authority
from twincard.keys.component import Component
from twincard.keys.secret import Secret
from twincard.keys.transport_key import read_transport_key
from twincard.simulator.folder import create_card, remove_card, transport_key_file
from twincard.simulator.process import SimulatedCard
from twincard.simulator.shared_program import one_program
from twincard.transport import (
    CardFileError,
    CardGoneError,
    CardInUseError,
    NotInstalledError,
    connect,
)


@pytest.fixture
def program(home: Path) -> Iterator[None]:
    """One program, with the cards `alice` and `bob` made in it."""
    with one_program():
        for name in ("alice", "bob"):
            create_card(name)
        yield


def opened(name: str) -> SimulatedCard:
    """A connection that tells its process."""
    connection = connect(f"sim:{name}")
    assert isinstance(connection, SimulatedCard)
    return connection


@pytest.mark.usefixtures("program")
def test_cards_are_in_one_process_and_have_nothing_else_in_common() -> None:
    with opened("alice") as alice, opened("bob") as bob:
        assert alice.pid == bob.pid
        first, second = Card(alice), Card(bob)
        assert first.report().card_id != second.report().card_id
        take_authority(first, first.report(), read_transport_key(transport_key_file("alice")))
        group_id = first.group.begin(3)
        assert second.report().group is None
        bob.reset()
        report = first.report()
        assert report.group is not None
        assert report.group.group_id == group_id
    with Card(connect("sim:alice")) as again:
        report = again.report()
        assert report.group is not None
        assert report.group.group_id == group_id


@pytest.mark.usefixtures("program")
def test_to_kill_the_program_is_to_pull_all_its_cards(home: Path) -> None:
    alice, bob = opened("alice"), opened("bob")
    card = Card(alice)
    take_authority(card, card.report(), read_transport_key(transport_key_file("alice")))
    group_id = card.group.begin(3)
    pid = alice.pid
    os.kill(pid, signal.SIGKILL)
    for connection in (alice, bob):
        with pytest.raises(CardGoneError):
            Card(connection)
        connection.close()
    with opened("alice") as connection:
        assert connection.pid != pid
        report = Card(connection).report()
        assert report.group is not None
        assert report.group.group_id == group_id


@pytest.mark.usefixtures("program")
def test_a_card_is_in_use_until_it_is_taken_out() -> None:
    alice = opened("alice")
    with pytest.raises(CardInUseError):
        connect("sim:alice")
    with pytest.raises(CardInUseError):
        remove_card("alice")
    elsewhere: list[BaseException | None] = []
    thread = Thread(target=lambda: elsewhere.append(refusal("alice")))
    thread.start()
    thread.join()
    assert [type(error) for error in elsewhere] == [CardInUseError], "a process of its own"
    alice.close()
    alice.close()
    with pytest.raises(CardGoneError, match="closed"):
        alice.transmit(bytes(4))
    connect("sim:alice").close()
    remove_card("alice")


def refusal(name: str) -> BaseException | None:
    """Why a card cannot be opened."""
    try:
        connect(f"sim:{name}").close()
    except CardInUseError as error:
        return error
    return None


@pytest.mark.usefixtures("program")
def test_a_card_that_cannot_be_read_is_told_and_the_others_go_on(home: Path) -> None:
    (home / "bob.card").write_bytes(b"")
    with opened("alice") as alice:
        with pytest.raises(CardFileError, match="damaged"):
            connect("sim:bob")
        assert Card(alice).report().key is None


@pytest.mark.usefixtures("program")
def test_a_folder_is_found_from_wherever_the_program_began(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home.parent)
    monkeypatch.setenv("TWINCARD_HOME", home.name)
    connect("sim:alice").close()


@pytest.mark.usefixtures("program")
def test_another_java_is_another_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINCARD_JAVA", "/nowhere/java")
    with pytest.raises(NotInstalledError):
        connect("sim:alice")


def test_blocks_inside_of_a_block_share_its_program_which_ends_with_it(home: Path) -> None:
    with one_program():
        create_card("alice")
        with one_program():
            inner = opened("alice")
        Card(inner)
        pid = inner.pid
    with pytest.raises(CardGoneError, match="closed"):
        inner.transmit(bytes(4))
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with opened("alice") as alone, opened_other(home) as other:
        assert alone.pid != other.pid


def opened_other(home: Path) -> SimulatedCard:
    """A second card, outside of a block."""
    create_card("bob")
    return opened("bob")


@pytest.mark.usefixtures("program")
def test_what_was_wiped_is_not_left_in_the_file_of_a_card_taken_out(home: Path) -> None:
    component = os.urandom(32)
    state = home / "alice.card"
    with Card(connect("sim:alice")) as card:
        take_authority(card, card.report(), read_transport_key(transport_key_file("alice")))
        card.group.begin(1)
        card.group.set_component(Component(1, 1, Secret(component)))
        assert component in state.read_bytes()
        card.terminate()
    assert component not in state.read_bytes()
