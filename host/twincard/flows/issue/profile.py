"""The settings with which a pair is issued, and the steps of issuing."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar

from twincard.card.report import PolicyFlags, Role
from twincard.card.session import Card
from twincard.flows.events import FlowEvent
from twincard.ground.language import N_
from twincard.keys.secret import Secret, check_secret


class Modes(Enum):
    """The modes of duplication that a pair is issued for."""

    HOST_BLIND = "host-blind mode only"
    EITHER = "host-blind mode, and base mode with cards that have no other"
    BASE = "base mode only: the cards get no certificates"


@dataclass(frozen=True)
class Profile:
    """What the cards of a pair have in common.

    `backups` is how many backups the original may make of one key. Member's number and expiry date
    are the contents of their files on the original; None leaves the file out. Where a chip lacks
    host-blind mode, EITHER comes to BASE, and HOST_BLIND to a refusal. By default the key group is
    erased after the last backup. `policy` is without BASE_MODE_FORBIDDEN, which `modes` decides,
    and without PUBLIC_KEY_WITHHELD: where a key may have backups, the public key waits for one,
    unless `public_key_at_once` is set. `transport_pin`: the PIN of the issue allows only the
    duplication. `certificate_bytes` and `chain_bytes` are the sizes of the files for each key's
    certificate and for those of its issuers; None: see make_certificate_files.
    """

    group_size: int = 3
    backups: int = 1
    policy: PolicyFlags = PolicyFlags.ERASE_GROUP
    member_number: bytes | None = None
    expiry_date: bytes | None = None
    modes: Modes = Modes.HOST_BLIND
    certificate_bytes: int | None = None
    chain_bytes: int | None = None
    public_key_at_once: bool = False
    transport_pin: bool = False

    def __post_init__(self) -> None:
        for name in ("member_number", "expiry_date"):
            value = getattr(self, name)
            if not isinstance(value, bytes | None):
                raise TypeError(f"{name} must be bytes, not {type(value).__name__}")

    @property
    def whole_policy(self) -> PolicyFlags:
        """The complete policy for the cards."""
        policy = self.policy
        if self.modes is Modes.HOST_BLIND:
            policy |= PolicyFlags.BASE_MODE_FORBIDDEN
        if self.backups and not self.public_key_at_once:
            policy |= PolicyFlags.PUBLIC_KEY_WITHHELD
        return policy


@dataclass(frozen=True)
class Blank:
    """A card to be issued: its session, its transport key, and its future PIN and PUK.

    An operational card needs neither PIN nor PUK.
    """

    card: Card
    transport_key: Secret
    pin: Secret = field(default_factory=lambda: Secret(b""))
    puk: Secret = field(default_factory=lambda: Secret(b""))

    def __post_init__(self) -> None:
        for name in ("transport_key", "pin", "puk"):
            check_secret(getattr(self, name), name)


class IssueStep(Enum):
    """What issuing does to one card, in this order."""

    PERSONALISE = N_("personalise")
    GROUP = N_("begin the key group")
    COMPONENT = N_("set components")
    FILES = N_("write the card's files")
    CERTIFY = N_("certify")
    ACTIVATE = N_("activate")


@dataclass(frozen=True)
class IssueEvent(FlowEvent):
    """A step begins on the card that becomes `role`."""

    name: ClassVar[str] = "issue.step"
    role: Role
    step: IssueStep
