"""The state report says of each component how it came to the card."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.bench import GROUP_ID, Bench, Specimen, Stage, component
from tests.trust.channel.hosts import Host, as_issuer, as_user

from twincard.card.issuer import Personalisation
from twincard.card.log import Event, LogEntry
from twincard.card.report import ComponentWay, GroupReport, PolicyFlags, SetBy
from twincard.card.session import Card

SCP03, SCP11B, PLAIN = ComponentWay.SCP03, ComponentWay.SCP11B, ComponentWay.PLAIN


def group(card: Card) -> GroupReport:
    found = card.report().group
    assert found is not None
    return found


def plain(specimen: Specimen) -> Card:
    return specimen.unlocked()


def through_scp11b(specimen: Specimen) -> Card:
    card = specimen.session(Host(specimen, as_user, extended=False))
    card.pin.verify(specimen.pin)
    return card


def scp03(specimen: Specimen) -> Card:
    return Card(Host(specimen, as_issuer, extended=False))


def by_challenge(specimen: Specimen) -> Card:
    return specimen.as_issuer()


@pytest.mark.parametrize("later", [False, True], ids=["first", "later"])
def test_a_component_that_came_in_the_clear_as_well_is_not_said_to_be_hidden(
    bench: Bench, *, later: bool
) -> None:
    """What SCP03 hid a recorder has all the same, whenever it crosses the wire without."""
    bench.at(Stage.BLANK)
    scp03(bench.original).group.begin(3, GROUP_ID)
    for session in (scp03, by_challenge) if later else (by_challenge, scp03):
        session(bench.original).group.set_component(component(1))
    found = group(bench.original.card())
    assert (found.components[0].set_by, found.components[0].way) == (SetBy.ISSUER, PLAIN)
    assert not found.quantum_safe


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        ((plain, through_scp11b), PLAIN),
        ((through_scp11b, plain), PLAIN),
        ((through_scp11b, through_scp11b), SCP11B),
    ],
    ids=["plain first", "SCP11b first", "SCP11b twice"],
)
def test_a_component_that_comes_again_is_as_open_as_it_ever_was(
    bench: Bench, ways: tuple[Callable[[Specimen], Card], ...], said: ComponentWay
) -> None:
    bench.at(Stage.ISSUED)
    for session in ways:
        session(bench.original).group.set_component(component(2))
    place = group(bench.original.card()).components[1]
    assert (place.set_by, place.kcv, place.way) == (SetBy.USER, component(2).kcv, said)


def test_a_user_who_repeats_the_issuer_s_component_leaves_it_the_issuer_s(bench: Bench) -> None:
    bench.at(Stage.BLANK)
    card = scp03(bench.original)
    card.issuer.personalise(
        Personalisation(
            bench.original.role, bench.original.pin, bench.original.puk, policy=PolicyFlags.NONE
        )
    )
    card.group.begin(3, GROUP_ID)
    card.group.set_component(component(1))
    card.issuer.activate()
    through_scp11b(bench.original).group.set_component(component(1))
    place = group(bench.original.card()).components[0]
    assert (place.set_by, place.way) == (SetBy.ISSUER, SCP11B)
    entries = log_of(bench.original)
    assert entries[-1].event is Event.COMPONENT_SET
    assert entries[-1].detail[:2] == bytes([1, SCP11B << 4 | SetBy.ISSUER])
    # Once more the same way is nothing new.
    through_scp11b(bench.original).group.set_component(component(1))
    assert log_of(bench.original) == entries


def log_of(specimen: Specimen) -> tuple[LogEntry, ...]:
    return specimen.card().log.read(bytes(16)).entries


def test_the_report_says_how_each_component_came(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    plain(bench.original).group.set_component(component(2))
    through_scp11b(bench.original).group.set_component(component(3))
    places = group(bench.original.card()).components
    assert [(place.set_by, place.way) for place in places[1:]] == [
        (SetBy.USER, PLAIN),
        (SetBy.USER, SCP11B),
    ]


@pytest.mark.parametrize("way", [PLAIN, SCP03], ids=lambda way: way.name)
def test_a_group_is_quantum_safe_by_an_issuer_s_component_through_scp03(
    bench: Bench, way: ComponentWay
) -> None:
    bench.at(Stage.BLANK)
    card = bench.original.as_issuer()
    if way is SCP03:
        card = Card(Host(bench.original, as_issuer, extended=False))
    card.group.begin(3, GROUP_ID)
    card.group.set_component(component(1))
    found = group(bench.original.card())
    assert (found.components[0].set_by, found.components[0].way) == (SetBy.ISSUER, way)
    assert found.quantum_safe == (way is SCP03)


@pytest.mark.parametrize("clear", [plain, through_scp11b], ids=["plain", "SCP11b"])
def test_who_set_a_component_clears_it_whichever_way_it_came(
    bench: Bench, clear: Callable[[Specimen], Card]
) -> None:
    bench.at(Stage.ISSUED)
    through_scp11b(bench.original).group.set_component(component(2))
    clear(bench.original).group.clear_component(2)
    place = group(bench.original.card()).components[1]
    assert (place.set_by, place.kcv, place.way) == (SetBy.NOBODY, None, None)
