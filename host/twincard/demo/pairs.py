"""The chapters about cards: a key group, a pair, and one backup but no second one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from twincard.card.duplication import Ticket
from twincard.card.report import ExportState, Mode, PolicyFlags, Role
from twincard.card.session import Card
from twincard.demo.cast import Actor, Cast, draw_pin
from twincard.demo.narrator import Narrator
from twincard.demo.terminal import Carried
from twincard.flows.duplicate.duplication import DuplicationEvent, DuplicationStep, duplicate_key
from twincard.flows.errors import ProtocolError
from twincard.flows.issue.pair import Profile, issue_pair
from twincard.ground.language import _
from twincard.identity.issuer_signing_key import IssuerSigningKey
from twincard.iso.status import CardError, Sw
from twincard.keys.component import Component, draw_group, read_component, write_component
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey
from twincard.keys.value_lines import kcv_text

GROUP_SIZE = 3
KEEP_GROUP = Profile(GROUP_SIZE, policy=PolicyFlags.NONE)
ERASE_GROUP = Profile(GROUP_SIZE, policy=PolicyFlags.ERASE_GROUP)


@dataclass(frozen=True)
class Pair:
    """An original and its backup in their readers; the duplication unlocks them."""

    original: Actor
    backup: Actor


def make_group(narrator: Narrator, folder: Path) -> list[Path]:
    """Generate a key group; gives the files of its holders, below `folder`."""
    paths = []
    for component in draw_group(GROUP_SIZE):
        holder = folder / f"holder-{component.number}"
        holder.mkdir(parents=True)
        path = holder / f"component-{component.number}.txt"
        write_component(component, path)
        narrator.detail(
            _("{path}  KCV {kcv}").format(
                path=path.relative_to(folder), kcv=kcv_text(component.kcv)
            )
        )
        paths.append(path)
    values = {read_component(path).value.reveal() for path in paths}
    text = _("{count} different components, each in a file of its own").format(count=GROUP_SIZE)
    narrator.check(text, len(values) == GROUP_SIZE)
    return paths


@dataclass(frozen=True)
class Office:
    """The issuer: the key that certifies cards, and the component that it knows."""

    signing_key: IssuerSigningKey
    component: Component


def issue(narrator: Narrator, cast: Cast, owner: str, profile: Profile, office: Office) -> Pair:
    """Make two blank cards and issue them."""
    pin, puk = draw_pin(), draw_pin()
    actors = []
    for name in (owner, f"{owner}-backup"):
        with narrator.step(name, _("blank card; the applet generates its card id")):
            actors.append(cast.enter(name, pin, puk))
    pair = Pair(*actors)
    with narrator.step(
        _("both cards"), _("role, PIN, PUK, key group, component 1 and certificates")
    ):
        issued = issue_pair(
            pair.original.blank,
            pair.backup.blank,
            profile,
            [office.component],
            issuer=office.signing_key,
        )
    narrator.detail(_("key group {id}").format(id=issued.group_id.hex()))
    ids = issued.original_id, issued.backup_id
    reports = pair.original.card.report(), pair.backup.card.report()
    narrator.check(_("the two cards have different ids"), ids[0] != ids[1])
    narrator.check(
        _("both are operational, with one key group and no key yet"),
        all(report.group and report.group.group_id == issued.group_id for report in reports)
        and not any(report.key for report in reports),
    )
    narrator.check(
        _("both are certified by one issuer and allow only host-blind duplication"),
        all(
            report.certified and PolicyFlags.BASE_MODE_FORBIDDEN in report.policy
            for report in reports
        ),
    )
    return pair


def duplicate_pair(
    narrator: Narrator, pair: Pair, components: Sequence[Component], key_type: KeyType
) -> PublicKey:
    """Set the missing components, generate the key pair and hand it over; gives the public key."""
    pair.original.unlock()
    pair.backup.unlock()
    cards = pair.original.card, pair.backup.card
    carried: list[Carried] = []
    with narrator.steps() as begin:

        def on_event(event: DuplicationEvent) -> None:
            if event.step is DuplicationStep.IMPORT:
                carried.append(Carried.between(*cards))
            begin(_place(event, pair), _words(event))

        result = duplicate_key(*cards, components, key_type, on_event=on_event)
    narrator.check(
        _(
            "the terminal carried the key but cannot open it, even with all {count} components"
        ).format(count=len(components)),
        len(carried) == 1 and not carried[0].opens(components, key_type),
    )
    public_key = cards[0].usage.public_key()
    narrator.detail(_("key digest {digest}").format(digest=result.key_digest.hex()))
    export = result.original.export
    narrator.check(
        _("both cards report the digest of the same public key"),
        result.key_digest == public_key.digest and result.generated and result.copied,
    )
    narrator.check(
        _("the original's export is done: 1 backup of 1 allowed"),
        export is not None
        and (export.state, export.slots_used) == (ExportState.DONE, 1)
        and result.original.backups_allowed == 1,
    )
    if PolicyFlags.ERASE_GROUP in result.original.policy:
        narrator.check(_("its key group is erased for good"), result.original.group is None)
    return public_key


def issue_another_backup(narrator: Narrator, cast: Cast, pair: Pair, office: Office) -> Actor:
    """A second backup of the same original, to be refused later."""
    with narrator.step("impostor", _("a third blank card, issued as one more backup")):
        name = "impostor"
        actor = cast.enter(name, draw_pin(), draw_pin())
        blanks = pair.original.blank, actor.blank
        issue_pair(*blanks, KEEP_GROUP, [office.component], issuer=office.signing_key)
    return actor


def refuse_second_backup(
    narrator: Narrator, pair: Pair, impostor: Actor, components: Sequence[Component]
) -> None:
    """Try to get the key a second time, with every PIN and every component."""
    impostor.unlock()
    for component in components:
        impostor.card.group.set_component(component)
    original_id = pair.original.card.report().card_id
    with narrator.step("impostor", _("asks for the key with a valid ticket")):
        pair.original.card.device.verify_certificate(impostor.card.device.certificate())
        ticket = impostor.card.duplication.ticket(original_id, Mode.HOST_BLIND)
    for holder in (pair.original, pair.backup):
        refusal = _refusal(holder.card, ticket)
        narrator.check(
            _("{card} refuses to hand the key over (status word {sw})").format(
                card=holder.name, sw=f"{refusal:04X}"
            ),
            refusal == Sw.WRONG_STATE,
        )
    narrator.check(
        _("the host software refuses too, and gives the reason"),
        _protocol_refuses(pair.original, impostor),
    )
    narrator.check(_("the impostor holds no key"), impostor.card.report().key is None)


def _refusal(card: Card, ticket: Ticket) -> int:
    try:
        card.duplication.export_key(ticket)
    except CardError as error:
        return error.sw
    return Sw.DONE


def _protocol_refuses(original: Actor, impostor: Actor) -> bool:
    try:
        duplicate_key(original.card, impostor.card)
    except ProtocolError:
        return True
    return False


def _place(event: DuplicationEvent, pair: Pair) -> str:
    if len(event.step.roles) > 1:
        return _("both cards")
    return pair.backup.name if Role.BACKUP in event.step.roles else pair.original.name


def _words(event: DuplicationEvent) -> str:
    if event.step is DuplicationStep.COMPONENT:
        return _("holder {number} brings component {number}").format(number=event.component)
    return _(event.step.value)
