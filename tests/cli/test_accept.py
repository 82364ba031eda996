"""`card accept`: a card as its issuer made it is told from one that somebody has used."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.cli.commands import Desk
from tests.cli.conftest import COMPONENTS, PAIR, PINS

ISSUER = ("--issuer-public-key", "office.key.pub")
ACCEPT = ("card", "accept", "-r", "sim:alice", *ISSUER)
BACKUP = ("card", "accept", "-r", "sim:控え", *ISSUER)
FIRST = ("--component", "1=g/component-1.txt", "--puk-file", "puk")


@pytest.fixture
def received(desk: Desk) -> Desk:
    """A pair that was just issued, with a transport PIN, by an issuer whose key is in a file."""
    for name in ("alice", "控え"):
        desk.done("sim", "new", name)
    desk.done("group", "new", "--out", "g")
    desk.done("issuer", "new", "office.key")
    with_key = ("--certify-with", "office.key", "--transport-pin")
    desk.done("issue", *PAIR, *PINS, *FIRST, *with_key)
    return desk


def faults(desk: Desk, *command: str) -> list[str]:
    """The names of what is wrong."""
    ran = desk.run(*command, "--json")
    told = ran.json
    assert ran.code == (0 if told["accepted"] else 9)
    assert told["accepted"] is (not told["faults"])
    return [fault["fault"] for fault in told["faults"]]


def test_a_card_as_its_issuer_made_it_is_accepted(received: Desk) -> None:
    told = received.json(*ACCEPT)
    assert (told["role"], told["life_cycle"]) == ("original", "operational")
    assert told["transport_pin"]
    assert "public_key_withheld" in told["policy"]
    assert [event["event"] for event in told["events"]] == [
        "personalised",
        "group_begun",
        "component_set",
        "certified",
        "activated",
    ]
    assert (
        told["issuer_public_key_sha256"]
        == received.json("issuer", "show", "office.key.pub")["issuer_public_key_sha256"]
    )
    text = received.done(*ACCEPT).text
    assert "Set your own PIN now" in text
    assert "certified by the issuer" in text
    assert max(map(len, text.splitlines()[:-1])) <= 80
    assert faults(received, *BACKUP) == []


def test_a_duplicated_pair_is_accepted_where_its_issuer_said_so(received: Desk) -> None:
    received.done("duplicate", *PAIR, *PINS, *COMPONENTS, "--key", "p256")
    assert faults(received, *ACCEPT, "--duplicated") == []
    assert faults(received, *BACKUP, "--duplicated") == []
    assert faults(received, *ACCEPT)[0] == "key"
    assert faults(received, *BACKUP)[0] == "key"
    text = received.run(*ACCEPT).text
    assert "use --duplicated" in text
    assert "Do not accept this card" in text
    backup = received.json("card", "info", "-r", "sim:控え")["card_id"]
    assert f"key exported to backup {backup}" in text


def test_a_duplication_that_was_told_must_be_there(received: Desk) -> None:
    assert faults(received, *ACCEPT, "--duplicated") == ["no_key"]


def changing_the_pin(desk: Desk) -> None:
    desk.done(
        *("card", "pin", "-r", "sim:alice", "--pin-file", "pin", "--set-pin-file", "backup-pin")
    )


def trying_a_pin(desk: Desk) -> None:
    desk.run(*("card", "pin", "-r", "sim:alice", "--pin-file", "puk", "--set-pin-file", "pin"))


def blocking_the_pin(desk: Desk) -> None:
    for _ in range(3):
        trying_a_pin(desk)


def unblocking_the_pin(desk: Desk) -> None:
    blocking_the_pin(desk)
    desk.done(*("card", "unblock", "-r", "sim:alice", "--puk-file", "puk", "--set-pin-file", "pin"))


def using_it(desk: Desk) -> None:
    """Its PIN is changed, its key used; and the PIN is what it was."""
    desk.done("duplicate", *PAIR, *PINS, *COMPONENTS, "--key", "p256")
    desk.done("card", "pin", "-r", "sim:alice", "--pin-file", "pin", "--set-pin-file", "pin")
    desk.done("certificate", "-r", "sim:alice", "--pin-file", "pin", "-o", "alice.crt")


@pytest.mark.parametrize(
    ("use", "found"),
    [
        (changing_the_pin, ["own_pin", "event"]),
        (trying_a_pin, ["tries"]),
        (blocking_the_pin, ["tries", "event"]),
        (unblocking_the_pin, ["event", "event"]),
    ],
)
def test_what_somebody_did_to_a_card_is_told(
    received: Desk, use: Callable[[Desk], None], found: list[str]
) -> None:
    use(received)
    assert faults(received, *ACCEPT) == found
    told = received.run(*ACCEPT)
    assert told.code == 9
    assert "Do not accept this card" in told.text


def test_a_card_in_use_is_not_accepted(received: Desk) -> None:
    using_it(received)
    told = received.run(*ACCEPT, "--duplicated", "--json").json
    assert [fault["fault"] for fault in told["faults"]] == [
        *("own_pin", "signature_key", "event", "event")
    ]
    assert faults(received, *ACCEPT, "--duplicated", "--with-signature-key") == ["own_pin", "event"]


def test_events_that_are_told_no_more_are_said_to_be_so(received: Desk) -> None:
    for _ in range(13):
        received.done(
            *("card", "pin", "-r", "sim:alice", "--pin-file", "pin", "--set-pin-file", "pin")
        )
    told = received.run(*ACCEPT, "--json").json
    assert told["hidden"] == 2
    assert [fault["fault"] for fault in told["faults"]] == [
        *("own_pin", "hidden_events", *["event"] * 13)
    ]
    assert "first 2 events" in received.run(*ACCEPT).text


def test_only_the_issuer_named_makes_a_card_good(received: Desk) -> None:
    received.done("issuer", "new", "somebody.key")
    other = ("card", "accept", "-r", "sim:alice", "--issuer-public-key", "somebody.key.pub")
    received.run(*other).failed(7, "not trusted")
    received.run("card", "accept", "-r", "sim:alice").failed(2, "--issuer-public-key")


def test_a_card_issued_without_a_transport_pin_is_said_so(desk: Desk) -> None:
    for name in ("alice", "控え"):
        desk.done("sim", "new", name)
    desk.done("group", "new", "--out", "g")
    desk.done("issuer", "new", "office.key")
    desk.done("issue", *PAIR, *PINS, *FIRST, "--certify-with", "office.key")
    assert faults(desk, *ACCEPT) == ["own_pin"]
