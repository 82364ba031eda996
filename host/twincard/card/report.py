"""A card's state report as types (docs/card-interface.md, "State report")."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from twincard.ground.language import N_, _
from twincard.keys.key_type import KeyType

ID_BYTES = 16
NONCE_BYTES = 16
WAY_SHIFT = 4
"""The way of a component is in the upper half of the byte for who set it."""
ARCHIVE_ID_BYTES = 16


class LifeCycle(IntEnum):
    """Where the card is in its life (ISO 7816-4, 7.4.10)."""

    INITIALISATION = 0x03
    OPERATIONAL = 0x05
    TERMINATED = 0x0F


class Role(IntEnum):
    """The role that the card was personalised with."""

    NONE = 0
    ORIGINAL = 1
    BACKUP = 2

    @property
    def word(self) -> str:
        """The role's name in the language in use."""
        return _(_ROLE_WORDS[self])


_ROLE_WORDS = {Role.NONE: N_("none"), Role.ORIGINAL: N_("original"), Role.BACKUP: N_("backup")}


class Features(IntFlag):
    """What the chip and this build of the applet can do."""

    RSA_2048 = 1 << 0
    P_256 = 1 << 1
    POINTS_CHECKED = 1 << 2
    EXTENDED_LENGTH = 1 << 3
    HOST_BLIND = 1 << 4
    KEK_128 = 1 << 5
    KEK_192 = 1 << 6
    SHA_1 = 1 << 7
    SHA_384 = 1 << 8
    SHA_512 = 1 << 9
    SCP03 = 1 << 10
    SCP11B = 1 << 11
    SIGNATURE_KEY = 1 << 12
    LOG = 1 << 13


class PolicyFlags(IntFlag):
    """Rules fixed at personalisation."""

    NONE = 0x00
    ERASE_GROUP = 0x01
    PUBLIC_KEY_IN_BACKUP = 0x02
    TRUSTED_TARGETS_ONLY = 0x04
    DECIPHER_OFF = 0x08
    BASE_MODE_FORBIDDEN = 0x10
    PUBLIC_KEY_WITHHELD = 0x20
    PIN_EACH_TIME = 0x40

    @property
    def words(self) -> tuple[str, ...]:
        """Each rule in a few words, in the language in use."""
        return tuple(_(_POLICY_WORDS[flag]) for flag in self)


_POLICY_WORDS = {
    PolicyFlags.ERASE_GROUP: N_("group erased after the last backup"),
    PolicyFlags.PUBLIC_KEY_IN_BACKUP: N_("backup keeps the public key"),
    PolicyFlags.TRUSTED_TARGETS_ONLY: N_("trusted targets only"),
    PolicyFlags.DECIPHER_OFF: N_("decryption disabled"),
    PolicyFlags.BASE_MODE_FORBIDDEN: N_("base mode forbidden"),
    PolicyFlags.PUBLIC_KEY_WITHHELD: N_("public key withheld until a backup exists"),
    PolicyFlags.PIN_EACH_TIME: N_("PIN required for each operation"),
}


class Mode(IntEnum):
    """How a key goes from an original to its backup."""

    BASE = 0
    """Safe while one component stays unknown to the attacker."""
    HOST_BLIND = 1
    """The cards authenticate each other by certificates: even all components reveal nothing."""


class IdentityState(IntEnum):
    """How far a card can prove its identity."""

    DEVICE_KEY = 1
    """It has a device key, which nobody has certified."""
    CERTIFIED = 2


class SetBy(IntEnum):
    """Whose authority set a component."""

    NOBODY = 0
    ISSUER = 1
    USER = 2


class ComponentWay(IntEnum):
    """How a component came to the card.

    Only SCP03 protects it from someone who records now and has a quantum computer later.
    """

    PLAIN = 0
    SCP03 = 1
    SCP11B = 2


class ExportState(IntEnum):
    """State of the export of the present key, on an original."""

    NONE = 0
    PENDING = 1
    DONE = 2


class ImportState(IntEnum):
    """State of the import, on a backup."""

    EMPTY = 0
    TICKETED = 1
    IMPORTED = 2
    VOID = 3


class KeyOrigin(IntEnum):
    """Who made the decipher key."""

    CARD = 0
    SERVICE = 1
    SERVICE_WITH_ESCROW = 2
    """A key service that keeps the keys it hands out."""


class SlotUse(IntEnum):
    """How a slot for a backup was used up."""

    DONE = 1
    ABANDONED = 2


