"""`group clear`: exposed and wrong components, with the authority that set them."""

from __future__ import annotations

from tests.cli.commands import BACKUP_PIN, PIN, Desk
from tests.cli.conftest import COMPONENTS, FIRST, PAIR, PINS
from tests.cli.terminal import Terminal

from twincard import Card, Secret, connect
from twincard.card.report import Mode
from twincard.keys.component import read_component

ALICE = ("group", "clear", "-r", "sim:alice")
BACKUP = ("group", "clear", "-r", "sim:控え")
BY_PIN = ("--pin-file", "pin", "--yes")
BY_BACKUP_PIN = ("--pin-file", "backup-pin", "--yes")


def held(desk: Desk, reader: str = "sim:alice") -> list[str | None]:
    places = desk.json("card", "info", "-r", reader)["group"]["components"]
    return [item["kcv"] for item in places]


def set_by_holders(desk: Desk, *numbers: int, file: str = "g/component-{}.txt") -> None:
    """As if `duplicate` had been interrupted before the key was made."""
    with Card(connect("sim:alice")) as original, Card(connect("sim:控え")) as backup:
        original.pin.verify(Secret(PIN))
        backup.pin.verify(Secret(BACKUP_PIN))
        for number in numbers:
            component = read_component(desk.folder / file.format(number))
            original.group.set_component(component)
            backup.group.set_component(component)


def test_a_wrong_component_is_cleared_with_the_pin_and_the_right_one_set(issued: Desk) -> None:
    issued.done("group", "new", "--out", "other")
    set_by_holders(issued, 2, file="other/component-{}.txt")
    refused = issued.run("duplicate", *PAIR, *PINS, *COMPONENTS)
    refused.failed(7, "Component 2 is not the one", "twincard group clear -r READER 2")
    before = held(issued)
    cleared = issued.json(*ALICE, "2", *BY_PIN)
    assert (cleared["cleared"], cleared["missing"]) == ([2], [2, 3])
    assert held(issued) == [before[0], None, None]
    assert held(issued, "sim:控え") == before
    told = issued.done(*BACKUP, "2", *BY_BACKUP_PIN).text
    assert told.startswith("Component 2 is cleared on sim:控え.")
    assert issued.json("duplicate", *PAIR, *PINS, *COMPONENTS)["copied"] is True


def test_all_are_cleared_each_with_the_authority_that_set_it(issued: Desk) -> None:
    set_by_holders(issued, 3)
    told = issued.done(*ALICE, *BY_PIN)
    assert "Components 1, 3 are cleared on sim:alice." in told.text
    assert "compare the card ids" in told.err
    issued.done(*BACKUP, *BY_BACKUP_PIN)
    assert held(issued) == held(issued, "sim:控え") == [None] * 3
    # The holders enter a new group, the issuer's component too.
    issued.done("group", "new", "--out", "new")
    given = [f"{number}=new/component-{number}.txt" for number in (1, 2, 3)]
    words = [word for one in given for word in ("--component", one)]
    assert issued.json("duplicate", *PAIR, *PINS, *words)["copied"] is True


def test_a_repetition_changes_nothing_and_asks_for_nothing(issued: Desk) -> None:
    again = issued.json(*ALICE, "2", "3")
    assert (again["cleared"], again["missing"]) == ([], [2, 3])
    assert "nothing was changed" in issued.done(*ALICE, "3").text


def test_a_wrong_pin_or_transport_key_clears_nothing(issued: Desk) -> None:
    set_by_holders(issued, 2)
    before = held(issued)
    issued.run(*ALICE, "2", "--pin-file", "wrong", "--yes").failed(5, "2 tries")
    (issued.folder / "other.transport-key").write_text("ab" * 32)
    other = ("--transport-key-file", "other.transport-key", "--yes")
    issued.run(*ALICE, "1", *other).failed(5, "transport key")
    issued.run(*ALICE, "2", *BY_PIN[:2]).failed(2, "--yes")
    assert held(issued) == before


def test_an_issue_that_was_broken_off_is_cleared_with_the_transport_key(desk: Desk) -> None:
    desk.done("sim", "new", "alice")
    desk.done("sim", "new", "控え")
    desk.done("group", "new", "--out", "g")
    desk.run(*ALICE, "--yes").failed(7, "no key group")
    key = Secret(bytes.fromhex((desk.folder / "cards/alice.transport-key").read_text()))
    with Card(connect("sim:alice")) as card:
        card.issuer.open_channel(card.report().card_id, key)
        card.group.begin(3)
        card.group.set_component(read_component(desk.folder / "g/component-1.txt"))
    told = desk.done(*ALICE, "--yes").text
    assert "Component 1 is cleared" in told
    assert "twincard issue" in told
    assert held(desk) == [None] * 3
    desk.done("issue", *PAIR, *PINS, "--puk-file", "puk", *FIRST)


def test_a_card_with_a_key_keeps_its_group_and_says_why(duplicated: Desk) -> None:
    for words in (ALICE, BACKUP):
        duplicated.run(*words, "--yes").failed(7, "holds a key")


def test_an_open_ticket_is_cancelled_first(issued: Desk) -> None:
    set_by_holders(issued, 2, 3)
    with Card(connect("sim:alice")) as original, Card(connect("sim:控え")) as backup:
        backup.pin.verify(Secret(BACKUP_PIN))
        backup.duplication.ticket(original.report().card_id, Mode.HOST_BLIND)
    issued.run(*BACKUP, "2", *BY_BACKUP_PIN).failed(7, "twincard duplicate --cancel")
    issued.done("duplicate", *PAIR, *PINS, "--cancel")
    assert issued.json(*BACKUP, "2", *BY_BACKUP_PIN)["cleared"] == [2]


def test_places_that_the_group_does_not_have(issued: Desk) -> None:
    issued.run(*ALICE, "4", "--yes").failed(7, "no component 4")
    issued.run(*ALICE, "9", "--yes").failed(2, "less than or equal to 8")


def test_at_a_terminal_it_is_confirmed_before_the_pin_is_asked_for(issued: Desk) -> None:
    set_by_holders(issued, 2)
    with Terminal(*ALICE, "2") as terminal:
        terminal.answer("Clear component 2 on sim:alice? [y/N]", "n")
        assert terminal.wait() == 2
    assert "PIN" not in terminal.shown
    with Terminal(*ALICE, "2") as terminal:
        terminal.answer("Clear component 2 on sim:alice? [y/N]", "y")
        terminal.answer("PIN:", PIN)
        terminal.expect("Component 2 is cleared on sim:alice.")
        assert terminal.wait() == 0
    assert held(issued)[1:] == [None, None]
