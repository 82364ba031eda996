"""Issue: blank cards become an original and a backup that share a key group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from twincard.card.report import Features, Mode, Role
from twincard.flows.components import check_distinct, check_size
from twincard.flows.errors import ProtocolError
from twincard.flows.events import Listener, ignore
from twincard.flows.issue.one_card import Issuing
from twincard.flows.issue.profile import Blank, IssueEvent, IssueStep, Modes, Profile
from twincard.ground.language import _
from twincard.identity.issuer_signing_key import IssuerSigningKey
from twincard.keys.component import LARGEST_GROUP, Component

__all__ = [
    "Blank",
    "IssueEvent",
    "IssueStep",
    "IssuedPair",
    "Modes",
    "NoHostBlindModeError",
    "OtherIssuerError",
    "Profile",
    "issue_pair",
    "modes_of",
]


class OtherIssuerError(ProtocolError):
    """A card needs a certificate by the other card's issuer, whose signing key was not given."""


class NoHostBlindModeError(ProtocolError):
    """A card reports no host-blind mode, but the pair is to be issued for that mode only."""


@dataclass(frozen=True)
class IssuedPair:
    """Card ids and group id, 16 bytes each; the mode in which the two exchange a key.

    `issuer_public_key` (a point) is that of the issuer who certified them: where a card was
    operational before, the one it reports through the channel of its transport key. `kcvs` (3 bytes
    each) are those of the original's components in order, None for one that is not set.
    """

    original_id: bytes
    backup_id: bytes
    group_id: bytes
    mode: Mode
    issuer_public_key: bytes | None = field(repr=False)
    kcvs: tuple[bytes | None, ...] = ()


def modes_of(original: Blank, backup: Blank, profile: Profile) -> Modes:
    """The modes that the pair will have: what the profile says, or what its chips allow."""
    able = original.card.features & backup.card.features
    return profile.modes if Features.HOST_BLIND in able else Modes.BASE


def issue_pair(
    original: Blank,
    backup: Blank,
    profile: Profile,
    components: Sequence[Component] = (),
    issuer: IssuerSigningKey | None = None,
    *,
    plain: bool = False,
    on_event: Listener[IssueEvent] = ignore,
) -> IssuedPair:
    """Make the cards an operational original and backup with the same key group.

    `components` are those the issuer knows: none, some or all. The original generates the group id.
    `issuer` certifies the cards; without it a key is generated for this pair and forgotten, so that
    no third card can ever join it. PIN, PUK and components go to a card without its issuer's secure
    channel only where `plain` allows it. Both cards are certified before either is operational. May
    be interrupted anywhere and repeated with the same arguments: an operational card must prove
    that it has the transport key; it is only checked, and refused if it differs from the arguments
    (its PIN and PUK cannot be checked). So, with `issuer`, a further backup can be issued to an
    original in use. Raises NoHostBlindModeError, NoIssuerChannelError, ProtocolError, CardError,
    TransportError.
    """
    _check_arguments(profile, components)
    if original.card is backup.card:
        raise ProtocolError(_("The original and the backup must be two different cards."))
    wanted = profile.modes
    _check_able(original, backup, profile)
    profile = replace(profile, modes=modes_of(original, backup, profile))
    first = Issuing(original, Role.ORIGINAL, profile, components, on_event, plain=plain)
    second = Issuing(backup, Role.BACKUP, profile, components, on_event, plain=plain)
    for item in (first, second):
        item.check_channel()
    if first.is_operational or second.is_operational:
        for item in (first, second):
            item.prove(needed=profile.modes is not Modes.BASE)
    operational = [item for item in (first, second) if item.is_operational]
    for item in operational:
        item.check(b"")
    if profile.modes is Modes.BASE:
        group_id = _prepare([first, second], [])
        if wanted is not Modes.BASE:
            _check_unable(original, backup)
        _activate([first, second])
        return _issued(first, second, profile, group_id, None)
    waiting = [item for item in (first, second) if not item.is_operational]
    finished = _finished(operational, waiting, issuer)
    group_id = _prepare([first, second], finished)
    issuer = issuer or IssuerSigningKey.draw()
    for item in (first, second):
        if item not in finished:
            item.certify(issuer)
    _activate([first, second])
    issuer_public_key = finished[0].certified_by if finished else issuer.public_key
    return _issued(first, second, profile, group_id, issuer_public_key)


