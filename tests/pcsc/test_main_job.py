"""The main job with two cards in readers, by the commands a person types.

With `--real READER` twice, and `--real-key FILE` for each, on two real cards, which must be blank
and are issued.
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


@pytest.fixture
def pair(request: pytest.FixtureRequest, desk: Desk) -> Pair:
    """Two cards in virtual readers, or in the real ones that were named."""
    real = request.config.getoption("--real")
    if real:
        keys = request.config.getoption("--real-key")
        if len(real) != 2 or len(keys) != 2:
            pytest.skip("two real readers and two keys would be needed")
        return Pair(f"pcsc:{real[0]}", f"pcsc:{real[1]}", (Path(keys[0]), Path(keys[1])))
    serve: Serve = request.getfixturevalue("serve")
    service: PcscService = request.getfixturevalue("pcsc_service")
    left, _, right = service.readers[:3]
    serve("alice", left)
    serve("bob", right)
    folder = desk.folder / "cards"
    keys = (folder / "alice.transport-key", folder / "bob.transport-key")
    return Pair(f"pcsc:{left.name}", f"pcsc:{right.name}", keys)


def test_cards_in_readers_are_issued_duplicated_used_and_recovered(desk: Desk, pair: Pair) -> None:
    desk.done("group", "new", "--out", "g")
    desk.done("issue", *pair.readers, *SAME, "--puk-file", "puk", *FIRST, *pair.transport_keys)
    refused = desk.run("duplicate", *pair.readers, "--pin-file", "wrong", *OTHERS, "--json")
    assert refused.code == 5
    assert refused.json["error"]["tries_left"] == 2
    first = desk.json("duplicate", *pair.readers, *SAME, *OTHERS, "--key", "p256")
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
    desk.done("duplicate", *NEW, *SAME, "--key", "p256")
    desk.done("recover", "--from", pair.backup, "--new", "sim:carol", *SAME, f"{document.name}.p7m")
    desk.done("decrypt", "-r", "sim:carol", *SAME, f"{document.name}.p7m", "-o", "moved")
    assert (desk.folder / "moved").read_bytes() == document.read_bytes()
