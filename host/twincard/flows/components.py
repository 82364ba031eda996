"""The components still missing, set on both cards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from twincard.card.report import CardReport, GroupReport, Role
from twincard.card.session import Card
from twincard.flows.errors import (
    ComponentMissingError,
    ComponentsDifferError,
    DifferentGroupsError,
    EqualComponentsError,
    ProtocolError,
    WrongComponentError,
)
from twincard.ground.language import _
from twincard.keys.component import Component


def places_left(original: CardReport, backup: CardReport) -> tuple[int, ...]:
    """Numbers of the places of the key group that are empty on either card.

    Raises ProtocolError when the cards have different groups or components.
    """
    ours, theirs = _groups(original, backup)
    for mine, other in zip(ours.components, theirs.components, strict=True):
        if None not in (mine.kcv, other.kcv) and mine.kcv != other.kcv:
            raise ComponentsDifferError(mine.number, has_key=original.key is not None)
    return tuple(sorted({*ours.missing, *theirs.missing}))


def set_components(
    original: Card,
    backup: Card,
    reports: tuple[CardReport, CardReport],
    components: Iterable[Component],
    begin: Callable[[int], None],
) -> None:
    """Set what is missing, each first on the original, then on the backup.

    `reports` are those of the two cards; `begin` is called with the number of each component. Needs
    both PINs. Raises ComponentMissingError before anything is set, ProtocolError for a component
    that does not belong, CardError.
    """
    left = places_left(*reports)
    given = _given(components, *reports)
    missing = tuple(number for number in left if number not in given)
    if missing:
        raise ComponentMissingError(missing)
    groups = _groups(*reports)
    for number in left:
        begin(number)
        for card, group in zip((original, backup), groups, strict=True):
            if number in group.missing:
                card.group.set_component(given[number])


def kcvs_held(*reports: CardReport) -> dict[int, bytes]:
    """The KCVs (3 bytes) of the components that any of these cards holds, by their numbers."""
    return {
        place.number: place.kcv
        for report in reports
        for place in (report.group.components if report.group else ())
        if place.kcv is not None
    }


def equal_to(component: Component, kcvs: Mapping[int, bytes]) -> int | None:
    """The number of another component with the same KCV: to 1 in 16 million, the same one."""
    return next(
        (n for n, kcv in kcvs.items() if kcv == component.kcv and n != component.number), None
    )


def check_distinct(components: Iterable[Component], held: Mapping[int, bytes]) -> None:
    """Raise EqualComponentsError where two are the same; `held` are KCVs that a card has, too."""
    kcvs = dict(held)
    for component in components:
        other = equal_to(component, kcvs)
        if other is not None:
            raise EqualComponentsError(*sorted((other, component.number)))
        kcvs[component.number] = component.kcv


def check_size(component: Component, size: int) -> None:
    """Raise ProtocolError unless the component is of a group of `size`."""
    if component.size != size:
        raise ProtocolError(
            _("Component {number} belongs to a key group of size {size}, not {wanted}.").format(
                number=component.number, size=component.size, wanted=size
            )
        )


def _groups(original: CardReport, backup: CardReport) -> tuple[GroupReport, GroupReport]:
    if original.group is None or backup.group is None:
        role = Role.ORIGINAL if original.group is None else Role.BACKUP
        raise ProtocolError(_("The {name} has no key group.").format(name=role.word))
    same_group = original.group.group_id == backup.group.group_id
    if not same_group or original.group.size != backup.group.size:
        raise DifferentGroupsError
    return original.group, backup.group


def _given(
    components: Iterable[Component], original: CardReport, backup: CardReport
) -> dict[int, Component]:
    given: dict[int, Component] = {}
    size = _groups(original, backup)[0].size
    held = kcvs_held(original, backup)
    for component in components:
        number = component.number
        check_size(component, size)
        if number in given and given[number].value != component.value:
            raise ProtocolError(
                _("Component {number} is given twice, with different values.").format(number=number)
            )
        if held.get(number, component.kcv) != component.kcv:
            has_key = original.key is not None
            raise WrongComponentError(number, component.kcv, held[number], has_key=has_key)
        given[number] = component
    check_distinct(given.values(), held)
    return given
