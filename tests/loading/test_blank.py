"""Blank simulated cards: they are kept like others, and a load that is cut is finished."""

from __future__ import annotations

import json
import math
import os
import signal
from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.loading.cap_reading import read_cap

from twincard.card.session import APPLET_AID
from twincard.globalplatform.manager import CardManager
from twincard.globalplatform.stand_in import write_stand_in
from twincard.keys.management_keys import default_keys
from twincard.simulator.folder import create_blank_card, open_card
from twincard.simulator.manager.card import ManagedCard
from twincard.simulator.manager.state import DEFAULT_KEYS, INITIAL_VERSION, ManagerState
from twincard.simulator.process import Make, SimulatedCard
from twincard.transport.connection import CardFileError, CardGoneError, TransportError

SELECT_APPLET = b"\x00\xa4\x04\x00" + bytes([len(APPLET_AID)]) + APPLET_AID + b"\x00"
LOAD = ("card", "load", "small.cap", "-r", "sim:alice", "--default-keys")
WITH_FILES = ("--new-management-keys", "keys", "--transport-key-file", "issuer")


@pytest.fixture
def desk(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(tmp_path, monkeypatch)
    made.done("sim", "cap", "small.cap")
    return made


def reopened() -> ManagedCard:
    card = open_card("alice")
    assert isinstance(card, ManagedCard)
    return card


def carrier(card: ManagedCard) -> SimulatedCard:
    """The card without its card manager."""
    found = card._carrier
    assert isinstance(found, SimulatedCard)
    return found


def test_a_stand_in_is_well_formed(tmp_path: Path) -> None:
    path = tmp_path / "small.cap"
    write_stand_in(path)
    cap = read_cap(path)
    assert cap.applets == (APPLET_AID,)
    assert b"no code" in cap.load_file
    with pytest.raises(FileExistsError):
        write_stand_in(path)


def test_a_blank_card_takes_the_applet_and_keeps_it(desk: Desk, home: Path) -> None:
    made = desk.json("sim", "new", "alice", "--blank")
    assert made == {
        "version": 1,
        "reader": "sim:alice",
        "chip": None,
    }
    assert (home / "alice.card").stat().st_mode & 0o777 == 0o600
    desk.run("card", "info", "-r", "sim:alice").failed(7, "card load")
    loaded = desk.json(*LOAD, *WITH_FILES)
    assert desk.json("card", "info", "-r", "sim:alice")["card_id"] == loaded["card_id"]
    assert desk.json(*LOAD, *WITH_FILES)["changed"] is False
    keys = ("--management-keys", "keys")
    desk.done("card", "unload", "-r", "sim:alice", *keys, "--yes")
    desk.run("card", "info", "-r", "sim:alice").failed(7, "card load")
    again = desk.json("card", "load", "small.cap", "-r", "sim:alice", *keys)
    assert again["card_id"] != loaded["card_id"]


def test_two_blank_cards_have_serial_numbers_of_their_own(desk: Desk) -> None:
    told = []
    for name in ("alice", "bob"):
        desk.done("sim", "new", name, "--blank")
        words = ("card", "contents", "-r", f"sim:{name}", "--default-keys")
        told.append(desk.json(*words)["production"]["serial"])
    assert told[0] != told[1]


def test_what_the_chip_lacks_the_applet_does_without(desk: Desk) -> None:
    create_blank_card("alice", Make(chip="-ec_p256_keygen"))
    desk.done(*LOAD, *WITH_FILES)
    told = desk.done("card", "report", "-r", "sim:alice").text
    assert "rsa_2048" in told
    assert "p_256" not in told
    create_blank_card("bob", Make(chip="transient=10"))
    words = ("card", "load", "small.cap", "-r", "sim:bob", "--default-keys")
    desk.run(*words).failed(7, "refused its installation")


def test_options_that_contradict_each_other_and_names_in_use_are_refused(
    desk: Desk, home: Path
) -> None:
    desk.run("sim", "new", "alice", "--blank", "--opensc").failed(2, "--opensc", "--blank")
    desk.done("sim", "new", "alice")
    desk.run("sim", "new", "alice", "--blank").failed(3, "already")
    desk.run(*LOAD).failed(2, "already has the applet", "--blank")
    (home / "bob.transport-key").write_text("of a card that was moved away")
    desk.run("sim", "new", "bob", "--blank").failed(3, "transport key")
    assert not (home / "bob.card").exists()


@pytest.mark.parametrize("operation", ["install", "keep", "remove"])
@pytest.mark.parametrize("after", [False, True])
def test_a_card_that_is_killed_in_a_load_is_finished_by_repeating_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, operation: str, after: bool
) -> None:
    desk.done("sim", "new", "alice", "--blank")
    desk.done(*LOAD, "--transport-key-file", "first")
    whole = getattr(SimulatedCard, operation)

    def cut(card: SimulatedCard, *arguments: bytes) -> None:
        if after:
            whole(card, *arguments)
        os.kill(card.pid, signal.SIGKILL)
        whole(card, *arguments)

    monkeypatch.setattr(SimulatedCard, operation, cut)
    desk.run(*LOAD, *WITH_FILES, "--replace", "--yes").failed(3)
    monkeypatch.setattr(SimulatedCard, operation, whole)
    loaded = desk.json(*LOAD, *WITH_FILES, "--replace", "--yes")
    told = desk.json("card", "contents", "-r", "sim:alice", "--management-keys", "keys")
    assert (len(told["packages"]), len(told["applets"])) == (1, 1)
    assert desk.json("card", "info", "-r", "sim:alice")["card_id"] == loaded["card_id"]


