"""A ticket that was made void, and was recorded, never makes its original pending again."""

from __future__ import annotations

import pytest
from tests.bench import GROUP_ID, Bench, Stage
from tests.refusals.expect import GROUP_KEY, forged_ticket, refused

from twincard.card.duplication import Receipt, ReceiptKind, Ticket
from twincard.card.report import ExportState, Mode, PolicyFlags
from twincard.card.session import Card
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.iso import tlv
from twincard.iso.status import Sw
from twincard.keys.component import Component
from twincard.keys.derivation import GroupKey
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret

REMEMBERED = 8

modes = pytest.mark.parametrize("mode", list(Mode))


def void(original: Card, backup: Card) -> Ticket:
    """The original goes pending for the backup's ticket, and takes the receipt that it is void."""
    ticket = backup.duplication.ticket(original.report().card_id, void_delivered=True)
    original.duplication.export_key(ticket)
    original.duplication.confirm(backup.duplication.cancel())
    return ticket


@modes
def test_no_later_state_of_the_original_takes_a_void_ticket(bench: Bench, mode: Mode) -> None:
    bench.in_mode(mode).at(Stage.KEYED, backups=3)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    recorded = void(original, backup)
    with refused(Sw.WRONG_STATE, original):
        original.duplication.export_key(recorded)
    original = bench.original.restart()
    with refused(Sw.WRONG_STATE, original):
        original.duplication.export_key(recorded)
    void(original, bench.backup2.unlocked())
    void(original, bench.backup3.unlocked())
    with refused(Sw.WRONG_STATE, original):
        original.duplication.export_key(recorded)
    original.usage.generate(KeyType.P_256)
    with refused(Sw.WRONG_STATE, original):
        original.duplication.export_key(recorded)
    duplicate_key(original, backup)


@modes
def test_a_later_ticket_of_the_pending_backup_gives_the_slot_back(bench: Bench, mode: Mode) -> None:
    """A recorded ticket that became void before the original saw it costs no slot."""
    bench.in_mode(mode).at(Stage.KEYED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    original_id = original.report().card_id
    recorded = backup.duplication.ticket(original_id)
    backup.duplication.cancel()
    later = backup.duplication.ticket(original_id, void_delivered=True)
    original.duplication.export_key(recorded)
    block = original.duplication.export_key(later)
    with refused(Sw.WRONG_STATE, original):
        original.duplication.export_key(recorded)
    original.duplication.confirm(backup.duplication.import_key(block))
    export = original.report().export
    assert export is not None
    assert (export.state, export.slots_used) == (ExportState.DONE, 1)


@modes
def test_a_later_ticket_of_another_backup_does_not(bench: Bench, mode: Mode) -> None:
    bench.in_mode(mode).at(Stage.KEYED)
    original, other = bench.original.unlocked(), bench.backup2.unlocked()
    original_id = original.report().card_id
    other.duplication.ticket(original_id)
    other.duplication.cancel()
    original.duplication.export_key(bench.backup.unlocked().duplication.ticket(original_id))
    with refused(Sw.WRONG_STATE, original):
        original.duplication.export_key(other.duplication.ticket(original_id, void_delivered=True))


@modes
def test_no_ticket_before_a_void_one_is_taken(bench: Bench, mode: Mode) -> None:
    bench.in_mode(mode).at(Stage.KEYED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    original_id = original.report().card_id
    earlier = []
    for _ in range(2):
        earlier.append(backup.duplication.ticket(original_id, void_delivered=True))
        backup.duplication.cancel()
    void(original, backup)
    for ticket in earlier:
        with refused(Sw.WRONG_STATE, original):
            original.duplication.export_key(ticket)
    last = backup.duplication.ticket(original_id, void_delivered=True)
    original.duplication.export_key(last)


def test_tickets_are_numbered_from_one(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    original_id = original.report().card_id
    for number in range(1, 4):
        for _ in range(2):
            ticket = backup.duplication.ticket(original_id, void_delivered=True)
            assert ticket.nonce[:2] == number.to_bytes(2, "big")
        backup.duplication.cancel()


@pytest.mark.parametrize("number", [0, 0x8000, 0xFFFF])
def test_a_number_that_no_ticket_has_is_refused(bench: Bench, number: int) -> None:
    bench.at(Stage.KEYED)
    original = bench.original.unlocked()
    with refused(Sw.WRONG_STATE, original):
        original.duplication.export_key(forged(1, original, GROUP_KEY, number))


def forged(backup: int, original: Card, group: GroupKey, number: int = 1) -> Ticket:
    """Of one of many backups that share the components."""
    nonce = number.to_bytes(2, "big") + bytes(14)
    backup_id = bytes([backup]) * 16
    return forged_ticket(backup_id, original.report().card_id, nonce=nonce, group=group)


def void_forged(original: Card, ticket: Ticket, group: GroupKey) -> None:
    original.duplication.export_key(ticket)
    mac = group.receipt_mac(b"void" + ticket.encoded[4:55])
    encoded = tlv.encode(0xE3, tlv.encode(0x80, b"\x02"), tlv.encode(0x81, mac))
    original.duplication.confirm(Receipt(encoded, ReceiptKind.VOID))


def fill(original: Card, count: int, group: GroupKey) -> None:
    """So many backups have a void ticket; the last of their tickets has the highest number."""
    for backup in range(1, count + 1):
        for number in (1, 0x0100, 0x7FFE, 0x7FFF):
            void_forged(original, forged(backup, original, group, number), group)


def test_a_ninth_backup_is_refused_where_eight_have_void_tickets(bench: Bench) -> None:
    bench.at(Stage.KEYED, backups=2)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    fill(original, REMEMBERED, GROUP_KEY)
    for known in range(1, REMEMBERED + 1):
        with refused(Sw.WRONG_STATE, original):
            original.duplication.export_key(forged(known, original, GROUP_KEY, 0x7FFE))
    ticket = backup.duplication.ticket(original.report().card_id)
    with refused(Sw.NO_MEMORY, original):
        original.duplication.export_key(ticket)


def test_another_group_begins_without_void_tickets(bench: Bench) -> None:
    bench.at(Stage.KEYED, policy=PolicyFlags.ERASE_GROUP)
    original = bench.original.unlocked()
    fill(original, REMEMBERED - 1, GROUP_KEY)
    duplicate_key(original, bench.backup.unlocked())
    report = original.report()
    assert report.group is None
    assert report.export is not None
    assert report.export.state is ExportState.DONE
    value = Secret(bytes(range(32)))
    group_id = GROUP_ID[::-1]
    original.group.begin(1, group_id)
    original.group.set_component(Component(1, 1, value))
    original.usage.generate(KeyType.P_256)
    fill(original, REMEMBERED, GroupKey.from_components([value.reveal()], group_id))