@dataclass(frozen=True)
class ComponentReport:
    """One place of the key group."""

    number: int
    set_by: SetBy
    kcv: bytes | None
    """3 bytes; None for a place that is not set."""
    way: ComponentWay | None = None
    """How the component came; None for a place that is not set."""


@dataclass(frozen=True)
class GroupReport:
    """The key group: its id (16 bytes) and its places."""

    group_id: bytes
    components: tuple[ComponentReport, ...]

    @property
    def size(self) -> int:
        """Number of places."""
        return len(self.components)

    @property
    def quantum_safe(self) -> bool:
        """Whether the issuer set one of them through SCP03."""
        return any(
            item.set_by is SetBy.ISSUER and item.way is ComponentWay.SCP03
            for item in self.components
        )

    @property
    def missing(self) -> tuple[int, ...]:
        """Numbers of the places that are not set."""
        return tuple(item.number for item in self.components if item.set_by is SetBy.NOBODY)


@dataclass(frozen=True)
class KeyReport:
    """The decipher key."""

    type: KeyType
    public_key_readable: bool
    digest: bytes
    """32 bytes: SHA-256 over n ‖ e, or over the uncompressed point."""
    released: bool = True
    """False on an original that withholds its public key until a backup exists."""


@dataclass(frozen=True)
class ExportReport:
    """An original's side of the duplication.

    Backup's id and nonce, 16 bytes each, and mode only while pending.
    """

    state: ExportState
    slots_used: int
    backup_id: bytes | None = None
    nonce: bytes | None = None
    mode: Mode | None = None


@dataclass(frozen=True)
class ImportReport:
    """A backup's side of the duplication.

    Original's id and nonce, 16 bytes each, and mode unless empty.
    """

    state: ImportState
    original_id: bytes | None = None
    nonce: bytes | None = None
    mode: Mode | None = None


@dataclass(frozen=True)
class SignatureKeyReport:
    """The signature key; `digest` as of the decipher key, 32 bytes."""

    type: KeyType
    digest: bytes


@dataclass(frozen=True)
class Scp03KeysReport:
    """The static keys of SCP03: their version, and whether the issuer must use them."""

    version: int
    required: bool


@dataclass(frozen=True)
class KeyServiceReport:
    """An original's dealings with key services; `service_id` (16 bytes) unless empty."""

    state: ImportState
    origin: KeyOrigin
    service_id: bytes | None = None


@dataclass(frozen=True)
class UsedSlot:
    """One used slot of the present key, and the card id (16 bytes) of the backup."""

    use: SlotUse
    backup_id: bytes


@dataclass(frozen=True)
class CardReport:
    """Everything a host needs to know to continue with a card."""

    version: int
    features: Features
    card_id: bytes
    life_cycle: LifeCycle
    role: Role
    backups_allowed: int
    policy: PolicyFlags
    pin_tries_left: int
    puk_tries_left: int
    group: GroupReport | None
    key: KeyReport | None
    export: ExportReport | None
    """None on a card that is not an original."""
    import_: ImportReport | None
    """None on a card that is not a backup."""
    file_bytes_free: int
    file_entries_free: int
    contact_places: int
    identity: IdentityState | None = None
    """None on a card without a device key."""
    signature_key: SignatureKeyReport | None = None
    """None on a card without one."""
    scp03_keys: Scp03KeysReport | None = None
    """None on a card without SCP03."""
    archive_id: bytes | None = None
    """The id of the card's archive key in files, 16 bytes; None on a card without one."""
    transport_pin: bool = False
    """Whether the PIN is still the transport PIN set by the issuer."""
    key_service: KeyServiceReport | None = None
    """None on a card that cannot use a key service."""

    @property
    def certified(self) -> bool:
        """Whether the card has an issuer's certificate, and so can be in host-blind mode."""
        return self.identity is IdentityState.CERTIFIED

    @property
    def export_closed(self) -> bool:
        """Whether all backups allowed of the present key have used their slots."""
        return self.export is None or self.export.slots_used >= self.backups_allowed

    @property
    def key_from_service(self) -> bool:
        """Whether a key service made the key, so the public key may be known elsewhere."""
        return self.key_service is not None and self.key_service.origin is not KeyOrigin.CARD

    @property
    def key_is_dead(self) -> bool:
        """Whether the key is not released and never will be: it can only be replaced."""
        return self.key is not None and not self.key.released and self.export_closed
