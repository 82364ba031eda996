"""Several cards in one program: each is as it would be in a process of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from zlib import crc32

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
    CardOpenHereError,
    NotInstalledError,
    connect,
)

resource = pytest.importorskip("resource", reason="limits are of POSIX")

SLOT = 256 * 1024


@pytest.fixture
def program(home: Path) -> Iterator[None]:
    """One program, with the cards `alice` and `bob` made in it."""
    with one_program():
        for name in ("alice", "bob"):
            create_card(name)
        yield


def pid_of(name: str) -> int:
    """Of the process of a card."""
    with opened(name) as card:
        return card.pid


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
    with pytest.raises(CardOpenHereError):
        connect("sim:alice")
    with pytest.raises(CardInUseError):
        remove_card("alice")
    assert isinstance(refusal_elsewhere("alice"), CardInUseError), "a process of its own"
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


def whole(body: bytes) -> bytes:
    """A card's file that is whole and has this body (see StateFile.java)."""
    head = b"TWINCARD" + bytes([0, 2, 0, 0]) + (1).to_bytes(8) + len(body).to_bytes(4)
    return head + crc32(head + body).to_bytes(4) + body


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize("body", [b"\x00", b"\xff\xff"])
def test_a_file_whose_body_is_none_is_told_and_the_others_go_on(home: Path, body: bytes) -> None:
    (home / "bob.card").write_bytes(whole(body))
    with opened("alice") as alice:
        for _attempt in range(2):
            with pytest.raises(CardFileError, match="damaged"):
                connect("sim:bob")
        assert Card(alice).report().key is None
    remove_card("bob")


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="one file has several names")
@pytest.mark.usefixtures("program")
def test_a_card_by_another_name_is_in_use_and_the_others_go_on(home: Path) -> None:
    (home / "bob.card.lock").unlink(missing_ok=True)
    (home / "bob.card.lock").symlink_to("alice.card.lock")
    with opened("alice") as alice:
        with pytest.raises(CardInUseError):
            connect("sim:bob")
        assert isinstance(refusal_elsewhere("alice"), CardInUseError)
        assert Card(alice).report().key is None
    connect("sim:bob").close()


def refusal_elsewhere(name: str) -> BaseException | None:
    """Why a card cannot be opened in a process of its own."""
    told: list[BaseException | None] = []
    thread = Thread(target=lambda: told.append(refusal(name)))
    thread.start()
    thread.join()
    return told[0]


def test_a_program_may_be_for_every_thread(home: Path) -> None:
    with one_program(every_thread=True):
        for name in ("alice", "bob"):
            create_card(name)
        alice = opened("alice")
        assert isinstance(refusal_elsewhere("alice"), CardInUseError)
        with ThreadPoolExecutor(2) as pool:
            pids = {pool.submit(pid_of, "bob").result() for _attempt in range(2)}
        assert pids == {alice.pid}
        with one_program(every_thread=True), one_program():
            assert pid_of("bob") != alice.pid, "a block of the thread's own is nearer"
    with pytest.raises(CardGoneError):
        alice.transmit(bytes(4))
    assert pid_of("alice") != alice.pid


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


def newest_slot(state: Path) -> int:
    """Which of the two slots of a card's file has its last state."""
    content = state.read_bytes()
    return int(content[SLOT + 12 : SLOT + 20] > content[12:20])


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Linux has it")
def test_a_card_that_cannot_be_saved_at_the_end_does_not_keep_others_from_it(home: Path) -> None:
    component = os.urandom(32)
    with one_program():
        for name in ("alice", "bob"):
            create_card(name)
        sessions = {name: Card(opened(name)) for name in ("alice", "bob")}
        for name, slot in (("alice", 0), ("bob", 1)):
            card, state = sessions[name], home / f"{name}.card"
            take_authority(card, card.report(), read_transport_key(transport_key_file(name)))
            card.group.begin(1)
            while newest_slot(state) != slot:
                card.group.clear()
                card.group.begin(1)
                card.group.set_component(Component(1, 1, Secret(component)))
            if name == "bob":
                card.group.set_component(Component(1, 1, Secret(component)))
                card.terminate()
                assert newest_slot(state) == slot
                assert component in state.read_bytes()
        # Nobody can write to a second slot any more, where Alice's older state is.
        alice = sessions["alice"].connection
        assert isinstance(alice, SimulatedCard)
        before = resource.prlimit(alice.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(alice.pid, resource.RLIMIT_FSIZE, (SLOT, before[1]))
    assert component not in (home / "bob.card").read_bytes()
