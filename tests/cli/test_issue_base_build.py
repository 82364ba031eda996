"""Cards of the base build: issued in the clear and for base mode, when both is asked for."""

from __future__ import annotations

import pytest
from tests.cli.commands import Desk
from tests.cli.conftest import COMPONENTS, FIRST, PINS

from twincard.cli.terminal import cards
from twincard.simulator.laboratory import BASE_APPLET, Laboratory
from twincard.transport.connection import Connection

PAIR = ("--original", "sim:o", "--backup", "sim:b")


def test_what_cards_of_the_base_build_lack_must_be_given_up_and_they_work(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = bytes(32)
    (desk.folder / "transport-key").write_text(key.hex())
    desk.done("group", "new", "--out", "g")
    for name in ("o", "b"):
        desk.done("sim", "new", name)  # so that the names are there
    labs = {f"sim:{name}": Laboratory.start(BASE_APPLET) for name in ("o", "b")}
    for lab in labs.values():
        lab.install(b"\x80\x20" + key)

    class Kept:
        """A card that stays in its reader when a command ends."""

        def __init__(self, lab: Laboratory) -> None:
            self.transmit = lab.transmit
            self.reset = lab.reset
            self.atr = lab.atr

        def close(self) -> None:
            self.reset()

    def connect(reader: str) -> Connection:
        return Kept(labs[reader])

    monkeypatch.setattr(cards, "connect", connect)
    try:
        secrets = (*PINS, "--puk-file", "puk", "--transport-key-file", "transport-key")
        given = ("issue", *PAIR, *secrets, "--component", "1=g/component-1.txt")
        desk.run(*given, "--base-mode").failed(2, "no secure channel", "--plain")
        desk.run(*given, "--plain").failed(2, "no host-blind mode", "--base-mode")
        assert desk.json("card", "info", "-r", "sim:o")["life_cycle"] == "initialisation"
        desk.done(*given, "--base-mode", "--plain")
        first = ("1", "--transport-key-file", "transport-key", "--yes")
        clear = [("group", "clear", "-r", reader, *first) for reader in labs]
        desk.run(*clear[0]).failed(7, "no secure channel", "--plain")
        for words in clear:
            assert desk.done(*words, "--plain").text.startswith("Component 1 is cleared")
        done = desk.json("duplicate", *PAIR, *PINS, *FIRST, *COMPONENTS, "--key", "p256")
        assert done["mode"] == "base"
        info = desk.json("card", "info", "-r", "sim:o")
        assert (info["mode"], info["certified"], info["scp03_keys"]) == ("base", False, None)
        desk.done("issuer", "new", "office.key")
        named = ("--issuer-public-key", "office.key.pub")
        refused = desk.run("duplicate", *PAIR, *PINS, *named)
        refused.failed(7, "no device key")
    finally:
        for lab in labs.values():
            lab.close()
