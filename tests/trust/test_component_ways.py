"""The state report says of each component how it came to the card."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.bench import GROUP_ID, Bench, Specimen, Stage, component
from tests.trust.channel.hosts import Host, as_issuer, as_user

from twincard.card.report import ComponentWay, GroupReport, SetBy
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
