"""Holders at one terminal, one after the other: nothing is shown, slips are told at once."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.cli.commands import BACKUP_PIN, PIN, Desk
from tests.cli.conftest import PAIR, PINS
from tests.cli.terminal import Terminal

from twincard.keys.checked_groups import checked_groups
from twincard.keys.component import Component, read_component

CLEARED = "\x1b[2J\x1b[3J\x1b[H"


def component(number: int) -> Component:
    return read_component(Path(f"g/component-{number}.txt"))


def type_groups(terminal: Terminal, number: int) -> None:
    """All groups of a component, with a slip in one of them, and the KCV confirmed."""
    typed = component(number)
    for place, group in enumerate(checked_groups(typed.value.reveal()), 1):
        question = f"Component {number} of 3, group {place} of 16:"
        if place == 7:
            terminal.answer(question, group[:3] + ("0" if group[3] != "0" else "1") + group[4])
            terminal.expect("The check digit does not match")
        terminal.answer(question, group.lower())
    kcv = typed.kcv.hex().upper()
    terminal.answer(f"Is {kcv} the KCV of component {number}?", "y")
    terminal.expect(CLEARED)


def test_holders_type_their_groups_blind_and_only_a_wrong_one_again(issued: Desk) -> None:
    with Terminal("duplicate", *PAIR, "--key", "p256") as terminal:
        terminal.answer("PIN of the original:", PIN)
        terminal.answer("PIN of the backup (Enter: the same):", BACKUP_PIN)
        for number in (2, 3):
            terminal.expect(f"{CLEARED}Component {number} of 3: only its holder")
            type_groups(terminal, number)
        assert terminal.wait() == 0
    groups = [g for number in (2, 3) for g in checked_groups(component(number).value.reveal())]
    assert not any(group in terminal.shown.upper() for group in groups)
    assert issued.json("duplicate", *PAIR, *PINS)["copied"] is False


def test_the_issuer_can_be_asked_for_a_component_too(desk: Desk) -> None:
    for name in ("alice", "控え"):
        desk.done("sim", "new", name)
    desk.done("group", "new", "--out", "g")
    pins = ("--pin-file", "pin", "--puk-file", "puk")
    with Terminal("issue", *PAIR, *pins, "--component", "1") as terminal:
        type_groups(terminal, 1)
        assert terminal.wait() == 0
    places = desk.json("card", "info", "-r", "sim:alice")["group"]["components"]
    assert places[0]["kcv"] == component(1).kcv.hex()
    issue = ("issue", *PAIR, *pins, "--component")
    desk.run(*issue, "1").failed(2, "no terminal", "--component 1=FILE")
    desk.run(*issue, "4").failed(2, "no component 4")


def test_a_component_that_was_entered_before_is_refused_before_its_kcv_is_asked_for(
    issued: Desk,
) -> None:
    given = ("--component", "2=g/component-2.txt")
    for number, same, before in ((2, 1, ()), (3, 2, given)):
        with Terminal("duplicate", *PAIR, *PINS, *before) as terminal:
            for place, group in enumerate(checked_groups(component(same).value.reveal()), 1):
                terminal.answer(f"Component {number} of 3, group {place} of 16:", group)
            terminal.expect(f"This is component {same}, which was entered before.")
            terminal.expect(f"Component {number} of 3, group 1 of 16:")
            terminal.signal(signal.SIGINT)
            assert terminal.wait() == 130
        assert "KCV of component" not in terminal.shown
    places = issued.json("card", "info", "-r", "sim:alice")["group"]["components"]
    assert [item["set"] for item in places] == [True, False, False]


def test_a_file_is_not_taken_for_two_components(issued: Desk) -> None:
    text = Path("g/component-2.txt").read_text()
    Path("same.txt").write_text(text.replace("number: 2", "number: 3"))
    twice = ("--component", "2=g/component-2.txt", "--component", "3=same.txt")
    issued.run("duplicate", *PAIR, *PINS, *twice).failed(2, "Components 2 and 3 are the same")


def test_ctrl_c_in_the_middle_leaves_the_cards_as_they_were(issued: Desk) -> None:
    with Terminal("duplicate", *PAIR, *PINS) as terminal:
        terminal.answer("group 1 of 16:", checked_groups(component(2).value.reveal())[0])
        terminal.expect("group 2 of 16:")
        terminal.signal(signal.SIGINT)
        assert terminal.wait() == 130
    assert "Interrupted." in terminal.shown
    assert terminal.shown.count(CLEARED) == 2
    places = issued.json("card", "info", "-r", "sim:alice")["group"]["components"]
    assert [item["set"] for item in places] == [True, False, False]
