"""The key group: no wrong, swapped, missing or equal component; erased ids stay erased."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from tests.bench import GROUP_ID, Bench, Stage, component
from tests.card.wire import Command, status
from tests.refusals.expect import refused

from twincard.card.report import SetBy
from twincard.card.session import Card
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.iso.status import Sw
from twincard.keys.component import Component
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret


def another(number: int) -> Component:
    return Component(number, 3, Secret(hashlib.sha256(b"another %d" % number).digest()))


def in_place(number: int, of: Component) -> Component:
    return replace(of, number=number)


def with_components(bench: Bench, second: Component, third: Component) -> tuple[Card, Card]:
    """An original with its key, and a backup with these components besides the first."""
    bench.at(Stage.ISSUED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    for number in (2, 3):
        original.group.set_component(component(number))
    for item in (second, third):
        backup.group.set_component(item)
    return original, backup


@pytest.mark.parametrize(
    ("second", "third"),
    [
        pytest.param(another(2), component(3), id="wrong"),
        pytest.param(in_place(2, component(3)), in_place(3, component(2)), id="swapped"),
    ],
)
def test_a_ticket_under_a_wrong_component_is_refused(
    bench: Bench, second: Component, third: Component
) -> None:
    original, backup = with_components(bench, second, third)
    with_key = bench.original.unlocked()
    with_key.usage.generate(KeyType.P_256)
    ticket = backup.duplication.ticket(original.report().card_id)
    with refused(Sw.CHECK_FAILED, with_key):
        with_key.duplication.export_key(ticket)


def with_all_authorities(bench: Bench, name: str = "backup") -> Card:
    """The named card with the PIN verified and the issuer authenticated."""
    specimen = getattr(bench, name)
    card: Card = specimen.as_issuer()
    card.pin.verify(specimen.pin)
    return card


def test_a_ticket_under_another_group_id_is_refused(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup = bench.original.unlocked(), with_all_authorities(bench)
    backup.group.clear()
    backup.group.begin(3, hashlib.sha256(GROUP_ID).digest()[:16])
    for number in (1, 2, 3):
        backup.group.set_component(component(number))
    ticket = backup.duplication.ticket(original.report().card_id)
    with refused(Sw.CHECK_FAILED, original):
        original.duplication.export_key(ticket)


def test_nothing_goes_without_the_last_component(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    original, backup, complete = (
        bench.original.unlocked(),
        bench.backup.unlocked(),
        bench.backup2.unlocked(),
    )
    for card in (original, backup):
        card.group.set_component(component(2))
    original.usage.generate(KeyType.P_256)
    with refused(Sw.NOT_FOUND, backup):
        backup.duplication.ticket(original.report().card_id)
    for number in (2, 3):
        complete.group.set_component(component(number))
    ticket = complete.duplication.ticket(original.report().card_id)
    with refused(Sw.NOT_FOUND, original):
        original.duplication.export_key(ticket)
    for card in (original, backup):
        card.group.set_component(component(3))
    duplicate_key(original, backup)


def test_a_component_twice_in_a_group(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    card = bench.backup.unlocked()
    for number in (2, 3):
        with refused(Sw.EXISTS, card):
            card.group.set_component(in_place(number, component(1)))


def test_a_taken_place_keeps_its_component(bench: Bench) -> None:
    bench.at(Stage.COMPLETE)
    card = bench.backup.unlocked()
    for number in (1, 2, 3):
        with refused(Sw.WRONG_STATE, card):
            card.group.set_component(another(number))
        card.group.set_component(component(number))


@pytest.mark.parametrize("bit", range(24))
def test_every_bit_of_a_key_check_value(bench: Bench, bit: int) -> None:
    bench.at(Stage.ISSUED)
    card, item = bench.backup.unlocked(), component(2)
    kcv = (int.from_bytes(item.kcv, "big") ^ 1 << bit).to_bytes(3, "big")
    before = card.report()
    command = Command(0x80, 0x12, 2, 0, item.value.reveal() + kcv)
    assert status(bench.backup.lab, command) == Sw.WRONG_DATA
    assert card.report() == before


def test_components_need_a_group(bench: Bench) -> None:
    bench.at(Stage.BLANK)
    card = bench.backup.as_issuer()
    with refused(Sw.NOT_FOUND, card):
        card.group.set_component(component(1))
    for clear in (card.group.clear, lambda: card.group.clear_component(1)):
        with refused(Sw.NOT_FOUND, card):
            clear()


def test_a_group_that_is_there_is_not_begun_again_but_for_the_same(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    card = bench.backup.unlocked()
    for size, group_id in ((3, b""), (2, GROUP_ID), (3, bytes(16))):
        with refused(Sw.WRONG_STATE, card):
            card.group.begin(size, group_id)
    before = card.report()
    assert card.group.begin(3, GROUP_ID) == GROUP_ID
    assert card.report() == before


def test_a_group_in_use_is_not_cleared(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup = with_all_authorities(bench, "original"), with_all_authorities(bench)
    ticket = backup.duplication.ticket(original.report().card_id)
    for card in (original, backup):
        for number in (0, 1, 3):
            with refused(Sw.WRONG_STATE, card):
                card.group.clear() if number == 0 else card.group.clear_component(number)
    original.duplication.export_key(ticket)
    with refused(Sw.WRONG_STATE, original):
        original.group.clear()
    backup.duplication.cancel()
    backup.group.clear()
    assert backup.report().group is None


def test_a_group_is_cleared_by_who_set_it(bench: Bench) -> None:
    bench.at(Stage.COMPLETE)
    user = bench.backup.unlocked()
    with refused(Sw.AUTHORITY_MISSING, user):
        user.group.clear()
    with refused(Sw.AUTHORITY_MISSING, user):
        user.group.clear_component(1)
    user.group.clear_component(2)
    user.group.clear_component(2)
    issuer = bench.backup.as_issuer()
    for number in (0, 3):
        with refused(Sw.AUTHORITY_MISSING, issuer):
            issuer.group.clear() if number == 0 else issuer.group.clear_component(number)
    issuer.group.clear_component(1)
    group = issuer.report().group
    assert group is not None
    assert [item.set_by for item in group.components] == [
        SetBy.NOBODY,
        SetBy.NOBODY,
        SetBy.USER,
    ]
    card = with_all_authorities(bench)
    for number in (1, 2, 3):
        card.group.clear_component(number)
    card.group.clear()
    assert card.report().group is None


def test_an_erased_group_is_never_set_again(bench: Bench) -> None:
    bench.at(Stage.COMPLETE)
    card = with_all_authorities(bench)
    card.group.clear()
    for size in (1, 3, 8):
        with refused(Sw.WRONG_STATE, card):
            card.group.begin(size, GROUP_ID)
    drawn = card.group.begin(2)
    card.group.clear()
    with refused(Sw.WRONG_STATE, card):
        card.group.begin(2, drawn)
    assert card.group.begin(2) not in (drawn, GROUP_ID)


def test_after_eight_erased_groups_only_ids_of_its_own(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    card = with_all_authorities(bench)
    card.group.clear()
    given = [bytes([number]) * 16 for number in range(1, 8)]
    for group_id in given:
        card.group.begin(1, group_id)
        card.group.clear()
    for group_id in (GROUP_ID, *given, bytes([99]) * 16):
        with refused(Sw.NO_MEMORY, card):
            card.group.begin(1, group_id)
    drawn = card.group.begin(1)
    card.group.clear()
    with refused(Sw.NO_MEMORY, card):
        card.group.begin(1, drawn)
    assert card.group.begin(1) not in (drawn, GROUP_ID, *given)
