"""Duplication of a pair: one call goes on from wherever the cards are, or says what hinders it."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Specimen, Stage, component, components
from tests.flows.unplugged import Cable, Unplugged

from twincard.card.duplication import Ticket
from twincard.card.report import CardReport, ExportState, ImportState, Mode, PolicyFlags
from twincard.card.session import Card
from twincard.flows.duplicate.abandon import Cancelled, abandon, cancel
from twincard.flows.duplicate.duplication import DuplicationEvent, DuplicationStep, duplicate_key
from twincard.flows.errors import ComponentMissingError, ProtocolError
from twincard.iso.status import AuthorityMissingError, IntegrityError
from twincard.keys.component import Component
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.transport import CardGoneError

KEY_TYPES = list(KeyType)


def assert_exactly_one_backup(bench: Bench) -> None:
    original, backup = bench.original.card().report(), bench.backup.card().report()
    assert original.export is not None
    assert backup.import_ is not None
    assert (original.export.state, original.export.slots_used) == (ExportState.DONE, 1)
    assert backup.import_.state is ImportState.IMPORTED
    assert original.key is not None
    assert backup.key is not None
    assert backup.key.digest == original.key.digest


def export_state(report: CardReport) -> ExportState:
    assert report.export is not None
    return report.export.state


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_a_pair_is_duplicated_step_by_step(bench: Bench, key_type: KeyType) -> None:
    bench.at(Stage.ISSUED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    events: list[DuplicationEvent] = []
    result = duplicate_key(original, backup, components()[1:], key_type, on_event=events.append)
    assert [event.step for event in events] == [
        DuplicationStep.COMPONENT,
        DuplicationStep.COMPONENT,
        DuplicationStep.GENERATE,
        DuplicationStep.TICKET,
        DuplicationStep.EXPORT,
        DuplicationStep.IMPORT,
        DuplicationStep.CONFIRM,
    ]
    assert [event.component for event in events[:3]] == [2, 3, None]
    assert (result.generated, result.copied) == (True, True)
    assert result.key_digest == original.usage.public_key().digest
    assert_exactly_one_backup(bench)


def test_repeated_it_does_nothing_and_says_so(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED)
    events: list[DuplicationEvent] = []
    result = duplicate_key(bench.original.card(), bench.backup.card(), on_event=events.append)
    assert events == []
    assert (result.generated, result.copied) == (False, False)


@pytest.mark.parametrize("answered", [False, True], ids=["lost command", "lost answer"])
@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_it_is_repeated_after_an_interruption_at_any_exchange(
    bench: Bench, key_type: KeyType, answered: bool
) -> None:
    # Making an RSA key takes long and is interrupted once in the EC case.
    stage = Stage.ISSUED if key_type is KeyType.P_256 else Stage.KEYED
    at = 0
    finished = False
    while not finished:
        at += 1
        bench.at(stage, key=key_type)
        readers = (bench.original, bench.backup)
        cable = Cable(at, answered=answered)
        try:
            cards = [unlocked_over(cable, item) for item in readers]
            duplicate_key(cards[0], cards[1], components(), key_type)
            finished = True
        except CardGoneError:
            for item in readers:
                item.lab.reset()
        duplicate_key(bench.original.unlocked(), bench.backup.unlocked(), components(), key_type)
        assert_exactly_one_backup(bench)
    assert at > 12


def unlocked_over(cable: Cable, specimen: Specimen) -> Card:
    card = Card(Unplugged(specimen.lab, cable))
    card.pin.verify(specimen.pin)
    return card


def test_components_that_are_missing_are_named_before_any_is_set(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    before = original.report()
    with pytest.raises(ComponentMissingError, match="Component 3 is") as raised:
        duplicate_key(original, backup, [component(2)])
    assert raised.value.places == (3,)
    with pytest.raises(ComponentMissingError, match="Components 2, 3 are"):
        duplicate_key(original, backup)
    assert original.report() == before


def test_a_component_set_on_one_card_only_is_set_on_the_other(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    original.group.set_component(component(2))
    backup.group.set_component(component(3))
    duplicate_key(original, backup, components(), KeyType.P_256)
    assert_exactly_one_backup(bench)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([component(1), component(2, 2)], "a key group of size 2, not 3"),
        ([Component(1, 3, Secret(bytes(32)))], "Component 1 is not the one"),
        ([component(2), Component(2, 3, Secret(bytes(32)))], "Component 2 is given twice"),
        ([component(2), Component(3, 3, component(2).value)], "Components 2 and 3 are the same"),
        ([Component(2, 3, component(1).value)], "Components 1 and 2 are the same"),
    ],
)
def test_a_component_that_does_not_belong_is_refused_before_any_is_set(
    bench: Bench, given: list[Component], message: str
) -> None:
    bench.at(Stage.ISSUED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    before = original.report(), backup.report()
    with pytest.raises(ProtocolError, match=message):
        duplicate_key(original, backup, given)
    assert (original.report(), backup.report()) == before


def test_cards_that_hold_different_components_are_told_apart(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    original.group.set_component(component(2))
    backup.group.set_component(Component(2, 3, Secret(bytes(32))))
    with pytest.raises(ProtocolError, match="different components 2") as refused:
        duplicate_key(original, backup, components())
    assert "twincard group clear -r READER 2" in str(refused.value)


def test_cards_of_different_groups_are_told_apart(bench: Bench) -> None:
    bench.at(Stage.COMPLETE, size=1)
    original = bench.original.unlocked()
    bench.at(Stage.COMPLETE, size=3)
    with pytest.raises(ProtocolError, match="not issued as a pair"):
        duplicate_key(original, bench.backup.unlocked(), components())


def test_a_second_backup_is_refused_for_good(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED)
    with pytest.raises(ProtocolError, match="cannot make another backup"):
        duplicate_key(bench.original.unlocked(), bench.backup2.unlocked())


def test_as_many_backups_are_made_as_the_issuer_allowed(bench: Bench) -> None:
    bench.at(Stage.KEYED, backups=2)
    original = bench.original.unlocked()
    duplicate_key(original, bench.backup.unlocked())
    duplicate_key(original, bench.backup2.unlocked())
    used = original.duplication.used_slots()
    ids = [item.card().report().card_id for item in (bench.backup, bench.backup2)]
    assert [slot.backup_id for slot in used] == ids
    with pytest.raises(ProtocolError, match="it has used all 2 backups"):
        duplicate_key(original, bench.backup3.unlocked())


def test_the_group_is_erased_when_the_policy_says_so_and_repeating_is_harmless(
    bench: Bench,
) -> None:
    bench.at(Stage.KEYED, policy=PolicyFlags.ERASE_GROUP)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    duplicate_key(original, backup)
    assert original.report().group is None
    assert backup.report().group is not None
    assert not duplicate_key(original, backup).copied
    original.duplication.confirm(backup.duplication.receipt())


def test_the_public_key_stays_with_the_backup_when_the_policy_says_so(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED, policy=PolicyFlags.PUBLIC_KEY_IN_BACKUP)
    assert bench.backup.card().usage.public_key() == bench.original.card().usage.public_key()


def test_roles_and_life_cycle_are_checked_first(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    with pytest.raises(ProtocolError, match="given as the original was issued as a backup"):
        duplicate_key(backup, original)
    with pytest.raises(ProtocolError, match="given as the backup was issued as an original"):
        duplicate_key(original, bench.original2.unlocked())
    bench.at(Stage.BLANK)
    with pytest.raises(ProtocolError, match="not issued yet"):
        duplicate_key(bench.original.card(), bench.backup.card())


def test_without_the_pins_nothing_happens(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    with pytest.raises(AuthorityMissingError):
        duplicate_key(bench.original.card(), bench.backup.unlocked(), components())


def pending(bench: Bench) -> tuple[Card, Card, Ticket]:
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    ticket = backup.duplication.ticket(original.report().card_id, Mode.BASE)
    original.duplication.export_key(ticket)
    return original, backup, ticket


def test_a_cancelled_export_gives_the_slot_back_and_another_backup_takes_it(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup, _ = pending(bench)
    with pytest.raises(ProtocolError, match="another backup, card"):
        duplicate_key(original, bench.backup2.unlocked())
    assert cancel(original, backup) is Cancelled.SLOT_FREE
    assert cancel(original, backup) is Cancelled.NOTHING_PENDING
    duplicate_key(original, bench.backup2.unlocked())
    with pytest.raises(ProtocolError, match="cannot make another backup"):
        duplicate_key(original, backup)


def test_a_terminated_backup_gives_the_slot_back(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup, _ = pending(bench)
    backup.terminate()
    with pytest.raises(ProtocolError, match="terminated"):
        duplicate_key(original, backup)
    assert cancel(original, bench.backup.card()) is Cancelled.SLOT_FREE
    duplicate_key(original, bench.backup2.unlocked())


def test_a_backup_that_took_the_key_and_was_terminated_gives_the_slot_back(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup, ticket = pending(bench)
    backup.duplication.import_key(original.duplication.export_key(ticket))
    backup.terminate()
    assert cancel(original, bench.backup.card()) is Cancelled.SLOT_FREE
    assert export_state(original.report()) is ExportState.NONE


def test_a_void_ticket_does_not_stop_a_new_duplication(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup, ticket = pending(bench)
    backup.duplication.cancel()
    duplicate_key(original, backup)
    assert_exactly_one_backup(bench)
    import_ = backup.report().import_
    assert import_ is not None
    assert import_.nonce != ticket.nonce


def test_a_backup_with_the_key_is_not_cancelled(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED)
    with pytest.raises(ProtocolError, match="no open ticket"):
        cancel(bench.original.unlocked(), bench.backup.unlocked())


def test_an_abandoned_export_spends_the_slot(bench: Bench) -> None:
    bench.at(Stage.KEYED, backups=2)
    original, backup, _ = pending(bench)
    abandon(original, bench.original.transport_key, bench.original.pin)
    with pytest.raises(ProtocolError, match="was abandoned"):
        duplicate_key(original, backup)
    duplicate_key(original, bench.backup2.unlocked())
    with pytest.raises(ProtocolError, match="cannot make another backup"):
        duplicate_key(original, bench.backup3.unlocked())
    with pytest.raises(ProtocolError, match="no pending export"):
        abandon(original, bench.original.transport_key, bench.original.pin)


def test_a_backup_of_another_original_is_told_apart(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    first, second = bench.original.unlocked(), bench.original2.unlocked()
    backup = bench.backup.unlocked()
    backup.duplication.ticket(first.report().card_id, Mode.BASE)
    with pytest.raises(ProtocolError, match="open ticket for another original"):
        duplicate_key(second, backup)
    backup.duplication.cancel()
    with pytest.raises(ProtocolError, match="void receipt for another original"):
        duplicate_key(second, backup)
    duplicate_key(second, backup, forget_void=True)
    with pytest.raises(ProtocolError, match="the key of another original"):
        duplicate_key(first, backup)


def test_a_backup_of_an_earlier_key_is_told_apart(bench: Bench) -> None:
    bench.at(Stage.DUPLICATED)
    original = bench.original.unlocked()
    original.usage.generate(KeyType.P_256)
    with pytest.raises(ProtocolError, match="an earlier key"):
        duplicate_key(original, bench.backup.unlocked())
    duplicate_key(original, bench.backup2.unlocked())


def test_an_altered_block_leaves_the_way_open(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup, ticket = pending(bench)
    exported = original.duplication.export_key(ticket)
    altered = bytearray(exported.encoded)
    altered[-1] ^= 1
    with pytest.raises(IntegrityError):
        backup.duplication.import_key(type(exported)(bytes(altered)))
    duplicate_key(original, backup)
    assert_exactly_one_backup(bench)
