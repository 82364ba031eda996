"""A key goes to one backup, the one that the ticket names: every other way is refused."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Stage
from tests.refusals.expect import forged_ticket, refused

from twincard.card.duplication import ExportedKey, Ticket
from twincard.card.report import ExportState, ImportState, Mode, PolicyFlags, SlotUse
from twincard.card.session import Card
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.iso.status import Sw
from twincard.keys.key_type import KeyType


@pytest.fixture(params=list(Mode), autouse=True)
def mode(bench: Bench, request: pytest.FixtureRequest) -> Mode:
    """Every test here is run in both modes."""
    bench.in_mode(request.param)
    return Mode(request.param)


def ticket_for(backup: Card, original: Card) -> Ticket:
    return backup.duplication.ticket(original.report().card_id)


def export(backup: Card, original: Card) -> ExportedKey:
    return original.duplication.export_key(ticket_for(backup, original))


def test_another_backups_ticket_while_pending(bench: Bench) -> None:
    bench.at(Stage.KEYED, backups=2)
    original, backup, other = (
        bench.original.unlocked(),
        bench.backup.unlocked(),
        bench.backup2.unlocked(),
    )
    first = export(backup, original)
    second = ticket_for(other, original)
    with refused(Sw.WRONG_STATE, original):
        original.duplication.export_key(second)
    assert export(backup, original) == first


def test_another_backups_ticket_once_done(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED)
    original, other = bench.original.unlocked(), bench.backup2.unlocked()
    with refused(Sw.WRONG_STATE, original):
        original.duplication.export_key(ticket_for(other, original))


def test_a_backup_that_is_done_gets_no_second_slot(bench: Bench) -> None:
    bench.at(Stage.KEYED, backups=2)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    duplicate_key(original, backup)
    again = forged_ticket(backup.report().card_id, original.report().card_id)
    with refused(Sw.WRONG_STATE, original):
        original.duplication.export_key(again)
    duplicate_key(original, bench.backup2.unlocked())


def test_a_backup_that_was_abandoned_gets_no_second_slot(bench: Bench) -> None:
    bench.at(Stage.KEYED, backups=2)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    export(backup, original)
    abandon(bench)
    original = bench.original.unlocked()
    (slot,) = original.duplication.used_slots()
    assert (slot.use, slot.backup_id) == (SlotUse.ABANDONED, backup.report().card_id)
    again = forged_ticket(backup.report().card_id, original.report().card_id)
    for ticket in (again, ticket_for(backup, original)):
        with refused(Sw.WRONG_STATE, original):
            original.duplication.export_key(ticket)


def abandon(bench: Bench) -> None:
    original = bench.original.as_issuer()
    original.pin.verify(bench.original.pin)
    original.duplication.abandon()


def test_the_backup_of_an_earlier_key_gets_no_other(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED)
    original, backup_id = bench.original.unlocked(), bench.backup.card().report().card_id
    recorded = forged_ticket(backup_id, original.report().card_id)
    for _ in range(3):
        original.usage.generate(KeyType.P_256)
        with refused(Sw.WRONG_STATE, original):
            original.duplication.export_key(recorded)
    duplicate_key(original, bench.backup2.unlocked())
    assert len(original.duplication.used_slots()) == 1


def test_a_card_that_may_make_no_backup(bench: Bench) -> None:
    bench.at(Stage.KEYED, backups=0)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    with refused(Sw.WRONG_STATE, original):
        export(backup, original)


def test_a_block_on_a_third_card(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    block = export(backup, original)
    third = bench.backup2.unlocked()
    with refused(Sw.WRONG_STATE, third):
        third.duplication.import_key(block)
    ticket_for(third, original)
    with refused(Sw.CHECK_FAILED, third):
        third.duplication.import_key(block)


def test_a_block_once_more_on_the_backup_that_took_it(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    block = export(backup, original)
    backup.duplication.import_key(block)
    with refused(Sw.WRONG_STATE, backup):
        backup.duplication.import_key(block)


def test_a_block_after_its_ticket_was_cancelled(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    block = export(backup, original)
    backup.duplication.cancel()
    with refused(Sw.WRONG_STATE, backup):
        backup.duplication.import_key(block)
    backup.duplication.ticket(original.report().card_id, void_delivered=True)
    with refused(Sw.CHECK_FAILED, backup):
        backup.duplication.import_key(block)


def test_a_block_after_termination(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    block = export(backup, original)
    backup.terminate()
    with refused(Sw.WRONG_STATE, backup):
        backup.duplication.import_key(block)
    original.duplication.confirm(backup.duplication.receipt())
    report = original.report().export
    assert report is not None
    assert (report.state, report.slots_used) == (ExportState.NONE, 0)


def test_two_originals_on_one_ticket(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, other, backup = (
        bench.original.unlocked(),
        bench.original2.unlocked(),
        bench.backup.unlocked(),
    )
    ticket = ticket_for(backup, original)
    with refused(Sw.WRONG_DATA, other):
        other.duplication.export_key(ticket)
    with refused(Sw.WRONG_STATE, backup):
        ticket_for(backup, other)
    # Somebody with all components makes the other original export to the same backup.
    rebound = forged_ticket(ticket.backup_id, other.report().card_id, nonce=ticket.nonce)
    with refused(Sw.CHECK_FAILED, backup):
        backup.duplication.import_key(other.duplication.export_key(rebound))


@pytest.mark.parametrize("head", [b"\x02\x00\x01", b"\x01\x01\x01", b"\x01\x00\x02", b"\0\0\0"])
def test_a_ticket_of_another_version_mode_or_purpose(bench: Bench, head: bytes) -> None:
    bench.at(Stage.KEYED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    ids = backup.report().card_id, original.report().card_id
    with refused(Sw.WRONG_DATA, original):
        original.duplication.export_key(forged_ticket(*ids, head=head))


def test_a_ticket_for_the_backup_itself(bench: Bench) -> None:
    bench.at(Stage.COMPLETE)
    backup = bench.backup.unlocked()
    with refused(Sw.WRONG_DATA, backup):
        ticket_for(backup, backup)


def test_export_before_there_is_a_key(bench: Bench) -> None:
    bench.at(Stage.COMPLETE)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    with refused(Sw.NOT_FOUND, original):
        export(backup, original)


@pytest.mark.parametrize("key", KeyType)
def test_a_backup_neither_exports_nor_generates(bench: Bench, key: KeyType) -> None:
    bench.at(Stage.DUPLICATED, key=key)
    backup = bench.backup.unlocked()
    ticket = forged_ticket(bytes(16), backup.report().card_id)
    with refused(Sw.WRONG_STATE, backup):
        backup.duplication.export_key(ticket)
    with refused(Sw.WRONG_STATE, backup):
        backup.usage.generate(KeyType.P_256)
    with refused(Sw.WRONG_STATE, backup):
        backup.duplication.cancel()
    with refused(Sw.WRONG_STATE, backup):
        backup.duplication.ticket(bytes(16))


@pytest.mark.parametrize("key", KeyType)
def test_the_key_is_not_replaced_while_pending(bench: Bench, key: KeyType) -> None:
    bench.at(Stage.KEYED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    export(backup, original)
    with refused(Sw.WRONG_STATE, original):
        original.usage.generate(key)


def test_a_new_key_has_all_its_slots_and_takes_no_old_receipt(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    old = backup.duplication.receipt()
    original.duplication.confirm(old)
    original.usage.generate(KeyType.P_256)
    assert original.duplication.used_slots() == ()
    with refused(Sw.WRONG_STATE, original):
        original.duplication.confirm(old)
    export(bench.backup2.unlocked(), original)
    with refused(Sw.CHECK_FAILED, original):
        original.duplication.confirm(old)


def test_receipts_of_another_ticket_and_at_another_time(bench: Bench) -> None:
    bench.at(Stage.KEYED, backups=3)
    original, backup, other = (
        bench.original.unlocked(),
        bench.backup.unlocked(),
        bench.backup2.unlocked(),
    )
    ticket_for(other, original)
    void = other.duplication.cancel()
    with refused(Sw.WRONG_STATE, original):
        original.duplication.confirm(void)
    block = export(backup, original)
    with refused(Sw.CHECK_FAILED, original):
        original.duplication.confirm(void)
    done = backup.duplication.import_key(block)
    original.duplication.confirm(done)
    original.duplication.confirm(done)
    with refused(Sw.WRONG_STATE, original):
        original.duplication.confirm(void)
    export(bench.backup3.unlocked(), original)
    for receipt in (done, void):
        with refused(Sw.CHECK_FAILED, original):
            original.duplication.confirm(receipt)


def test_nothing_pending_is_not_abandoned(bench: Bench) -> None:
    for stage in (Stage.COMPLETE, Stage.KEYED, Stage.DUPLICATED):
        bench.at(stage)
        original = bench.original.as_issuer()
        original.pin.verify(bench.original.pin)
        with refused(Sw.WRONG_STATE, original):
            original.duplication.abandon()


def test_a_void_ticket_blocks_the_next_until_its_receipt_was_delivered(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    with refused(Sw.WRONG_STATE, backup):
        backup.duplication.cancel()
    first = ticket_for(backup, original)
    original.duplication.export_key(first)
    void = backup.duplication.cancel()
    assert backup.duplication.cancel() == void == backup.duplication.receipt()
    with refused(Sw.WRONG_STATE, backup):
        ticket_for(backup, original)
    original.duplication.confirm(void)
    with refused(Sw.WRONG_STATE, original):
        original.duplication.confirm(void)
    new = backup.duplication.ticket(original.report().card_id, void_delivered=True)
    assert new.nonce != first.nonce
    duplicate_key(original, backup)


def test_there_is_no_receipt_before_its_time(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    for card in (original, backup):
        with refused(Sw.NOT_FOUND, card):
            card.duplication.receipt()
    ticket_for(backup, original)
    with refused(Sw.NOT_FOUND, backup):
        backup.duplication.receipt()


def test_an_erased_group_ends_every_export(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED, policy=PolicyFlags.ERASE_GROUP)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    assert original.report().group is None
    assert backup.report().group is not None
    original.duplication.confirm(backup.duplication.receipt())
    original.usage.generate(KeyType.P_256)
    with refused(Sw.NOT_FOUND, original):
        export(bench.backup2.unlocked(), original)
    report = original.report().export
    assert report is not None
    assert report.state is ExportState.NONE


def test_a_terminated_backup_leaves_its_void_receipt_alone(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED)
    backup = bench.backup.unlocked()
    backup.terminate()
    report = backup.report()
    assert report.import_ is not None
    assert (report.import_.state, report.key, report.group) == (ImportState.VOID, None, None)
    backup.duplication.receipt()
    with refused(Sw.WRONG_STATE, backup):
        backup.pin.verify(bench.backup.pin)
