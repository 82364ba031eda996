"""Every secret that a command makes is wiped when it ends, however it ends."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.bench import Bench, Stage
from tests.ceremonies.codes import picture_of
from tests.cli.commands import Desk
from tests.cli.conftest import COMPONENTS, PAIR, PINS

from twincard.card.pin import Pin, PinFormatError
from twincard.card.session import Card
from twincard.cli.terminal import prompts
from twincard.cli.terminal.errors import InputError
from twincard.iso.status import IssuerRefusedError
from twincard.keys.component import Component
from twincard.keys.secret import Secret, wiping
from twincard.simulator.folder import transport_key_file
from twincard.transport.trace import Traced

ALICE = ("-r", "sim:alice", "--pin-file", "pin")


class Lent(Traced):
    """The connection of a card that others use afterwards."""

    def close(self) -> None:
        """Leave it open."""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Secret]:
    """Every Secret from now on; each had a value."""
    found: list[Secret] = []
    init = Secret.__init__

    def noted(self: Secret, value: bytes | bytearray | str) -> None:
        init(self, value)
        assert len(self)
        found.append(self)

    monkeypatch.setattr(Secret, "__init__", noted)
    return found


def all_wiped(secrets: list[Secret]) -> bool:
    """Whether there are some, and none has a value any more."""
    return bool(secrets) and not any(map(len, secrets))


def stop(*_: object) -> None:
    """What Ctrl-C does in the middle of a command."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, ("decrypt", *ALICE, "letter.p7m")),
        (0, ("transcode", *ALICE, "--to", "alice.pem", "letter.p7m")),
        (0, ("certificate", *ALICE)),
        (0, ("csr", *ALICE)),
        (0, ("card", "check", *ALICE, "letter.p7m")),
        (0, ("card", "pin", *ALICE, "--set-pin-file", "backup-pin")),
        (0, ("card", "unblock", "-r", "sim:alice", "--puk-file", "puk", "--set-pin-file", "wrong")),
        (0, ("card", "terminate", *ALICE, "--yes")),
        (0, ("card", "terminate", "-r", "sim:alice", "--transport-key-file", "key", "--yes")),
        (0, ("card", "scp03-keys", "-r", "sim:alice", "--new-transport-key-file", "new-key")),
        (0, ("duplicate", *PAIR, *PINS, *COMPONENTS)),
        (7, ("issue", *PAIR, *PINS, "--puk-file", "puk", "--component", "1=g/component-1.txt")),
        (0, ("group", "verify", "g/component-2.txt")),
        (0, ("group", "verify", "component.png")),
        (9, ("group", "verify", "g/component-2.txt", "component.png", "letter.p7m")),
        (0, ("duplicate", *PAIR, *PINS, "--component", "3=component.png")),
        (5, ("decrypt", *ALICE[:3], "wrong", "letter.p7m")),
        (8, ("decrypt", *ALICE, "g/none.p7m")),
        (7, ("duplicate", "--original", "sim:控え", "--backup", "sim:alice", *PINS, *COMPONENTS)),
        (8, ("duplicate", *PAIR, *PINS, *COMPONENTS[:2], "--component", "3=none")),
        (2, ("card", "scp03-keys", "-r", "sim:alice", "--new-transport-key-file", "key")),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else str(value),
)
def test_by_success_or_by_an_error(
    duplicated: Desk, made: list[Secret], code: int, words: tuple[str, ...]
) -> None:
    Path("letter").write_text("for Alice")
    duplicated.done("encrypt", "--to", "alice.pem", "letter")
    Path("letter").unlink()
    Path("key").write_bytes(transport_key_file("alice").read_bytes())
    Path("new-key").write_text("ab" * 32)
    Path("component.png").write_bytes(picture_of(Path("g/component-3.txt").read_text()))
    made.clear()
    ran = duplicated.run(*words)
    assert ran.code == code, ran.err
    assert all_wiped(made)


@pytest.mark.parametrize(
    "words",
    [("card", "check", *ALICE), ("duplicate", *PAIR, *PINS, *COMPONENTS)],
    ids=["card check", "duplicate"],
)
def test_by_an_interrupt(
    duplicated: Desk,
    made: list[Secret],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
) -> None:
    monkeypatch.setattr(Pin, "verify", stop)
    assert duplicated.run(*words).code == 130
    assert all_wiped(made)


@pytest.mark.parametrize(
    ("entries", "ask"),
    [
        (("123456", "654321"), lambda: prompts.new_pin(None, "PIN", "--pin-file")),
        (("ab" * 32, "cd" * 32), lambda: prompts.new_transport_key(None, "Key")),
        (("123",), lambda: prompts.pin(None, "PIN", "--pin-file")),
    ],
    ids=["PIN", "transport key", "too short"],
)
def test_what_was_typed_wrong_is_wiped_before_the_next_attempt(
    made: list[Secret],
    monkeypatch: pytest.MonkeyPatch,
    entries: tuple[str, ...],
    ask: Callable[[], Secret],
) -> None:
    typed = iter(entries)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(getpass, "getpass", lambda _: next(typed, ""))
    with pytest.raises((InputError, PinFormatError)):
        ask()
    assert all_wiped(made)


def test_a_session_wipes_the_keys_of_its_channels(bench: Bench, made: list[Secret]) -> None:
    specimen = bench.at(Stage.ISSUED).original
    card_id = specimen.card().report().card_id
    made.clear()
    with Card(Lent(specimen.lab, lambda _: None)) as card:
        card.open_channel(card.device.keys().channel_key)
        card.issuer.open_channel(card_id, specimen.transport_key)
        with pytest.raises(IssuerRefusedError), wiping():
            card.issuer.open_channel(card_id, Secret(bytes(32)))
        card.open_channel(card.device.keys().channel_key)
        assert not all_wiped(made)
    assert all_wiped(made)
    assert len(specimen.transport_key)


def test_a_component_is_wiped_with_its_block(made: list[Secret]) -> None:
    before = Secret(b"made before")

    @wiping()
    def fail() -> None:
        Component(1, 3, Secret(bytes(32)))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not len(made[-1])
    assert before.reveal() == b"made before"


def test_blocks_may_be_nested() -> None:
    with wiping():
        outer = Secret(b"outer")
        with wiping():
            inner = Secret(b"inner")
        assert (len(inner), len(outer)) == (0, 5)
    assert len(outer) == 0
