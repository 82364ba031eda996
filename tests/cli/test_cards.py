"""Simulated cards, readers, and what is told and done about one card."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.cli.commands import Desk
from tests.cli.conftest import FILES, FIRST, PAIR, PINS
from tests.cli.terminal import Terminal

from twincard.cli.terminal import cards
from twincard.transport import Connection, connect

HEX16 = re.compile(r"[0-9a-f]{32}")


def test_a_new_card_is_listed_and_can_be_removed(desk: Desk) -> None:
    made = desk.json("sim", "new", "太郎")
    assert made["reader"] == "sim:太郎"
    assert desk.json("sim", "list")["cards"] == ["sim:太郎"]
    assert desk.json("readers")["simulated"] == ["sim:太郎"]
    assert desk.json("sim", "remove", "太郎", "--yes") == {"version": 1, "removed": "sim:太郎"}
    assert desk.json("sim", "list")["cards"] == []


def test_a_card_is_not_removed_without_a_confirmation(duplicated: Desk) -> None:
    duplicated.run("sim", "remove", "alice").failed(2, "--yes")
    duplicated.done("card", "info", "-r", "sim:alice")


def test_a_question_shows_what_a_terminal_would_obey(desk: Desk, home: Path) -> None:
    home.mkdir()
    (home / "a\x1b[2J.card").touch()
    with Terminal("sim", "remove", "a\x1b[2J") as terminal:
        terminal.answer("Destroy sim:a\\x1b[2J and every key on it? [y/N] ", "n")
        assert terminal.wait() == 2
        assert "\x1b[2J" not in terminal.shown


def test_a_taken_name_leaves_the_card_alone(duplicated: Desk) -> None:
    before = duplicated.json("card", "info", "-r", "sim:alice")
    duplicated.run("sim", "new", "alice").failed(3, "already")
    assert duplicated.json("card", "info", "-r", "sim:alice") == before


def test_a_blank_card_says_that_it_is_not_issued(desk: Desk) -> None:
    desk.done("sim", "new", "blank")
    info = desk.json("card", "info", "-r", "sim:blank")
    assert HEX16.fullmatch(info["card_id"])
    assert (info["role"], info["life_cycle"]) == ("none", "initialisation")
    assert [info[name] for name in ("group", "key", "export", "member_number")] == [None] * 4
    desk.run("decrypt", "-r", "sim:blank", "--pin-file", "pin", "x.p7m").failed(7, "twincard issue")


def test_an_original_tells_its_state(issued: Desk) -> None:
    info = issued.json("card", "info", "-r", "sim:alice")
    assert (info["role"], info["life_cycle"]) == ("original", "operational")
    assert info["group"]["size"] == 3
    places = [(item["number"], item["set"], item["set_by"]) for item in info["group"]["components"]]
    assert places == [(1, True, "issuer"), (2, False, "nobody"), (3, False, "nobody")]
    assert re.fullmatch("[0-9a-f]{6}", info["group"]["components"][0]["kcv"])
    assert info["key"] is None
    assert info["export"] == {
        "state": "none",
        "done": 0,
        "allowed": 1,
        "other_card": None,
        "mode": None,
    }
    assert (info["pin"], info["puk"]) == ({"tries_left": 3}, {"tries_left": 10})
    assert (info["member_number"], info["expires"]) == ("会員七番", "2030-12")
    assert info["policy"] == ["erase_group", "base_mode_forbidden", "public_key_withheld"]
    assert (info["mode"], info["certified"]) == ("host_blind", True)
    assert re.fullmatch("[0-9a-f]{64}", info["issuer_public_key_sha256"])


def test_a_duplicated_pair_reports_one_key(duplicated: Desk) -> None:
    original = duplicated.json("card", "info", "-r", "sim:alice")
    backup = duplicated.json("card", "info", "-r", "sim:控え")
    public = duplicated.json("public-key", "-r", "sim:alice")
    assert original["key"]["type"] == backup["key"]["type"] == public["type"] == "p256"
    digests = {item["public_key_sha256"] for item in (original["key"], backup["key"], public)}
    assert len(digests) == 1
    assert original["export"]["state"] == "done"
    assert (original["export"]["done"], original["export"]["allowed"]) == (1, 1)
    assert backup["export"]["state"] == "imported"
    assert backup["export"]["other_card"] == original["card_id"]
    assert original["group"] is None


def test_people_read_the_same_state_in_whole_lines(duplicated: Desk) -> None:
    text = duplicated.done("card", "info", "-r", "sim:alice").text
    digest = duplicated.json("public-key", "-r", "sim:alice")["public_key_sha256"]
    assert digest in text
    assert "会員七番" in text
    assert "1 of 1 made, export done" in text


def test_a_backup_that_keeps_no_public_key_says_whom_to_ask(duplicated: Desk) -> None:
    duplicated.run("public-key", "-r", "sim:控え").failed(7, "Use the original")


def test_the_pin_is_changed_by_who_knows_it(duplicated: Desk) -> None:
    new = ("--set-pin-file", "backup-pin")
    duplicated.run("card", "pin", "-r", "sim:alice", "--pin-file", "wrong", *new).failed(5, "2 tri")
    duplicated.done("card", "pin", "-r", "sim:alice", "--pin-file", "pin", *new)
    duplicated.done("encrypt", "--to", "alice.pem", "pin")
    opened = ("decrypt", "-r", "sim:alice", "-o", "-", "pin.p7m", "--pin-file")
    assert duplicated.run(*opened, "pin").code == 5
    assert duplicated.json("card", "info", "-r", "sim:alice")["pin"]["tries_left"] == 2


def test_a_blocked_pin_is_set_anew_with_the_puk(duplicated: Desk) -> None:
    change = ("card", "pin", "-r", "sim:alice", "--set-pin-file", "pin", "--pin-file")
    codes = [duplicated.run(*change, "wrong").code for _ in range(4)]
    assert codes == [5, 5, 6, 6]
    duplicated.run(*change, "pin").failed(6, "blocked", "twincard card unblock")
    unblock = ("card", "unblock", "-r", "sim:alice", "--set-pin-file", "pin", "--puk-file")
    duplicated.run(*unblock, "wrong").failed(5, "9 tries")
    assert duplicated.json(*unblock, "puk")["pin"] == {"tries_left": 3}
    duplicated.done(*change, "pin")


def test_a_terminated_card_is_at_its_end(duplicated: Desk) -> None:
    terminate = ("card", "terminate", "-r", "sim:控え", "--pin-file", "backup-pin")
    duplicated.run(*terminate).failed(2, "--yes")
    assert duplicated.json(*terminate, "--yes")["life_cycle"] == "terminated"
    info = duplicated.json("card", "info", "-r", "sim:控え")
    assert (info["life_cycle"], info["key"], info["export"]["state"]) == (
        "terminated",
        None,
        "void",
    )
    duplicated.run(*terminate, "--yes").failed(7, "already terminated")
    duplicated.run("decrypt", "-r", "sim:控え", "--pin-file", "backup-pin", "x.p7m").failed(
        7, "terminated"
    )


def test_the_issuer_can_end_a_card_whose_pin_nobody_knows(issued: Desk) -> None:
    key = issued.folder / "cards" / "alice.transport-key"
    issued.done("card", "terminate", "-r", "sim:alice", "--transport-key-file", str(key), "--yes")
    assert issued.json("card", "info", "-r", "sim:alice")["life_cycle"] == "terminated"


def test_issuing_again_changes_nothing(issued: Desk) -> None:
    before = issued.json("card", "info", "-r", "sim:alice")
    again = issued.json("issue", *PAIR, *PINS, "--puk-file", "puk", *FIRST, *FILES)
    assert again["changed"] is False
    assert again["original_id"] == before["card_id"]
    assert issued.json("card", "info", "-r", "sim:alice") == before


def test_lines_with_a_hash_fit_80_columns(duplicated: Desk) -> None:
    for words in (
        ("card", "info", "-r", "sim:alice"),
        ("card", "log", "-r", "sim:alice"),
        ("card", "check", "-r", "sim:alice", "--pin-file", "pin", "--public-key", "alice.pem"),
        ("duplicate", *PAIR, *PINS),
        ("issuer", "new", "office.key"),
        ("issuer", "show", "office.key"),
    ):
        lines = duplicated.done(*words).text.splitlines()
        with_hash = [line for line in lines if re.search(r"\b[0-9a-f]{64}\b", line)]
        assert with_hash, words
        assert max(map(cell_len, with_hash)) <= 80, words


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--expires", "2030-13"), "2030-12"),
        (("--expires", "soon"), "2030-12"),
        (("--member-number", ""), "1 to 255"),
        (("--component", "first"), "NUMBER=FILE"),
        (("--component", "1"), "no terminal to ask for component 1"),
        (("--component", "2=g/component-1.txt"), "holds component 1"),
        (("--component", "1=pin"), "component file"),
        (("--group-size", "9"), "8"),
        (("--puk-file", "empty"), "empty"),
        (("--puk-file", "short"), "6 to 16"),
        (("--transport-key-file", "signing-key"), "one line of 64 hex digits"),
    ],
)
def test_issue_says_what_it_cannot_use(issued: Desk, options: tuple[str, ...], word: str) -> None:
    (issued.folder / "empty").touch()
    (issued.folder / "short").write_text("12345")
    (issued.folder / "signing-key").write_text("-----BEGIN PRIVATE KEY-----\nMIGH\n")
    issued.run("issue", *PAIR, *PINS, "--puk-file", "puk", *FIRST, *options).failed(2, word)


def test_a_pair_that_no_component_of_the_issuer_binds_is_warned_of(desk: Desk) -> None:
    for name in ("a", "b"):
        desk.done("sim", "new", name)
    pair = ("issue", "--original", "sim:a", "--backup", "sim:b", *PINS, "--puk-file", "puk")
    assert "Compare the backup's card id" in desk.done(*pair, "--base-mode").err
    places = desk.json("card", "info", "-r", "sim:a")["group"]["components"]
    assert [item["set"] for item in places] == [False] * 3


def test_only_the_issuer_issues(desk: Desk) -> None:
    for name in ("a", "b"):
        desk.done("sim", "new", name)
    cards = ("--original", "sim:a", "--backup", "sim:b")
    pair = ("issue", *cards, *PINS, "--puk-file", "puk")
    (desk.folder / "other.transport-key").write_text("00" * 32)
    desk.run(*pair, "--transport-key-file", "other.transport-key").failed(
        5, "Original sim:a", "--transport-key-file"
    )
    (desk.folder / "cards" / "a.transport-key").unlink()
    desk.run(*pair).failed(2, "--transport-key-file")
    assert desk.json("card", "info", "-r", "sim:a")["role"] == "none"


def test_components_are_files_of_their_holders_alone(desk: Desk) -> None:
    made = desk.json("group", "new", "--size", "2", "--out", "保管")["components"]
    paths = [desk.folder / item["file"] for item in made]
    assert [path.name for path in paths] == ["component-1.txt", "component-2.txt"]
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    before = [path.read_text() for path in paths]
    for path, item in zip(paths, made, strict=True):
        assert f"kcv: {item['kcv']}" in path.read_text()
    desk.run("group", "new", "--size", "2", "--out", "保管").failed(2, "--force")
    assert [path.read_text() for path in paths] == before
    desk.done("group", "new", "--size", "2", "--out", "保管", "--force")
    assert all(path.read_text() != old for path, old in zip(paths, before, strict=True))


def test_a_card_swapped_while_its_end_is_confirmed_is_left_alone(
    duplicated: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers = iter(["sim:alice", "sim:控え"])
    terminate = ("card", "terminate", "-r", "sim:alice", "--pin-file", "backup-pin", "--yes")
    with monkeypatch.context() as swapped:
        swapped.setattr(cards, "connect", lambda _: connect(next(readers)))
        duplicated.run(*terminate).failed(7, "was swapped")
    assert duplicated.json("card", "info", "-r", "sim:控え")["life_cycle"] == "operational"


class Impostor:
    """A wire that gives a card, in the clear, another one's id."""

    def __init__(self, connection: Connection, told: bytes) -> None:
        self._connection = connection
        self._told = told
        self.atr = connection.atr
        self.reset, self.close = connection.reset, connection.close

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        data, sw = self._connection.transmit(apdu)
        if apdu.startswith(b"\x00\xca\x00\xe0"):
            at = data.index(b"\x82\x10") + 2
            data = data[:at] + self._told + data[at + 16 :]
        return data, sw


def test_which_card_it_is_counts_as_it_says_in_the_channel(
    duplicated: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = bytes.fromhex(duplicated.json("card", "info", "-r", "sim:alice")["card_id"])
    wires = iter([connect("sim:alice"), Impostor(connect("sim:控え"), told)])
    terminate = ("card", "terminate", "-r", "sim:alice", "--pin-file", "backup-pin", "--yes")
    with monkeypatch.context() as swapped:
        swapped.setattr(cards, "connect", lambda _reader: next(wires))
        duplicated.run(*terminate).failed(7, "was swapped")
    backup = duplicated.json("card", "info", "-r", "sim:控え")
    assert (backup["life_cycle"], backup["pin"]["tries_left"]) == ("operational", 3)
