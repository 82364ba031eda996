"""Cards at every stage, with what must outlive whatever is sent to them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from tests.bench import Bench, Specimen, Stage
from tests.card.sealing import Correspondent, seal
from tests.trust.service import Supply, pair_of

from twincard.card.files import Condition, DfAccess, EfAccess
from twincard.card.report import Mode, Role
from twincard.card.session import Card
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey
from twincard.simulator.laboratory import Snapshot

CEK = bytes(range(100, 132))
CHECK = hashlib.sha256(b"cek" + CEK).digest()[:8]

KEPT_PATH = (0xDF00, 0xEF00)
KEPT_SIZE = 64
"""The content is zeros: nobody may write it."""
FREE_EF = 0xD010
"""A file that the user may write and delete, and the next one too."""
FRIEND = 2
"""A contact that the user wrote; place 1 is the issuer's."""


@dataclass(frozen=True)
class World:
    """A card to send random commands to."""

    name: str
    role: Role
    stage: Stage
    key: KeyType = KeyType.P_256
    opened: bool = False
    """Whether the original is pending, or the backup ticketed."""
    terminated: bool = False
    mode: Mode = Mode.BASE
    served: bool = False
    """Whether the original has a ticket for a key service, which is its other card."""

    def __str__(self) -> str:
        return self.name


WORLDS = [
    World("blank", Role.ORIGINAL, Stage.BLANK),
    World("issued-original", Role.ORIGINAL, Stage.ISSUED),
    World("issued-backup", Role.BACKUP, Stage.ISSUED),
    World("complete-backup", Role.BACKUP, Stage.COMPLETE),
    World("keyed-ec", Role.ORIGINAL, Stage.KEYED),
    World("keyed-rsa", Role.ORIGINAL, Stage.KEYED, KeyType.RSA_2048),
    World("pending-ec", Role.ORIGINAL, Stage.KEYED, opened=True),
    World("pending-rsa", Role.ORIGINAL, Stage.KEYED, KeyType.RSA_2048, opened=True),
    World("ticketed-ec", Role.BACKUP, Stage.KEYED, opened=True),
    World("ticketed-rsa", Role.BACKUP, Stage.KEYED, KeyType.RSA_2048, opened=True),
    World("done-ec", Role.ORIGINAL, Stage.DUPLICATED),
    World("done-rsa", Role.ORIGINAL, Stage.DUPLICATED, KeyType.RSA_2048),
    World("imported-ec", Role.BACKUP, Stage.DUPLICATED),
    World("imported-rsa", Role.BACKUP, Stage.DUPLICATED, KeyType.RSA_2048),
    World("pending-blind", Role.ORIGINAL, Stage.KEYED, opened=True, mode=Mode.HOST_BLIND),
    World("ticketed-blind", Role.BACKUP, Stage.KEYED, opened=True, mode=Mode.HOST_BLIND),
    World("done-blind", Role.ORIGINAL, Stage.DUPLICATED, mode=Mode.HOST_BLIND),
    World("imported-blind", Role.BACKUP, Stage.DUPLICATED, mode=Mode.HOST_BLIND),
    World("served", Role.ORIGINAL, Stage.COMPLETE, mode=Mode.HOST_BLIND, served=True),
    World("terminated-original", Role.ORIGINAL, Stage.KEYED, terminated=True),
    World("terminated-backup", Role.BACKUP, Stage.DUPLICATED, terminated=True),
]


@dataclass
class Duplicates:
    """What the two cards said to each other, as far as they came: valid data to send again."""

    ticket: bytes = b""
    export: bytes = b""
    receipt: bytes = b""
    certificate: bytes = b""
    """Of the other card; in host-blind mode."""


@dataclass
class Scene:
    """A world made real: the card, its snapshot, and what is known about it."""

    world: World
    specimen: Specimen
    snapshot: Snapshot
    original_id: bytes
    duplicates: Duplicates
    public: PublicKey
    """The original's key; on a card without one, somebody else's."""
    friend: PublicKey

    @property
    def blank(self) -> bool:
        """Whether the card is not issued yet: no PIN, no files."""
        return self.world.stage is Stage.BLANK

    def restore(self) -> None:
        """Put the card back."""
        self.specimen.lab.restore(self.snapshot)


def make(bench: Bench, world: World) -> Scene:
    """Bring a card of the bench into this world."""
    bench.in_mode(world.mode).at(world.stage, key=world.key)
    duplicates = _duplicates(bench, world)
    backup = world.role is Role.BACKUP
    if world.mode is Mode.HOST_BLIND:
        other = bench.original if backup else bench.backup
        certificate = other.card().device.certificate().encode()
        duplicates = replace(duplicates, certificate=certificate)
    specimen = bench.backup if backup else bench.original
    friend = Correspondent.with_ec().public
    public = friend
    if world.stage >= Stage.KEYED:
        public = bench.original.card().usage.public_key()
    if world.stage >= Stage.ISSUED:
        _write_files(specimen.as_issuer())
        specimen.as_issuer().contacts.put(1, friend, as_issuer=True)
        specimen.unlocked().contacts.put(FRIEND, friend)
    if world.terminated:
        specimen.unlocked().terminate()
    original_id = bench.original.card().report().card_id
    if world.served:
        original_id, duplicates = _served(bench)
    snapshot = specimen.lab.snapshot()
    return Scene(world, specimen, snapshot, original_id, duplicates, public, friend)


def _served(bench: Bench) -> tuple[bytes, Duplicates]:
    """A ticket is open, and the service has answered it."""
    supply = Supply(bench.original, pair_of(KeyType.P_256))
    card = supply.card()
    ticket = supply.ticket(card)
    export = supply.service.export(supply.request(card, ticket), supply.pair)
    certificate = supply.service.certificate.encode()
    service_id = supply.service.service_id
    return service_id, Duplicates(ticket.encoded, export.encoded, certificate=certificate)


def sealed(scene: Scene) -> bytes:
    """A cryptogram for the key of this world."""
    return seal(scene.public, CEK).encode()


def _duplicates(bench: Bench, world: World) -> Duplicates:
    if world.stage is Stage.DUPLICATED:
        return Duplicates(receipt=bench.backup.card().duplication.receipt().encoded)
    if not world.opened:
        return Duplicates()
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    ticket = backup.duplication.ticket(original.report().card_id)
    export = original.duplication.export_key(ticket)
    receipt = b""
    if world.role is Role.ORIGINAL:
        receipt = backup.duplication.import_key(export).encoded
    return Duplicates(ticket.encoded, export.encoded, receipt)


def _write_files(card: Card) -> None:
    """A file that only TERMINATE may touch, between two that the user may write and delete."""
    free = EfAccess(Condition.ALWAYS, Condition.USER_PIN, Condition.USER_PIN)
    kept = EfAccess(Condition.ALWAYS, Condition.NEVER, Condition.NEVER)
    card.files.create_ef(FREE_EF, 300, free)
    card.files.select()
    card.files.create_df(KEPT_PATH[0], DfAccess(Condition.USER_PIN, Condition.ISSUER))
    card.files.create_ef(KEPT_PATH[1], KEPT_SIZE, kept)
    card.files.select()
    card.files.create_ef(FREE_EF + 1, 300, free)