def _check_able(original: Blank, backup: Blank, profile: Profile) -> None:
    """Refuse a card without host-blind mode where that mode is required."""
    if profile.modes is Modes.HOST_BLIND and modes_of(original, backup, profile) is Modes.BASE:
        raise NoHostBlindModeError(
            _(
                "A card reports that it has no host-blind mode, but this pair must have it. "
                "Somebody between this computer and the card may have changed its answer."
            )
        )


def _check_unable(original: Blank, backup: Blank) -> None:
    """The cards reported missing features in the clear; check again through the channel, if any."""
    if (
        Features.HOST_BLIND
        in original.card.kept_report().features & backup.card.kept_report().features
    ):
        raise ProtocolError(
            _(
                "A card with host-blind mode first reported that it has none. Somebody "
                "between this computer and the cards may have changed its answer."
            )
        )


def _check_arguments(profile: Profile, components: Sequence[Component]) -> None:
    if not 1 <= profile.group_size <= LARGEST_GROUP:
        raise ProtocolError(
            _("A key group must have 1 to {most} components.").format(most=LARGEST_GROUP)
        )
    if len({component.number for component in components}) != len(components):
        raise ProtocolError(_("The same component number is given twice."))
    for component in components:
        check_size(component, profile.group_size)
    check_distinct(components, {})


def _finished(
    operational: Sequence[Issuing], waiting: Sequence[Issuing], issuer: IssuerSigningKey | None
) -> list[Issuing]:
    """The cards that have the certificate they will keep.

    An operational card has it for good. A card waiting for activation that was certified by the
    same issuer before an interruption is not certified again with a new key. Raises
    OtherIssuerError, ProtocolError.
    """
    if not operational:
        return []
    keys = {item.certified_by for item in operational}
    known = keys.pop()
    if keys or known is None:
        raise ProtocolError(
            _(
                "An operational card has no certificate from the other card's issuer, and "
                "cannot get one any more. Use another card, or issue the pair for base mode."
            )
        )
    if issuer is not None and issuer.public_key != known:
        raise OtherIssuerError(
            _("The {name} was certified with another issuer's signing key.").format(
                name=operational[0].name
            )
        )
    if issuer is not None:
        return list(operational)
    for item in waiting:
        if item.certified_by != known:
            raise OtherIssuerError(
                _(
                    "The {name} needs a certificate made with the signing key that certified "
                    "the {other}."
                ).format(name=item.name, other=operational[0].name)
            )
    return [*operational, *waiting]


def _prepare(cards: Sequence[Issuing], finished: Sequence[Issuing]) -> bytes:
    """Check what is finished or operational, prepare the others; returns the group id."""
    group_id = b""
    for item in cards:
        if item.is_operational or item in finished:
            group_id = item.check(group_id)
        else:
            group_id = item.prepare(group_id)
    return group_id


def _activate(cards: Sequence[Issuing]) -> None:
    for item in cards:
        if not item.is_operational:
            item.activate()


def _issued(
    first: Issuing,
    second: Issuing,
    profile: Profile,
    group_id: bytes,
    issuer_public_key: bytes | None,
) -> IssuedPair:
    mode = Mode.BASE if issuer_public_key is None else Mode.HOST_BLIND
    ids = first.report.card_id, second.report.card_id
    kcvs = tuple(first.kcvs.get(number) for number in range(1, profile.group_size + 1))
    return IssuedPair(*ids, group_id, mode, issuer_public_key, kcvs)
