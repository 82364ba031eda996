"""The source's flow S201-S261, step by step: components, key pair, takeout, setting.

Each test is a step; the cards answer normally, then abnormally to what does not belong there.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.bench import Bench, Specimen, Stage, component

from twincard.card import (
    AuthorityMissingError,
    CardError,
    EqualComponentError,
    IntegrityError,
    KeyType,
    NotFoundError,
    Sw,
    WrongDataError,
    WrongStateError,
)
from twincard.card.duplication import ExportedKey, Receipt, ReceiptKind, Ticket
from twincard.card.report import ExportState, ImportState, Mode, SetBy
from twincard.card.session import Card
from twincard.keys.component import Component
from twincard.keys.secret import Secret

KEY_TYPES = list(KeyType)
CEK = bytes(range(32))


def card_of(name: str) -> Callable[[Bench], Specimen]:
    return lambda bench: getattr(bench, name)


ORIGINAL, BACKUP = card_of("original"), card_of("backup")


@pytest.mark.parametrize("choose", [ORIGINAL, BACKUP], ids=["S202-S206", "S208-S212"])
def test_key_2_is_set_on_each_card(bench: Bench, choose: Callable[[Bench], Specimen]) -> None:
    bench.at(Stage.ISSUED)
    card = choose(bench).unlocked()
    card.group.set_component(component(2))
    group = card.report().group
    assert group is not None
    assert group.missing == (3,)
    assert (group.components[1].set_by, group.components[1].kcv) == (SetBy.USER, component(2).kcv)


@pytest.mark.parametrize("choose", [ORIGINAL, BACKUP], ids=["S222-S226", "S228-S232"])
def test_key_3_completes_the_group(bench: Bench, choose: Callable[[Bench], Specimen]) -> None:
    bench.at(Stage.ISSUED)
    card = choose(bench).unlocked()
    card.group.set_component(component(2))
    card.group.set_component(component(3))
    group = card.report().group
    assert group is not None
    assert group.missing == ()


@pytest.mark.parametrize("choose", [ORIGINAL, BACKUP])
def test_a_key_that_does_not_belong_is_refused_and_changes_nothing(
    bench: Bench, choose: Callable[[Bench], Specimen]
) -> None:
    bench.at(Stage.ISSUED)
    card = choose(bench).unlocked()
    before = card.report()
    equal = Component(2, 3, component(1).value)
    with pytest.raises(EqualComponentError, match="already set as another component"):
        card.group.set_component(equal)
    other = Component(1, 3, Secret(bytes(32)))
    with pytest.raises(WrongStateError):
        card.group.set_component(other)
    with pytest.raises(CardError) as raised:
        card.group.set_component(component(4, size=4))
    assert raised.value.sw == Sw.WRONG_P1P2
    assert card.report() == before
    card.group.set_component(component(1))
    assert card.report() == before


@pytest.mark.parametrize("choose", [ORIGINAL, BACKUP])
def test_a_key_with_a_wrong_check_value_is_not_stored(
    bench: Bench, choose: Callable[[Bench], Specimen]
) -> None:
    bench.at(Stage.ISSUED)
    card = choose(bench).unlocked()
    value = component(2).value.reveal()
    apdu = bytes.fromhex("8012020023") + value + component(3).kcv
    assert card.connection.transmit(apdu) == (b"", Sw.WRONG_DATA)
    group = card.report().group
    assert group is not None
    assert group.missing == (2, 3)


@pytest.mark.parametrize("choose", [ORIGINAL, BACKUP])
def test_keys_are_not_set_without_the_password(
    bench: Bench, choose: Callable[[Bench], Specimen]
) -> None:
    bench.at(Stage.ISSUED)
    with pytest.raises(AuthorityMissingError):
        choose(bench).card().group.set_component(component(2))


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_s242_s247_the_original_makes_the_key_pair(bench: Bench, key_type: KeyType) -> None:
    bench.at(Stage.COMPLETE)
    card = bench.original.unlocked()
    card.usage.generate(key_type)
    public_key = card.usage.public_key()
    key = card.report().key
    assert key is not None
    assert (key.type, key.digest) == (key_type, public_key.digest)
    assert card.usage.public_key() == public_key
    assert card.usage.decipher(card.usage.encipher(CEK, public_key)) == CEK


def test_a_key_pair_is_made_on_no_backup_and_not_without_the_password(bench: Bench) -> None:
    bench.at(Stage.COMPLETE)
    with pytest.raises(WrongStateError):
        bench.backup.unlocked().usage.generate(KeyType.P_256)
    with pytest.raises(AuthorityMissingError):
        bench.original.card().usage.generate(KeyType.P_256)
    assert bench.original.card().report().key is None


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_s249_s261_the_key_goes_wrapped_to_the_backup(bench: Bench, key_type: KeyType) -> None:
    bench.at(Stage.KEYED, key=key_type)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    ids = original.report().card_id, backup.report().card_id
    ticket = backup.duplication.ticket(ids[0], Mode.BASE)
    assert (ticket.original_id, ticket.backup_id) == ids
    exported = original.duplication.export_key(ticket)
    assert len(exported.key_block) == (1008 if key_type is KeyType.RSA_2048 else 192)
    export = original.report().export
    assert export is not None
    assert (export.state, export.backup_id, export.nonce) == (
        ExportState.PENDING,
        ids[1],
        ticket.nonce,
    )
    receipt = backup.duplication.import_key(exported)
    assert receipt.kind is ReceiptKind.DONE
    assert backup.duplication.receipt() == receipt
    original.duplication.confirm(receipt)
    assert_done(original, backup)
    opened = backup.usage.decipher(original.usage.encipher(CEK, original.usage.public_key()))
    assert opened == CEK


def assert_done(original: Card, backup: Card) -> None:
    ours, theirs = original.report(), backup.report()
    assert ours.export is not None
    assert theirs.import_ is not None
    assert ours.key is not None
    assert theirs.key is not None
    assert (ours.export.state, ours.export.slots_used) == (ExportState.DONE, 1)
    assert theirs.import_.state is ImportState.IMPORTED
    assert ours.key.digest == theirs.key.digest


def test_the_takeout_asks_for_the_password_the_key_and_the_whole_group(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original_id = bench.original.card().report().card_id
    with pytest.raises(AuthorityMissingError):
        bench.backup.card().duplication.ticket(original_id, Mode.BASE)
    ticket = bench.backup.unlocked().duplication.ticket(original_id, Mode.BASE)
    with pytest.raises(AuthorityMissingError):
        bench.original.card().duplication.export_key(ticket)
    bench.at(Stage.COMPLETE)
    with pytest.raises(NotFoundError):
        bench.original.unlocked().duplication.export_key(ticket)
    bench.at(Stage.ISSUED)
    with pytest.raises(NotFoundError):
        bench.backup.unlocked().duplication.ticket(original_id, Mode.BASE)


def test_a_backup_hands_out_nothing_and_an_original_takes_nothing(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    ticket = Ticket(bytes(0x49), b"", b"", b"")
    with pytest.raises(WrongStateError):
        backup.duplication.export_key(ticket)
    # An original asks nobody but a key service, and that in host-blind mode.
    with pytest.raises(CardError) as refused:
        original.duplication.ticket(backup.report().card_id, Mode.BASE)
    assert refused.value.sw == Sw.WRONG_P1P2
    with pytest.raises(WrongStateError):
        original.duplication.import_key(ExportedKey(bytes(0x94)))


def test_another_backup_is_refused_while_pending_and_when_done(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup, other = (
        bench.original.unlocked(),
        bench.backup.unlocked(),
        bench.backup2.unlocked(),
    )
    original_id = original.report().card_id
    mine = backup.duplication.ticket(original_id, Mode.BASE)
    theirs = other.duplication.ticket(original_id, Mode.BASE)
    exported = original.duplication.export_key(mine)
    with pytest.raises(WrongStateError):
        original.duplication.export_key(theirs)
    assert original.duplication.export_key(mine) == exported
    original.duplication.confirm(backup.duplication.import_key(exported))
    with pytest.raises(WrongStateError):
        original.duplication.export_key(theirs)
    with pytest.raises(WrongStateError):
        original.duplication.export_key(mine)


def test_a_key_block_opens_on_its_own_backup_only_and_once(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup, other = (
        bench.original.unlocked(),
        bench.backup.unlocked(),
        bench.backup2.unlocked(),
    )
    original_id = original.report().card_id
    exported = original.duplication.export_key(backup.duplication.ticket(original_id, Mode.BASE))
    with pytest.raises(WrongStateError):
        other.duplication.import_key(exported)
    other.duplication.ticket(original_id, Mode.BASE)
    with pytest.raises(IntegrityError):
        other.duplication.import_key(exported)
    assert other.report().key is None
    backup.duplication.import_key(exported)
    with pytest.raises(WrongStateError):
        backup.duplication.import_key(exported)


def test_a_ticket_of_another_group_or_for_another_original_is_refused(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, second = bench.original.unlocked(), bench.original2.unlocked()
    ticket = bench.backup.unlocked().duplication.ticket(original.report().card_id, Mode.BASE)
    with pytest.raises(WrongDataError):
        second.duplication.export_key(ticket)
    altered = bytearray(ticket.encoded)
    altered[-1] ^= 1
    with pytest.raises(IntegrityError):
        original.duplication.export_key(Ticket(bytes(altered), b"", b"", b""))
    export = original.report().export
    assert export is not None
    assert export.state is ExportState.NONE


def test_a_receipt_counts_only_for_its_own_export(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    ticket = backup.duplication.ticket(original.report().card_id, Mode.BASE)
    exported = original.duplication.export_key(ticket)
    receipt = backup.duplication.import_key(exported)
    altered = bytearray(receipt.encoded)
    altered[-1] ^= 1
    with pytest.raises(IntegrityError):
        original.duplication.confirm(Receipt(bytes(altered), ReceiptKind.DONE))
    original.duplication.confirm(receipt)
    original.duplication.confirm(receipt)
    with pytest.raises(WrongStateError):
        original.duplication.confirm(Receipt(bytes(altered), ReceiptKind.DONE))


def test_no_new_key_is_made_while_an_export_is_pending(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    original.duplication.export_key(backup.duplication.ticket(original.report().card_id, Mode.BASE))
    with pytest.raises(WrongStateError):
        original.usage.generate(KeyType.P_256)


def test_the_backup_gives_its_public_key_only_where_the_policy_lets_it_keep_it(
    bench: Bench,
) -> None:
    bench.at(Stage.DUPLICATED)
    with pytest.raises(NotFoundError):
        bench.backup.card().usage.public_key()
