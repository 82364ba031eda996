"""`sim list` and `readers` say why simulated cards cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.commands import Desk

from twincard.simulator.folder import create_card


def to_itself(folder: Path) -> None:
    """A link that leads nowhere, which the superuser cannot follow either."""
    folder.symlink_to(folder)


def file_in_its_place(folder: Path) -> None:
    """Not a folder."""
    folder.write_text("not a folder")


FOLDERS = pytest.mark.parametrize(
    ("make", "why"),
    [(to_itself, "symbolic links"), (file_in_its_place, "Not a directory")],
)


@FOLDERS
def test_a_folder_that_cannot_be_read_is_an_error(
    desk: Desk, home: Path, make: Callable[[Path], None], why: str
) -> None:
    make(home)
    desk.run("sim", "list").failed(8, str(home), why)
    ran = desk.run("sim", "list", "--json")
    assert (ran.code, ran.json["error"]["name"]) == (8, "file")
    assert why in ran.json["error"]["message"]


@FOLDERS
def test_readers_tell_it_and_list_the_others(
    desk: Desk, home: Path, make: Callable[[Path], None], why: str
) -> None:
    make(home)
    told = desk.json("readers")
    assert told["simulated"] == []
    assert why in told["simulated_problem"]
    assert why in desk.done("readers").err


def test_a_folder_that_is_not_there_yet_has_no_cards(desk: Desk, home: Path) -> None:
    assert desk.json("sim", "list") == {"version": 1, "cards": []}
    assert "simulated_problem" not in desk.json("readers")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.write_bytes(b""), "damaged"),
        (lambda path: path.write_bytes(bytes(1 << 19)), "damaged"),
        (lambda path: path.unlink() or path.mkdir(), "Is a directory"),
        (lambda path: path.unlink() or path.symlink_to("nowhere"), "No such file"),
    ],
)
def test_a_card_whose_file_cannot_be_read_is_listed_and_named(
    desk: Desk, home: Path, spoil: Callable[[Path], None], why: str
) -> None:
    for name in ("alice", "bob"):
        create_card(name)
    spoil(home / "bob.card")
    ran = desk.run("sim", "list")
    assert ran.text.splitlines() == ["sim:alice", "sim:bob"]
    ran.failed(8, "bob", why)
    ran = desk.run("sim", "list", "--json")
    assert ran.code == 8
    assert ran.json["cards"] == ["sim:alice", "sim:bob"]
    (one,) = ran.json["unreadable"]
    assert one["card"] == "sim:bob"
    assert why in one["reason"]


def test_a_card_with_one_whole_state_is_not_named(desk: Desk, home: Path) -> None:
    create_card("alice")
    state = home / "alice.card"
    content = bytearray(state.read_bytes().ljust(1 << 19, b"\0"))
    content[1 << 18 : 1 << 19] = content[: 1 << 18]
    content[:8] = bytes(8)
    state.write_bytes(content)
    assert "unreadable" not in desk.json("sim", "list")


@FOLDERS
def test_completion_is_silent(
    desk: Desk, home: Path, make: Callable[[Path], None], why: str
) -> None:
    make(home)
    for words in (("sim", "remove", ""), ("card", "info", "-r", "")):
        assert desk.done("__complete", "fish", *words).err == ""
