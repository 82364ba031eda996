"""Clears exposed or wrong components on a card that holds no key yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twincard.card.report import CardReport, ImportState, Role, SetBy
from twincard.card.session import Card
from twincard.flows.errors import ProtocolError
from twincard.ground.language import _


class GroupFixedError(ProtocolError):
    """The key group of the card cannot be changed, or not yet; the message says what to do."""


@dataclass(frozen=True)
class Clearing:
    """The numbers of the components to clear, by the authority that this takes."""

    by_user: tuple[int, ...]
    by_issuer: tuple[int, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """All of them, in order."""
        return tuple(sorted((*self.by_user, *self.by_issuer)))


def plan_clearing(report: CardReport, numbers: Iterable[int] = ()) -> Clearing:
    """Plan to clear these components on a card, or all; those that are not set are left out.

    Raises GroupFixedError, ProtocolError for a card without a group, or with a smaller one.
    """
    if report.key is not None:
        raise GroupFixedError(_fixed(report.role))
    if report.group is None:
        raise ProtocolError(
            _("This card has no key group that could be cleared: `twincard issue` gives it one.")
        )
    if report.import_ is not None and report.import_.state is ImportState.TICKETED:
        raise GroupFixedError(
            _(
                "This backup has asked its original for the key. Cancel that first with "
                "`twincard duplicate --cancel`, then run this command again."
            )
        )
    if report.key_service is not None and report.key_service.state is ImportState.TICKETED:
        raise GroupFixedError(
            _(
                "This card is waiting for a key from a key service. Wait for that key, or cancel "
                "the request, then run this command again."
            )
        )
    wanted = sorted(set(numbers)) or range(1, report.group.size + 1)
    for number in wanted:
        if not 1 <= number <= report.group.size:
            raise ProtocolError(
                _("A key group of size {size} has no component {number}.").format(
                    size=report.group.size, number=number
                )
            )
    set_by = {item.number: item.set_by for item in report.group.components}
    return Clearing(
        tuple(number for number in wanted if set_by[number] is SetBy.USER),
        tuple(number for number in wanted if set_by[number] is SetBy.ISSUER),
    )


def clear_components(card: Card, numbers: Iterable[int]) -> None:
    """Clear components, each under the authority that set it, which the card must have by now.

    May be interrupted and repeated. Raises ProtocolError if the card reports afterwards that it
    still holds one, CardError, TransportError.
    """
    cleared = tuple(numbers)
    for number in cleared:
        card.group.clear_component(number)
    group = card.kept_report().group
    if group is None or not set(cleared) <= set(group.missing):
        raise ProtocolError(_("The card does not report that the components are cleared."))


def _fixed(role: Role) -> str:
    if role is Role.BACKUP:
        return _(
            "This backup holds a key, so its key group can no longer be changed. It no longer "
            "needs its components."
        )
    return _(
        "This card holds a key, so its key group can no longer be changed. If a component is lost "
        "or was exposed, issue a new pair with a new group (`twincard group new`, "
        "`twincard issue`), and move the files with `twincard recover`."
    )