def test_an_applet_that_was_not_noted_is_not_there(home: Path) -> None:
    create_blank_card("alice")
    card = reopened()
    data = b"\x80\x20" + bytes(32)
    carrier(card).install(data, APPLET_AID)
    card.close()
    card = reopened()
    assert card.transmit(SELECT_APPLET) == (b"", 0x6A82)
    carrier(card).install(data, APPLET_AID)
    card.close()


def test_wrong_keys_are_counted_and_the_card_locks_itself_for_good(home: Path) -> None:
    create_blank_card("alice")
    for count in range(10):
        card = reopened()
        card.transmit(b"\x80\x50\x00\x00\x08" + bytes(8))
        assert card.transmit(b"\x84\x82\x33\x00\x10" + bytes(16)) == (b"", 0x6300)
        card.close()
        assert reopened_failures() == count + 1
    card = reopened()
    assert card.transmit(b"\x80\x50\x00\x00\x08" + bytes(8)) == (b"", 0x6983)
    card.close()


def reopened_failures() -> int:
    card = reopened()
    card.close()
    return card.domain.state.failures


def test_challenges_do_not_come_again_after_a_restart(home: Path) -> None:
    create_blank_card("alice")
    seen = set()
    for _ in range(3):
        card = reopened()
        answer, _sw = card.transmit(b"\x80\x50\x00\x00\x08" + bytes(8))
        seen.add(answer[13:21])
        card.close()
    assert len(seen) == 3


def test_a_power_cut_ends_the_channel(home: Path) -> None:
    create_blank_card("alice")
    card = reopened()
    manager = CardManager(card)
    manager.authenticate([default_keys()])
    card.reset()
    assert card.transmit(b"\x84\xf2\x40\x02\x00") == (b"", 0x6982)
    card.close()


def test_what_is_kept_is_read_again_and_shows_no_key() -> None:
    state = ManagerState.of_new_card()
    assert ManagerState.decode(state.encode()) == state
    assert state.keys == {INITIAL_VERSION: DEFAULT_KEYS}
    assert DEFAULT_KEYS.enc.hex() not in repr(state)
    assert repr(DEFAULT_KEYS.enc) not in repr(state)


@pytest.mark.parametrize("kept", [b"{", b"[]", b"{}", b"\xff", b'{"diversification":7}'])
def test_a_card_whose_kept_state_is_none_says_so_and_can_be_removed(
    kept: bytes, home: Path, desk: Desk
) -> None:
    create_blank_card("alice")
    card = reopened()
    carrier(card).keep(kept)
    card.close()
    with pytest.raises(CardFileError, match="card manager"):
        open_card("alice")
    desk.done("sim", "remove", "alice", "--yes")


@pytest.mark.parametrize(
    "wrong",
    [
        {"failures": math.inf},
        {"failures": -1},
        {"keys": {}},
        {"keys": {"255": ["00", "00", "00"]}},
        {"keys": {"256": [DEFAULT_KEYS.enc.hex()] * 3}},
        {"counters": {"255": 0xFFFFFF}},
        {"diversification": "00"},
        {"packages": {"aa": {"version": [256, 1], "applets": [], "sha256": ""}}},
        {"packages": {"aa" * 17: {"version": [1, 1], "applets": [], "sha256": ""}}},
        {"instances": {"aa": ["bb" * 17, "cc", "dd"]}},
        {"running": "aabb"},
    ],
    ids=lambda wrong: "-".join(wrong),
)
def test_a_kept_state_with_a_wrong_value_is_refused_before_a_command(
    wrong: dict[str, object],
) -> None:
    kept = json.loads(ManagerState.of_new_card().encode())
    with pytest.raises(CardFileError, match="card manager"):
        ManagerState.decode(json.dumps(kept | wrong).encode())


def test_a_kept_state_of_nothing_but_brackets_is_refused() -> None:
    with pytest.raises(CardFileError, match="card manager"):
        ManagerState.decode(b"[" * 30_000)


def test_too_much_is_not_kept(home: Path) -> None:
    create_blank_card("alice")
    card = reopened()
    with pytest.raises(TransportError, match="32,767"):
        carrier(card).keep(bytes(0x8000))
    card.close()
    with pytest.raises(CardGoneError):
        carrier(card).keep(b"")
