"""The main job with two cards in readers, by the commands a person types.

With `--real READER` twice, `--real-key FILE` for each, and `--real-blank`, on two real cards. These
must be blank: they are issued, their tries spent, a key is made and duplicated, and both are
terminated. Where one of them is not blank, both are left as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.cli.commands import Desk
from tests.pcsc.service import PcscService, Reader
from tests.pcsc.serving import Serving

Serve = Callable[[str, Reader], Serving]

SAME = ("--pin-file", "pin")
NEW = ("--original", "sim:carol", "--backup", "sim:dave")
WRONG_PIN = ("--pin-file", "wrong", "--set-pin-file", "pin")
FIRST = ("--component", "1=g/component-1.txt")
OTHERS = ("--component", "2=g/component-2.txt", "--component", "3=g/component-3.txt")


@dataclass(frozen=True)
class Pair:
    """Two blank cards: their readers, and the files with their transport keys."""

    original: str
    backup: str
    keys: tuple[Path, Path]

    @property
    def readers(self) -> tuple[str, ...]:
        """As options."""
        return ("--original", self.original, "--backup", self.backup)

    @property
    def transport_keys(self) -> tuple[str, ...]:
        """As options."""
        return (
            *("--transport-key-file", str(self.keys[0])),
            *("--backup-transport-key-file", str(self.keys[1])),
        )


MINUTES = 30
"""Real cards may take one of them to make an RSA key."""


@pytest.fixture
def pair(request: pytest.FixtureRequest, desk: Desk) -> Pair:
    """Two cards in virtual readers, or in the real ones that were named."""
    real = request.config.getoption("--real")
    if real:
        keys = request.config.getoption("--real-key")
        if not request.config.getoption("--real-blank"):
            pytest.skip("this uses two cards up: --real-blank says that they are there for it")
        if len(real) != 2 or len(keys) != 2:
            pytest.skip("two real readers and two keys would be needed")
        started = request.config.invocation_params.dir  # tests go to other folders
        files = (started / keys[0], started / keys[1])
        return checked(Pair(f"pcsc:{real[0]}", f"pcsc:{real[1]}", files), desk)
    serve: Serve = request.getfixturevalue("serve")
    service: PcscService = request.getfixturevalue("pcsc_service")
    left, _, right = service.readers[:3]
    serve("alice", left)
    serve("bob", right)
    folder = desk.folder / "cards"
    keys = (folder / "alice.transport-key", folder / "bob.transport-key")
    return Pair(f"pcsc:{left.name}", f"pcsc:{right.name}", keys)


def checked(pair: Pair, desk: Desk) -> Pair:
    """The pair, if nobody has issued one of its cards; nothing was written to either."""
    for reader in (pair.original, pair.backup):
        state = desk.json("card", "info", "-r", reader)
        if (state["life_cycle"], state["role"]) != ("initialisation", "none"):
            pytest.fail(f"{reader} is no blank card: nothing was done to either")
    return pair


def key_type(desk: Desk, pair: Pair) -> str:
    """What both cards have: P-256 if they do, since it is made in no time."""
    reports = [desk.json("card", "report", "-r", reader) for reader in pair.readers[1::2]]
    return "p256" if all("p_256" in told["applet"]["features"] for told in reports) else "rsa2048"


@pytest.mark.timeout(MINUTES * 60)
def test_cards_in_readers_are_issued_duplicated_used_recovered_and_ended(
    desk: Desk, pair: Pair
) -> None:
    kind = key_type(desk, pair)
    desk.done("group", "new", "--out", "g")
    desk.done("issue", *pair.readers, *SAME, "--puk-file", "puk", *FIRST, *pair.transport_keys)
    refused = desk.run("duplicate", *pair.readers, "--pin-file", "wrong", *OTHERS, "--json")
    assert refused.code == 5
    assert refused.json["error"]["tries_left"] == 2
    first = desk.json("duplicate", *pair.readers, *SAME, *OTHERS, "--key", kind)
    assert (first["generated"], first["copied"]) == (True, True)
    again = desk.json("duplicate", *pair.readers, *SAME)
    assert (again["generated"], again["copied"]) == (False, False)
    states = [desk.json("card", "info", "-r", reader) for reader in (pair.original, pair.backup)]
    assert [state["export"]["state"] for state in states] == ["done", "imported"]

    document = desk.folder / "議事録.txt"
    document.write_text("議事録\n" * 1000)
    desk.done("public-key", "-r", pair.original, "-o", "alice.pem")
    desk.done("encrypt", "--to", "alice.pem", document.name)
    for reader in (pair.original, pair.backup):
        desk.done("decrypt", "-r", reader, *SAME, f"{document.name}.p7m", "-o", "opened", "--force")
        assert (desk.folder / "opened").read_bytes() == document.read_bytes()

    for name in ("carol", "dave"):
        desk.done("sim", "new", name)
    desk.done("group", "new", "--out", "new")
    components = [f"new/component-{number}.txt" for number in (1, 2, 3)]
    given = [
        word for n, file in enumerate(components, 1) for word in ("--component", f"{n}={file}")
    ]
    desk.done("issue", *NEW, *SAME, "--puk-file", "puk", *given)
    desk.done("duplicate", *NEW, *SAME, "--key", kind)
    desk.done("recover", "--from", pair.backup, "--new", "sim:carol", *SAME, f"{document.name}.p7m")
    desk.done("decrypt", "-r", "sim:carol", *SAME, f"{document.name}.p7m", "-o", "moved")
    assert (desk.folder / "moved").read_bytes() == document.read_bytes()

    for reader in (pair.original, pair.backup):
        assert desk.run("card", "pin", "-r", reader, *WRONG_PIN).code == 5
        desk.done("card", "unblock", "-r", reader, "--puk-file", "puk", "--set-pin-file", "pin")
        tries = desk.json("card", "info", "-r", reader)["pin"]["tries_left"]
        assert tries == 3
        desk.done("card", "log", "-r", reader, "--save", "log.json", "--force")
        desk.done("card", "terminate", "-r", reader, *SAME, "--yes")
        state = desk.json("card", "info", "-r", reader)
        assert (state["life_cycle"], state["key"]) == ("terminated", None)
        assert desk.run("decrypt", "-r", reader, *SAME, f"{document.name}.p7m").code != 0
