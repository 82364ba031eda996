"""Issue: blank cards become an original and a backup that share a key group (S101-S123)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from twincard.card.files import EXPIRY_DATE, MEMBER_NUMBER, Condition, EfAccess
from twincard.card.issuer import Personalisation
from twincard.card.report import GroupReport, LifeCycle, PolicyFlags, Role
from twincard.card.session import Card
from twincard.card.status import AlreadyExistsError, NotFoundError
from twincard.keys.component import LARGEST_GROUP, Component
from twincard.keys.secret import Secret
from twincard.protocols.components import check_size
from twincard.protocols.errors import ProtocolError

_FILE_NAMES = {MEMBER_NUMBER: "member's number", EXPIRY_DATE: "expiry date"}
_PUBLIC_FILE = EfAccess(read=Condition.ALWAYS, update=Condition.ISSUER, delete=Condition.ISSUER)


@dataclass(frozen=True)
class Profile:
    """What the cards of a pair have in common.

    `backups` is how many backups the original may make of one key. Member's number and expiry
    date are the contents of their files on the original; None leaves the file out.
    """

    group_size: int = 3
    backups: int = 1
    policy: PolicyFlags = PolicyFlags.NONE
    member_number: bytes | None = None
    expiry_date: bytes | None = None


@dataclass(frozen=True)
class Blank:
    """A card to be issued: its session, its transport key, and the PIN and PUK it shall have."""

    card: Card
    transport_key: Secret
    pin: Secret
    puk: Secret


class IssueStep(Enum):
    """What issuing does to one card, in this order."""

    PERSONALISE = "personalise"
    GROUP = "begin the key group"
    COMPONENT = "set components"
    FILES = "write the card's files"
    ACTIVATE = "activate"


@dataclass(frozen=True)
class IssueEvent:
    """A step begins on the card that becomes `role`."""

    role: Role
    step: IssueStep


@dataclass(frozen=True)
class IssuedPair:
    """Card ids and group id, 16 bytes each."""

    original_id: bytes
    backup_id: bytes
    group_id: bytes


def issue_pair(
    original: Blank,
    backup: Blank,
    profile: Profile,
    components: Sequence[Component] = (),
    progress: Callable[[IssueEvent], None] = lambda _: None,
) -> IssuedPair:
    """Make the cards an operational original and backup with the same key group.

    `components` are those the issuer knows: none, some or all. The original draws the group id.
    May be interrupted anywhere and repeated with the same arguments: a card that is operational
    already is only checked, and refused where it differs from them (its PIN, PUK and transport key
    cannot be seen). So a further backup can be issued to an original in use.
    Raises ProtocolError, CardError, TransportError.
    """
    _check_arguments(profile, components)
    if original.card is backup.card:
        raise ProtocolError("Original and backup must be two cards.")
    originals = _Issuing(original, Role.ORIGINAL, profile, components, progress)
    group_id = originals.issue(b"")
    backups = _Issuing(backup, Role.BACKUP, profile, components, progress)
    backups.issue(group_id)
    return IssuedPair(originals.report.card_id, backups.report.card_id, group_id)


def _check_arguments(profile: Profile, components: Sequence[Component]) -> None:
    if not 1 <= profile.group_size <= LARGEST_GROUP:
        raise ProtocolError(f"A key group has 1 to {LARGEST_GROUP} components.")
    if len({component.number for component in components}) != len(components):
        raise ProtocolError("A component is given twice.")
    for component in components:
        check_size(component, profile.group_size)


class _Issuing:
    """The issue of one card."""

    def __init__(
        self,
        blank: Blank,
        role: Role,
        profile: Profile,
        components: Sequence[Component],
        progress: Callable[[IssueEvent], None],
    ) -> None:
        self.report = blank.card.report()
        self._blank = blank
        self._card = blank.card
        self._role = role
        self._profile = profile
        self._components = components
        self._progress = progress

    def issue(self, group_id: bytes) -> bytes:
        """Bring the card to operation; returns the group id. An empty `group_id`: any."""
        if self.report.life_cycle is LifeCycle.TERMINATED:
            raise ProtocolError(f"The card for the {self._name} was terminated; take another.")
        if self.report.life_cycle is LifeCycle.OPERATIONAL:
            return self._check_issued(group_id)
        self._personalise()
        group_id = self._begin_group(group_id)
        self._set_components()
        if self._role is Role.ORIGINAL:
            self._write_files()
        self._announce(IssueStep.ACTIVATE)
        self._card.issuer.activate()
        return group_id

    @property
    def _name(self) -> str:
        return self._role.name.lower()

    def _announce(self, step: IssueStep) -> None:
        self._progress(IssueEvent(self._role, step))

    def _check_issued(self, group_id: bytes) -> bytes:
        group = self.report.group
        if self.report.role is not self._role:
            raise ProtocolError(f"The card for the {self._name} was issued in another role.")
        if group is None or group.size != self._profile.group_size:
            raise ProtocolError(
                f"The {self._name} is operational, without a key group "
                f"of {self._profile.group_size}."
            )
        if group_id and group.group_id != group_id:
            raise ProtocolError(f"The {self._name} is operational with another key group.")
        self._check_policy()
        self._check_components(group)
        if self._role is Role.ORIGINAL:
            self._check_files()
        return group.group_id

    def _check_policy(self) -> None:
        allowed = self.report.backups_allowed
        if allowed != self._backups:
            raise ProtocolError(
                f"The {self._name} is operational and may make {allowed} backups of a key, "
                f"not {self._backups}."
            )
        if self.report.policy != self._profile.policy:
            raise ProtocolError(
                f"The {self._name} is operational with other rules: {_names(self.report.policy)}, "
                f"not {_names(self._profile.policy)}."
            )

    def _check_components(self, group: GroupReport) -> None:
        for component in self._components:
            kcv = group.components[component.number - 1].kcv
            if kcv is None:
                raise ProtocolError(
                    f"The {self._name} is operational without component {component.number}, "
                    "which only its user can set now."
                )
            if kcv != component.kcv:
                raise ProtocolError(
                    f"The {self._name} is operational with another component {component.number}."
                )

    def _check_files(self) -> None:
        for fid, content in self._contents.items():
            if content is not None and self._read_file(fid) != content:
                raise ProtocolError(
                    f"The {self._name} is operational with another {_FILE_NAMES[fid]}, or none."
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
        self._announce(IssueStep.PERSONALISE)
        self._card.issuer.authenticate(self.report.card_id, self._blank.transport_key)
        self._card.issuer.personalise(
            Personalisation(
                self._role,
                self._blank.pin,
                self._blank.puk,
                self._backups,
                self._profile.policy,
            )
        )

    def _begin_group(self, group_id: bytes) -> bytes:
        self._announce(IssueStep.GROUP)
        group = self.report.group
        if group is not None:
            same_size = group.size == self._profile.group_size
            if same_size and group_id in (b"", group.group_id):
                return group.group_id
            # Left by an issue that was broken off with other arguments; nothing depends on it.
            self._card.group.clear()
        return self._card.group.begin(self._profile.group_size, group_id)

    def _set_components(self) -> None:
        if not self._components:
            return
        self._announce(IssueStep.COMPONENT)
        places = self._card.report().group
        for component in self._components:
            kcv = places.components[component.number - 1].kcv if places else None
            if kcv not in (None, component.kcv):
                self._card.group.clear_component(component.number)
            self._card.group.set_component(component)

    def _write_files(self) -> None:
        self._announce(IssueStep.FILES)
        for fid, content in self._contents.items():
            if content is not None:
                self._write_file(fid, content)

    def _read_file(self, fid: int) -> bytes | None:
        files = self._card.files
        try:
            return files.read(files.select(fid).size or 0)
        except NotFoundError:
            return None

    def _write_file(self, fid: int, content: bytes) -> None:
        files = self._card.files
        files.select()
        try:
            files.create_ef(fid, len(content), _PUBLIC_FILE)
        except AlreadyExistsError:
            if files.select(fid).size != len(content):
                files.select()
                files.delete(fid)
                files.create_ef(fid, len(content), _PUBLIC_FILE)
        files.update(content)


def _names(policy: PolicyFlags) -> str:
    names = [flag.name or "" for flag in policy]
    return ", ".join(names).lower().replace("_", " ") or "none"
