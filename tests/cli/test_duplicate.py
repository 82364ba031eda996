"""`duplicate`: components by files or typed, its ways out, and what it refuses."""

from __future__ import annotations

from tests.cli.commands import BACKUP_PIN, PIN, PUK, Desk
from tests.cli.conftest import COMPONENTS, PAIR, PINS
from tests.cli.terminal import Terminal

from twincard import Card, Secret, connect
from twincard.card.report import Mode
from twincard.flows.identity import introduce
from twincard.keys.component import read_component
from twincard.keys.key_type import KeyType


def test_a_pair_is_duplicated_once_and_a_repetition_does_nothing(issued: Desk) -> None:
    first = issued.json("duplicate", *PAIR, *PINS, *COMPONENTS, "--key", "p256")
    assert (first["generated"], first["copied"], first["key"]) == (True, True, "p256")
    again = issued.json("duplicate", *PAIR, *PINS)
    assert (again["generated"], again["copied"]) == (False, False)
    assert again["public_key_sha256"] == first["public_key_sha256"]


def test_missing_components_are_named_and_nothing_is_set(issued: Desk) -> None:
    issued.run("duplicate", *PAIR, *PINS).failed(7, "Components 2, 3", "--component")
    issued.run("duplicate", *PAIR, *PINS, *COMPONENTS[:2]).failed(7, "Component 3")
    places = issued.json("card", "info", "-r", "sim:alice")["group"]["components"]
    assert [item["set"] for item in places] == [True, False, False]


def test_a_wrong_pin_says_which_card_it_was(issued: Desk) -> None:
    same = ("duplicate", *PAIR, *COMPONENTS, "--pin-file", "pin", "--json")
    refused = issued.run(*same)
    assert refused.code == 5
    assert refused.json["error"]["tries_left"] == 2
    assert "Backup sim:控え" in refused.json["error"]["message"]


def test_a_component_of_another_group_is_refused(issued: Desk) -> None:
    issued.done("group", "new", "--out", "other")
    wrong = ("--component", "1=other/component-1.txt")
    issued.run("duplicate", *PAIR, *PINS, *COMPONENTS, *wrong).failed(7, "Component 1")


def test_another_type_than_the_key_on_the_card_is_refused(duplicated: Desk) -> None:
    duplicated.run("duplicate", *PAIR, *PINS, "--key", "rsa2048").failed(7, "p256")


def test_two_cards_are_two_readers(issued: Desk) -> None:
    one = ("--original", "sim:alice", "--backup", "sim:alice")
    issued.run("duplicate", *one, "--pin-file", "pin").failed(2, "given twice")
    issued.run("duplicate", "--original", "sim:alice", "--pin-file", "pin").failed(2, "--backup")


def test_swapped_cards_are_noticed_before_any_pin_is_sent(issued: Desk) -> None:
    swapped = ("--original", "sim:控え", "--backup", "sim:alice")
    for way in ((), ("--cancel",)):
        refused = issued.run("duplicate", *swapped, *PINS, *way)
        refused.failed(7, "Original sim:控え", "issued as a backup")
    assert [tries_left(issued, reader) for reader in PAIR[1::2]] == [3, 3]


def test_a_pin_that_the_original_refuses_is_not_tried_on_the_backup(issued: Desk) -> None:
    refused = issued.run("duplicate", *PAIR, "--pin-file", "wrong")
    refused.failed(5, "Original sim:alice")
    assert [tries_left(issued, reader) for reader in PAIR[1::2]] == [2, 3]


def test_an_open_ticket_can_be_cancelled_and_the_export_done_anew(issued: Desk) -> None:
    leave_pending(issued)
    assert issued.json("card", "info", "-r", "sim:alice")["export"]["state"] == "pending"
    assert issued.json("duplicate", *PAIR, *PINS, "--cancel")["slot_free"] is True
    states = [issued.json("card", "info", "-r", name)["export"]["state"] for name in PAIR[1::2]]
    assert states == ["none", "void"]
    assert issued.json("duplicate", *PAIR, *PINS)["copied"] is True


def test_a_destroyed_backup_is_abandoned_by_holder_and_issuer_together(issued: Desk) -> None:
    leave_pending(issued)
    issued.done("sim", "remove", "控え", "--yes")
    abandon = ("duplicate", "--original", "sim:alice", "--pin-file", "pin", "--abandon")
    issued.run(*abandon).failed(2, "--yes")
    result = issued.json(*abandon, "--yes")
    assert (result["done"], result["allowed"]) == (1, 1)
    issued.run(*abandon, "--yes").failed(7, "no pending export")


