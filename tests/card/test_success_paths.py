"""Every command of the table succeeds in a plain life of three cards, told in one script."""

from __future__ import annotations

from collections.abc import Callable

from tests.bench import GROUP_ID, Bench, Specimen, Stage, certify, component
from tests.card.commands import KEYS
from tests.card.sealing import Correspondent, seal

from twincard.card.files import Condition, DfAccess, EfAccess
from twincard.card.issuer import Personalisation
from twincard.card.report import Mode, PolicyFlags, SlotUse
from twincard.card.session import Card
from twincard.card.usage import OWN_KEY
from twincard.iso.command import Command
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey
from twincard.keys.scp03_keys import Scp03Keys
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import Laboratory

SECURED = 0x04
OTHER_PIN = Secret("another PIN")


class Recorder:
    """A connection that notes which commands succeeded."""

    def __init__(self, lab: Laboratory, succeeded: set[tuple[int, int]]) -> None:
        self._lab = lab
        self._succeeded = succeeded
        self.reset, self.close = lab.reset, lab.close

    @property
    def atr(self) -> bytes:
        return self._lab.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        data, sw = self._lab.transmit(apdu)
        if (sw == 0x9000 or sw >> 8 == 0x61) and not apdu[0] & 0x10:
            self._succeeded.add((apdu[0] & ~SECURED, apdu[1]))
        return data, sw


def issue(card: Card, specimen: Specimen, friend: Correspondent) -> None:
    """As an issuer would, and something undone and done again."""
    card.issuer.authenticate(card.report().card_id, specimen.transport_key)
    policy = PolicyFlags.PUBLIC_KEY_IN_BACKUP
    card.issuer.personalise(
        Personalisation(specimen.role, specimen.pin, specimen.puk, 2, policy=policy)
    )
    certify(card, specimen.role)
    card.group.begin(2)
    card.group.clear()
    card.group.begin(2, GROUP_ID)
    card.group.set_component(component(1, 2))
    free = EfAccess(Condition.ALWAYS, Condition.USER_PIN, Condition.USER_PIN)
    card.files.create_ef(0xD001, 8, free)
    card.files.select()
    card.files.create_df(0xDF01, DfAccess(Condition.NEVER, Condition.NEVER))
    card.contacts.put(1, friend.public, as_issuer=True)
    card.issuer.activate()


def use_pin(card: Card, specimen: Specimen) -> None:
    """Unblock to another PIN, change back to the first."""
    card.pin.unblock(specimen.puk, OTHER_PIN)
    card.pin.change(OTHER_PIN, specimen.pin)
    card.pin.verify(specimen.pin)


def use_channels(card: Card, specimen: Specimen) -> None:
    """The user's, then the issuer's, who replaces its keys and opens it again."""
    card.open_channel(card.device.keys().channel_key)
    card.pin.verify(specimen.pin)
    card_id = card.report().card_id
    old = Scp03Keys.derive(specimen.transport_key, card_id)
    new = Scp03Keys.derive(Secret(bytes(range(32))), card_id, 2)
    card.issuer.open_channel(card_id, old)
    card.issuer.put_keys(old, new)
    card.issuer.open_channel(card_id, new)
    card.select()


def write(card: Card) -> None:
    card.files.select(0xD001)
    card.files.update(b"content!")
    assert card.files.read(8) == b"content!"
    card.files.select()


def live(bench: Bench, friend: Correspondent, connect: Callable[[Specimen], Card]) -> None:
    """An original, its backup, and a backup that is abandoned."""
    bench.at(Stage.BLANK)
    specimens = (bench.original, bench.backup, bench.backup2)
    original, backup, other = cards = [connect(specimen) for specimen in specimens]
    for card, specimen in zip(cards, specimens, strict=True):
        issue(card, specimen, friend)
        use_pin(card, specimen)
        card.group.set_component(component(2, 2))
        write(card)
    original.usage.generate(KeyType.P_256)
    public = original.usage.public_key()
    duplicate(original, backup, other)
    for card in (original, backup):
        use_key(card, public, friend)
        card.contacts.put(2, friend.public)
        assert card.contacts.get(2) == friend.public
        card.contacts.delete(2)
        card.files.delete(0xD001)
        card.terminate()
        card.connection.transmit(Command(0x80, 0x46, data=bytes(16), answer=256).short())


def duplicate(original: Card, backup: Card, other: Card) -> None:
    """A void ticket, a backup, an abandoned backup."""
    original_id = original.report().card_id
    original.duplication.export_key(backup.duplication.ticket(original_id, Mode.BASE))
    original.duplication.confirm(backup.duplication.cancel())
    ticket = backup.duplication.ticket(original_id, Mode.BASE, void_delivered=True)
    receipt = backup.duplication.import_key(original.duplication.export_key(ticket))
    original.duplication.confirm(receipt)
    original.duplication.export_key(other.duplication.ticket(original_id, Mode.BASE))
    original.duplication.abandon()
    uses = [slot.use for slot in original.duplication.used_slots()]
    assert uses == [SlotUse.DONE, SlotUse.ABANDONED]


def use_key(card: Card, public: PublicKey, friend: Correspondent) -> None:
    """Everything that the key is there for."""
    cryptogram = seal(public, bytes(32))
    assert card.usage.decipher(cryptogram) == bytes(32)
    assert friend.open(card.usage.encipher(bytes(16), friend.public)) == bytes(16)
    transcoded = card.usage.transcode(cryptogram, 1)
    assert friend.open(transcoded.cryptogram) == bytes(32)
    assert transcoded.check == card.usage.check(cryptogram)
    assert card.usage.decipher(card.usage.encipher(bytes(24), OWN_KEY)) == bytes(24)
    wrapped = card.usage.wrap(bytes(32))
    assert card.usage.unwrap(wrapped) == bytes(32)
    assert card.usage.keep(cryptogram).cryptogram == wrapped


def test_every_command_succeeds(bench: Bench) -> None:
    succeeded: set[tuple[int, int]] = set()
    friend = Correspondent.with_rsa()
    live(bench, friend, lambda specimen: Card(Recorder(specimen.lab, succeeded)))
    bench.at(Stage.ISSUED)
    use_channels(Card(Recorder(bench.backup2.lab, succeeded)), bench.backup2)
    assert succeeded == KEYS
