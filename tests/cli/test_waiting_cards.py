"""Cards that wait: for a backup before the public key is shown, for a PIN of their holder's own."""

from __future__ import annotations

import pytest
from tests.cli.commands import PIN, Desk
from tests.cli.conftest import COMPONENTS, FIRST, PAIR, PINS

from twincard import Card, Secret, connect
from twincard.keys.key_type import KeyType

NEW = "new-pin"


def make_key(desk: Desk) -> None:
    """The original makes a key, as an interrupted `duplicate` leaves it."""
    connection = connect("sim:alice")
    card = Card(connection)
    card.pin.verify(Secret(PIN))
    card.usage.generate(KeyType.P_256)
    connection.close()


def test_a_key_without_backup_is_explained_wherever_it_is_wanted(issued: Desk) -> None:
    make_key(issued)
    issued.run("public-key", "-r", "sim:alice").failed(7, "Run `twincard duplicate` first")
    for command in (("certificate",), ("card", "check")):
        words = (*command, "-r", "sim:alice", "--pin-file", "pin")
        issued.run(*words).failed(7, "Run `twincard duplicate` first")
    key = issued.json("card", "info", "-r", "sim:alice")["key"]
    assert (key["public_key_readable"], key["released"]) == (False, False)
    assert (
        "available once a backup holds the key"
        in issued.done("card", "info", "-r", "sim:alice").text
    )
    issued.done("duplicate", *PAIR, *PINS, *COMPONENTS)
    issued.done("public-key", "-r", "sim:alice")
    assert issued.json("card", "info", "-r", "sim:alice")["key"]["released"]


@pytest.fixture
def carried(desk: Desk) -> Desk:
    """A pair with transport PINs, its public key at once."""
    desk.done("sim", "new", "alice")
    desk.done("sim", "new", "控え")
    desk.done("group", "new", "--out", "g")
    options = ("--transport-pin", "--public-key-at-once")
    desk.done("issue", *PAIR, *PINS, "--puk-file", "puk", *FIRST, *options)
    return desk


def test_a_transport_pin_duplicates_and_says_what_else_it_takes(carried: Desk) -> None:
    info = carried.json("card", "info", "-r", "sim:alice")
    assert info["transport_pin"]
    assert "public_key_withheld" not in info["policy"]
    carried.done("duplicate", *PAIR, *PINS, *COMPONENTS, "--key", "p256")
    (carried.folder / "letter").write_text("plain")
    carried.done("public-key", "-r", "sim:alice", "-o", "alice.pem")
    carried.done("encrypt", "letter", "--to", "alice.pem")
    one = ("-r", "sim:alice", "--pin-file", "pin")
    for words in (
        ("decrypt", "letter.p7m", "-o", "opened", *one),
        ("certificate", *one),
        ("csr", *one),
        ("card", "check", *one),
        ("card", "terminate", "--yes", *one),
    ):
        carried.run(*words).failed(7, "transport PIN", "twincard card pin")
    keeping = carried.run("duplicate", *PAIR, *PINS, "--keep-certificate")
    keeping.failed(7, "Backup sim:控え", "transport PIN")
    (carried.folder / NEW).write_text("own PIN 1\n")
    carried.done("card", "pin", *one, "--set-pin-file", NEW)
    assert not carried.json("card", "info", "-r", "sim:alice")["transport_pin"]
    carried.done("decrypt", "letter.p7m", "-o", "opened", "-r", "sim:alice", "--pin-file", NEW)
    assert (carried.folder / "opened").read_text() == "plain"