def test_holders_type_their_components_blind_and_confirm_them(issued: Desk) -> None:
    typed = {number: component_of(issued, number) for number in (2, 3)}
    with Terminal("duplicate", *PAIR, "--key", "p256") as terminal:
        terminal.answer("PIN of the original:", PIN)
        terminal.answer("PIN of the backup (Enter: the same):", BACKUP_PIN)
        terminal.answer("Component 2 of 3, group 1 of 16", "not hexadecimal")
        terminal.expect("0-9, A-F")
        terminal.answer("Component 2 of 3, group 1 of 16", typed[3][0])
        terminal.answer(f"Is {typed[3][1]} the KCV of component 2?", "n")
        terminal.answer("Component 2 of 3, group 1", " ".join(groups_of_four(typed[2][0])))
        terminal.answer(f"Is {typed[2][1]} the KCV of component 2?", "y")
        terminal.answer("Component 3 of 3, group 1", typed[3][0].upper())
        terminal.answer(f"Is {typed[3][1]} the KCV of component 3?", "yes")
        assert terminal.wait() == 0
    shown = terminal.shown.replace(" ", "").lower()
    assert all(digits not in shown for digits, _ in typed.values())
    assert PIN not in terminal.shown
    assert BACKUP_PIN not in terminal.shown
    assert issued.json("duplicate", *PAIR, *PINS)["copied"] is False


def test_a_new_pin_is_typed_twice(duplicated: Desk) -> None:
    with Terminal("card", "unblock", "-r", "sim:alice") as terminal:
        terminal.answer("PUK:", PUK)
        terminal.answer("New PIN (6 to 16 bytes):", "123")
        terminal.expect("6 to 16")
        terminal.answer("New PIN (6 to 16 bytes):", "new-pin-77")
        terminal.answer("New PIN again:", "new-pin-78")
        terminal.expect("differ")
        terminal.answer("New PIN (6 to 16 bytes):", "new-pin-77")
        terminal.answer("New PIN again:", "new-pin-77")
        assert terminal.wait() == 0
    with Card(connect("sim:alice")) as card:
        card.pin.verify(Secret("new-pin-77"))


def test_no_pin_is_asked_for_where_nobody_could_answer(duplicated: Desk) -> None:
    duplicated.run("duplicate", *PAIR).failed(2, "no terminal", "--pin-file")


def leave_pending(desk: Desk) -> None:
    """As if the program had died after the export: the block never reached the backup."""
    with Card(connect("sim:alice")) as original, Card(connect("sim:控え")) as backup:
        original.pin.verify(Secret(PIN))
        backup.pin.verify(Secret(BACKUP_PIN))
        for number in (2, 3):
            component = read_component(desk.folder / f"g/component-{number}.txt")
            original.group.set_component(component)
            backup.group.set_component(component)
        original.usage.generate(KeyType.P_256)
        introduce(original, backup)
        ticket = backup.duplication.ticket(original.report().card_id, Mode.HOST_BLIND)
        original.duplication.export_key(ticket)


def tries_left(desk: Desk, reader: str) -> int:
    tries: int = desk.json("card", "info", "-r", reader)["pin"]["tries_left"]
    return tries


def component_of(desk: Desk, number: int) -> tuple[str, str]:
    """The hex digits of a component in its file, and its KCV as it is shown."""
    lines = (desk.folder / f"g/component-{number}.txt").read_text().splitlines()
    fields = dict(line.split(": ") for line in lines)
    return fields["component"], bytes.fromhex(fields["kcv"]).hex().upper()


def groups_of_four(digits: str) -> list[str]:
    return [digits[start : start + 4] for start in range(0, len(digits), 4)]


UNLOCKED = ("-r", "sim:alice", "--pin-file", "pin")
KEEP = ("duplicate", *PAIR, *PINS, "--keep-certificate")


def test_the_backup_keeps_the_certificate_where_that_is_wanted(duplicated: Desk) -> None:
    before = duplicated.json("duplicate", *PAIR, *PINS)
    assert before["certificates"] == [False, False]
    duplicated.run(*KEEP).failed(7, "no certificate", "twincard certificate")
    made = duplicated.done("certificate", *UNLOCKED, "--chain").out
    assert duplicated.json("duplicate", *PAIR, *PINS)["certificates"] == [True, False]
    assert duplicated.json(*KEEP)["certificates"] == [True, True]
    assert duplicated.json(*KEEP)["certificates"] == [True, True]
    shown = duplicated.done("certificate", "-r", "sim:控え", "--show", "--chain").out
    assert shown == made
    assert shown.count(b"BEGIN") == 2


def test_at_a_terminal_it_is_asked_for_once(duplicated: Desk) -> None:
    duplicated.done("certificate", *UNLOCKED)
    with Terminal("duplicate", *PAIR, *PINS) as terminal:
        terminal.answer("certificate on the backup", "n")
        assert terminal.wait() == 0
    assert duplicated.json("duplicate", *PAIR, *PINS)["certificates"] == [True, False]
    with Terminal("duplicate", *PAIR, *PINS) as terminal:
        terminal.answer("certificate on the backup", "y")
        assert terminal.wait() == 0
    with Terminal("duplicate", *PAIR, *PINS) as terminal:
        assert terminal.wait() == 0
        assert "certificate" not in terminal.shown
