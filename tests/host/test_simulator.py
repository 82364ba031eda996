"""A simulated card keeps what a real one keeps, and fails as plainly."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
from tests.bench import Bench, Stage

from twincard.card.session import Card
from twincard.flows.authority import take_authority
from twincard.keys.component import Component
from twincard.keys.secret import Secret
from twincard.keys.transport_key import read_transport_key
from twincard.simulator.folder import create_card, remove_card, transport_key_file
from twincard.simulator.laboratory import Laboratory
from twincard.simulator.process import SimulatedCard, SimulatorProcess
from twincard.transport import (
    CardFileError,
    CardGoneError,
    CardOpenHereError,
    NotInstalledError,
    PowerCutError,
    TransportError,
    connect,
)

posix = pytest.mark.skipif(os.name != "posix", reason="a program is stopped by a signal")
# On Windows this one ends a program as abruptly.
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


@pytest.fixture
def alice(home: Path) -> str:
    create_card("alice")
    return "sim:alice"


def test_a_second_program_is_refused_until_the_first_lets_go(alice: str) -> None:
    first = connect(alice)
    with pytest.raises(CardOpenHereError, match=r"^This program itself has sim:alice open already"):
        connect(alice)
    first.close()
    connect(alice).close()


def test_a_killed_card_says_so_and_comes_back_with_all_but_its_authority(alice: str) -> None:
    connection = connect(alice)
    assert isinstance(connection, SimulatedCard)
    card = Card(connection)
    card_id = card.report().card_id
    take_authority(card, card.report(), read_transport_key(transport_key_file("alice")))
    group_id = card.group.begin(3)
    os.kill(connection.pid, KILL)
    with pytest.raises(CardGoneError, match="ended unexpectedly"):
        card.report()
    with pytest.raises(CardGoneError, match="closed"):
        connection.transmit(bytes(4))
    with Card(connect(alice)) as again:
        report = again.report()
        assert report.group is not None
        assert (report.card_id, report.group.group_id) == (card_id, group_id)


def test_what_was_wiped_on_the_card_is_not_left_in_its_file(home: Path, alice: str) -> None:
    component = os.urandom(32)
    state = home / "alice.card"
    with Card(connect(alice)) as card:
        take_authority(card, card.report(), read_transport_key(transport_key_file("alice")))
        card.group.begin(1)
        card.group.set_component(Component(1, 1, Secret(component)))
        assert component in state.read_bytes()
        card.terminate()
    assert component not in state.read_bytes()


@posix
def test_an_interrupted_command_closes_the_connection(alice: str) -> None:
    connection = connect(alice)
    assert isinstance(connection, SimulatedCard)
    card = Card(connection)
    os.kill(connection.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, connection.pid, os.WSTOPPED | os.WNOWAIT)
    with pytest.raises(KeyboardInterrupt), interrupted_in_an_answer(connection.pid):
        card.report()
    with pytest.raises(CardGoneError, match="closed"):
        card.report()
    connect(alice).close()


@contextmanager
def interrupted_in_an_answer(pid: int) -> Iterator[None]:
    """Ctrl-C comes while the block waits for an answer of this stopped program, which goes on then.

    It is tried again and again, since nobody but the waiting thread itself knows when it waits.
    """
    done = threading.Event()
    waiting = SimulatorProcess._read.__code__
    waits = threading.get_ident()

    def interrupt(_number: int, frame: FrameType | None) -> None:
        if not done.is_set() and frame is not None and frame.f_code is waiting:
            done.set()
            os.kill(pid, signal.SIGCONT)
            raise KeyboardInterrupt

    def try_again() -> None:
        while not done.wait(0.01):
            signal.pthread_kill(waits, signal.SIGUSR1)

    previous = signal.signal(signal.SIGUSR1, interrupt)
    thread = threading.Thread(target=try_again)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        signal.signal(signal.SIGUSR1, previous)


def test_reset_forgets_the_pin(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    card = bench.original.unlocked()
    assert card.pin.is_verified()
    card.reset()
    assert not card.pin.is_verified()


def test_two_cards_draw_different_ids_and_keys(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    first, second = bench.original.card(), bench.original2.card()
    assert first.report().card_id != second.report().card_id
    assert first.usage.public_key() != second.usage.public_key()


def test_a_cut_leaves_the_card_dark_until_it_is_reset(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    card = bench.original.unlocked()
    bench.original.lab.cut(1)
    with pytest.raises(PowerCutError):
        card.pin.verify(bench.original.pin)
    with pytest.raises(TransportError, match="no power"):
        card.report()
    assert bench.original.restart().report().pin_tries_left == 3


def test_the_laboratory_counts_writes_and_sizes(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    card, lab = bench.original.unlocked(), bench.original.lab
    lab.writes()
    card.report()
    assert lab.writes() == 0
    card.pin.change(bench.original.pin, bench.original.puk)
    assert lab.writes() > 0
    sizes = lab.sizes()
    assert 0 < sizes.largest_transaction <= 128
    assert 0 < sizes.transient_reset + sizes.transient_deselect <= 1400 < sizes.persistent


def test_the_image_shows_what_is_kept_and_not_what_was_wiped(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    secret = bench.original.transport_key.reveal()
    assert secret in bench.original.lab.image()
    bench.original.as_issuer().terminate()
    assert secret not in bench.original.lab.image()


def test_a_blank_card_says_that_nothing_is_installed() -> None:
    with (
        Laboratory.start() as blank,
        pytest.raises(TransportError, match="no applet installed"),
    ):
        Card(blank)


def test_a_missing_java_is_named(home: Path, alice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINCARD_JAVA", "/nowhere/java")
    with pytest.raises(NotInstalledError, match="/nowhere/java"):
        connect(alice)


def test_a_damaged_card_file_is_never_taken_for_a_new_card(home: Path, alice: str) -> None:
    state = home / "alice.card"
    state.write_bytes(bytes(state.stat().st_size))
    with pytest.raises(CardFileError, match="damaged"):
        connect(alice)
    remove_card("alice")
    assert list(home.iterdir()) == []
