"""The issue of one card of a pair: made new, or checked where it was issued before."""

from __future__ import annotations

from collections.abc import Sequence

from twincard.card.files import EXPIRY_DATE, MEMBER_NUMBER
from twincard.card.issuer import Personalisation
from twincard.card.report import Features, GroupReport, LifeCycle, PolicyFlags, Role
from twincard.flows.authority import NoIssuerChannelError, take_authority
from twincard.flows.certify.card_files import read_file, write_file
from twincard.flows.certify.certificate_files import make_certificate_files
from twincard.flows.certify.opensc import make_opensc_files
from twincard.flows.components import check_distinct, kcvs_held
from twincard.flows.errors import ProtocolError
from twincard.flows.events import Listener
from twincard.flows.issue.profile import Blank, IssueEvent, IssueStep, Profile
from twincard.ground.language import N_, _, listed
from twincard.identity.issuer_signing_key import IssuerSigningKey
from twincard.iso.status import CardError
from twincard.keys.component import Component
from twincard.keys.value_lines import kcv_text

_FILE_NAMES = {MEMBER_NUMBER: N_("member's number"), EXPIRY_DATE: N_("expiry date")}


class Issuing:
    """One card while it is issued."""

    def __init__(
        self,
        blank: Blank,
        role: Role,
        profile: Profile,
        components: Sequence[Component],
        on_event: Listener[IssueEvent],
        *,
        plain: bool,
    ) -> None:
        """Raises ProtocolError for a card that was terminated."""
        self.report = blank.card.kept_report()
        self.name = role.word
        self._blank = blank
        self._card = blank.card
        self._role = role
        self._profile = profile
        self._components = components
        self._on_event = on_event
        self._plain = plain
        self._has_authority = False
        self._group_was_there = False
        self.kcvs: dict[int, bytes] = {}
        """Of the components that it holds, once it is prepared or checked."""
        if self.report.life_cycle is LifeCycle.TERMINATED:
            raise ProtocolError(
                _("The card for the {name} is terminated. Use another card.").format(name=self.name)
            )

    @property
    def is_operational(self) -> bool:
        """Whether the card was issued before."""
        return self.report.life_cycle is LifeCycle.OPERATIONAL

    @property
    def certified_by(self) -> bytes | None:
        """The public key (a point) of the issuer who certified the card, if one has."""
        return self._card.device.issuer_public_key() if self.report.certified else None

    def check_channel(self) -> None:
        """Raise NoIssuerChannelError, before any card is written to, where there must be one."""
        has_channel = Features.SCP03 in self._card.features | self.report.features
        if not (has_channel or self._plain or self._card.serves_opensc):
            raise NoIssuerChannelError

    def prove(self, *, needed: bool) -> None:
        """Let the card prove that it has this transport key, by opening the issuer's channel.

        From then on the card's report is authentic; before, anybody in between could forge it.
        Raises ProtocolError for a card without such a channel where that is `needed`; CardError.
        """
        if Features.SCP03 in self._card.features | self.report.features:
            try:
                self._take_authority()
            except CardError as error:
                error.add_note(self.name)
                raise
            self.report = self._card.kept_report()
        elif needed:
            raise ProtocolError(
                _(
                    "The {name} reports no secure channel for its issuer, so it cannot "
                    "prove that it is the card that was issued. Use another reader or card."
                ).format(name=self.name)
            )

    def prepare(self, group_id: bytes) -> bytes:
        """All but certificate and activation; returns the group id. An empty `group_id`: any."""
        self._personalise()
        group_id = self._begin_group(group_id)
        self._set_components()
        self._write_files()
        return group_id

    def certify(self, issuer: IssuerSigningKey) -> None:
        """Certify the device key of a card that is prepared."""
        self._announce(IssueStep.CERTIFY)
        keys = self._card.device.keys()
        certificate = issuer.certify(self.report.card_id, self._role, keys.device_key)
        self._card.device.certify(issuer.public_key, certificate)

    def activate(self) -> None:
        """Make the card operational."""
        self._announce(IssueStep.ACTIVATE)
        self._take_authority()
        self._card.issuer.activate()

    def check(self, group_id: bytes) -> bytes:
        """Check that the card is as it would be issued now; returns its group id.

        An empty `group_id`: any. Raises ProtocolError that names what differs.
        """
        group = self.report.group
        if self.report.role is not self._role:
            raise ProtocolError(
                _("The card given as the {name} was issued with another role.").format(
                    name=self.name
                )
            )
        if group is None:
            raise ProtocolError(
                _(
                    "The {name} is {state} and has no key group any more, so it can have no "
                    "further backup. Issue two blank cards."
                ).format(name=self.name, state=self._state)
            )
        if group.size != self._profile.group_size:
            raise ProtocolError(
                _(
                    "The {name} is {state}, without a key group of {size}. Its key group has "
                    "{components} components: give --group-size {components}."
                ).format(
                    name=self.name,
                    state=self._state,
                    size=self._profile.group_size,
                    components=group.size,
                )
            )
        if group_id and group.group_id != group_id:
            raise ProtocolError(
                _(
                    "The {name} is {state} with another key group: the two cards are not of one "
                    "pair. `twincard card info` shows the group of each; take the card that "
                    "belongs to this one, or a blank card."
                ).format(name=self.name, state=self._state)
            )
        self._check_policy()
        self._check_components(group)
        self.kcvs = kcvs_held(self.report)
        if self._role is Role.ORIGINAL:
            self._check_files()
        return group.group_id

    @property
    def _state(self) -> str:
        return _("operational") if self.is_operational else _("prepared")

    def _take_authority(self) -> None:
        if not self._has_authority:
            take_authority(self._card, self.report, self._blank.transport_key, plain=self._plain)
            self._has_authority = True

    def _announce(self, step: IssueStep) -> None:
        self._on_event(IssueEvent((self.report.card_id,), self._role, step))

    def _check_policy(self) -> None:
        allowed = self.report.backups_allowed
        if allowed != self._backups:
            raise ProtocolError(
                _(
                    "The {name} is already {state}, with another number of backups allowed "
                    "per key ({allowed}) than requested ({backups}). Run the command with "
                    "the options of the first run, or use another card."
                ).format(name=self.name, state=self._state, allowed=allowed, backups=self._backups)
            )
        wanted = self._profile.whole_policy
        if self.report.policy != wanted:
            raise ProtocolError(
                _(
                    "The {name} is already {state} with a different policy ({rules}) than "
                    "requested ({wanted}). Run the command with the options of the first "
                    "run, or use another card."
                ).format(
                    name=self.name,
                    state=self._state,
                    rules=_names(self.report.policy),
                    wanted=_names(wanted),
                )
            )

    def _check_components(self, group: GroupReport) -> None:
        for component in self._components:
            kcv = group.components[component.number - 1].kcv
            if kcv is None:
                raise ProtocolError(
                    _(
                        "The {name} is {state} without component {number}, which only its user "
                        "can set now. Leave --component {number} out, and set it with "
                        "`twincard duplicate`."
                    ).format(name=self.name, state=self._state, number=component.number)
                )
            if kcv != component.kcv:
                raise ProtocolError(self._other_component(component, kcv))

    def _other_component(self, component: Component, kcv: bytes) -> str:
        number = component.number
        told = _(
            "The {name} is {state} with another component {number}: its KCV is {held}, and that "
            "of the component given {kcv}."
        ).format(
            name=self.name,
            state=self._state,
            number=number,
            held=kcv_text(kcv),
            kcv=kcv_text(component.kcv),
        )
        if self.report.key is not None:
            way = _("Give the one with KCV {held}: a card that holds a key keeps its components.")
        else:
            way = _(
                "Give the one with KCV {held}; or, if the card holds the wrong one, clear it with "
                "`twincard group clear -r READER {number}`, leave --component {number} out, "
                "and set it with `twincard duplicate`."
            )
        way = way.format(held=kcv_text(kcv), number=number)
        return _("{sentence} {advice}").format(sentence=told, advice=way)

    def _check_files(self) -> None:
        for fid, content in self._contents.items():
            if content is not None and read_file(self._card, fid) != content:
                raise ProtocolError(
                    _(
                        "The {name} is already {state} with a different {file}, or with none."
                    ).format(name=self.name, state=self._state, file=_(_FILE_NAMES[fid]))
                )

    @property
    def _backups(self) -> int:
        return self._profile.backups if self._role is Role.ORIGINAL else 0

    @property
    def _contents(self) -> dict[int, bytes | None]:
        return {
            MEMBER_NUMBER: self._profile.member_number,
            EXPIRY_DATE: self._profile.expiry_date,
        }

    def _personalise(self) -> None:
        pin, puk = self._blank.pin, self._blank.puk
        if not (len(pin) and len(puk)):
            raise ProtocolError(
                _("The {name} is not issued yet, so it needs a PIN and a PUK.").format(
                    name=self.name
                )
            )
        self._announce(IssueStep.PERSONALISE)
        self._take_authority()
        self._card.issuer.personalise(
            Personalisation(
                self._role,
                pin,
                puk,
                self._backups,
                policy=self._profile.whole_policy,
                transport_pin=self._profile.transport_pin,
            )
        )

    def _begin_group(self, group_id: bytes) -> bytes:
        self._announce(IssueStep.GROUP)
        group = self.report.group
        if group is not None:
            same_size = group.size == self._profile.group_size
            if same_size and group_id in (b"", group.group_id):
                self._group_was_there = True
                return group.group_id
            # Left by an interrupted issue with other arguments; nothing depends on it.
            self._card.group.clear()
        return self._card.group.begin(self._profile.group_size, group_id)

    def _set_components(self) -> None:
        # A group that was begun just now holds none.
        held = kcvs_held(self._card.kept_report()) if self._group_was_there else {}
        self.kcvs = held | {component.number: component.kcv for component in self._components}
        if not self._components:
            return
        self._announce(IssueStep.COMPONENT)
        given = {component.number for component in self._components}
        check_distinct(self._components, {n: held[n] for n in held if n not in given})
        for component in self._components:
            if held.get(component.number, component.kcv) != component.kcv:
                self._card.group.clear_component(component.number)
            self._card.group.set_component(component)

    def _write_files(self) -> None:
        self._announce(IssueStep.FILES)
        if self._role is Role.ORIGINAL:
            for fid, content in self._contents.items():
                if content is not None:
                    write_file(self._card, (fid,), content)
        make_opensc_files(self._card, self.report, self._label)
        sizes = self._profile.certificate_bytes, self._profile.chain_bytes
        make_certificate_files(self._card, *sizes)

    @property
    def _label(self) -> str:
        """The label that other programs show: with the member's number, if there is one."""
        number = self._profile.member_number if self._role is Role.ORIGINAL else None
        name = self._role.name.lower() if number is None else number.decode(errors="replace")
        return f"twincard {name}"


def _names(policy: PolicyFlags) -> str:
    return listed(policy.words) or _("none")
