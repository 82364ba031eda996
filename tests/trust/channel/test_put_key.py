"""The issuer replaces the static keys of SCP03, all or none; from then on he must use SCP03."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from tests.bench import Bench, Specimen, Stage
from tests.card.wire import Command, exchange, status
from tests.faults.power import Story, interrupt
from tests.interop.independent import objects
from tests.trust.channel.hosts import Host, Messages, as_user, initialize_update, static_keys
from tests.trust.channel.test_handshake import FOR_ISSUER, REPORT
from yubikit.core import BadResponseError
from yubikit.core.smartcard.scp import StaticKeys

from twincard.card.report import LifeCycle
from twincard.card.session import Card
from twincard.iso.status import Sw
from twincard.simulator.laboratory import Laboratory

NEW = StaticKeys(b"\x11" * 16, b"\x22" * 16, b"\x33" * 16)
LAST = StaticKeys(b"\x44" * 16, b"\x55" * 16, b"\x66" * 16)


def kcv(key: bytes) -> bytes:
    encryptor = Cipher(AES(key), ECB()).encryptor()  # noqa: S305 -- one block: a KCV
    return encryptor.update(b"\x01" * 16)[:3]


def put_key(
    version: int, keys: StaticKeys, dek: bytes | None, p1: int = 0x00, p2: int = 0x81
) -> Command:
    data = bytes([version])
    for key in keys:
        assert key is not None
        assert dek is not None
        encryptor = Cipher(AES(dek), CBC(bytes(16))).encryptor()
        data += b"\x88\x10" + encryptor.update(key) + b"\x03" + kcv(key)
    return Command(0x80, 0xD8, p1, p2, data, 256)


def version_and_rule(lab: Laboratory) -> bytes:
    """8F of the state report."""
    ((_, value),) = objects(exchange(lab, REPORT)[0])
    return dict(objects(value))[0x8F]


def opens_with(specimen: Specimen, keys: StaticKeys) -> bool:
    """Whether these are the card's keys."""
    try:
        Messages.scp03(specimen, keys)
    except BadResponseError:
        return False
    return True


@pytest.fixture
def specimen(bench: Bench) -> Specimen:
    return bench.at(Stage.ISSUED).original


def test_new_keys_are_the_next_channels(specimen: Specimen) -> None:
    old = static_keys(specimen)
    specimen.card()
    assert version_and_rule(specimen.lab) == b"\x01\x00"
    messages = Messages.scp03(specimen)
    answer = b"\x02" + b"".join(kcv(key) for key in NEW if key)
    assert messages.send(put_key(2, NEW, old.key_dek)) == (answer, Sw.DONE)
    assert messages.send(FOR_ISSUER)[1] == Sw.NOT_FOUND
    assert not opens_with(specimen, old)
    assert opens_with(specimen, NEW)
    specimen.card()
    assert version_and_rule(specimen.lab) == b"\x02\x01"
    # The present version may be named, and the keys replaced again.
    messages = Messages.scp03(specimen, NEW)
    assert messages.send(put_key(0x7F, LAST, NEW.key_dek, p1=2))[1] == Sw.DONE
    assert opens_with(specimen, LAST)


def test_yubikits_stack_carries_the_keys(specimen: Specimen) -> None:
    host = Host(specimen)
    host.open()
    command = put_key(2, NEW, static_keys(specimen).key_dek)
    answer = host.protocol.send_apdu(0x80, 0xD8, 0x00, 0x81, command.data)
    assert answer[0] == 2
    assert opens_with(specimen, NEW)


def test_then_the_challenge_response_is_off(specimen: Specimen) -> None:
    specimen.as_issuer()
    command = put_key(2, NEW, static_keys(specimen).key_dek)
    assert Messages.scp03(specimen).send(command)[1] == Sw.DONE
    with pytest.raises(Exception, match="6985"):
        specimen.as_issuer()


def test_an_installation_that_wants_scp03_has_no_challenge_response() -> None:
    key = bytes(range(32))
    with Laboratory.start() as lab:
        lab.install(b"\x80\x20" + key + bytes.fromhex("840101"))
        card = Card(lab)
        assert version_and_rule(lab) == b"\x01\x01"
        challenge = Command(0x00, 0x84, answer=16)
        assert len(exchange(lab, challenge)[0]) == 16
        answer = Command(0x00, 0x82, data=bytes(16))
        assert status(lab, answer) == Sw.WRONG_STATE
        assert card.report().life_cycle is LifeCycle.INITIALISATION
        assert lab.faults() == ""


@dataclass(frozen=True)
class Bad:
    """A PUT KEY that is wrong in one way, and what is answered."""

    sw: int
    version: int = 2
    p1: int = 0x00
    p2: int = 0x81
    dek: bytes | None = None
    """Another one than the card's."""
    altered: int | None = None
    """Place of a flipped bit in the data."""
    length: int = 67

    def command(self, dek: bytes | None) -> Command:
        command = put_key(self.version, NEW, self.dek or dek, self.p1, self.p2)
        data = bytearray(command.data + b"\x00")[: self.length]
        if self.altered is not None:
            data[self.altered] ^= 1
        return dataclasses.replace(command, data=bytes(data))


BAD = {
    "version 00": Bad(Sw.WRONG_DATA, version=0x00),
    "version 80": Bad(Sw.WRONG_DATA, version=0x80),
    "another P2": Bad(Sw.WRONG_P1P2, p2=0x01),
    "another version replaced": Bad(Sw.NOT_FOUND, p1=2),
    "another DEK": Bad(Sw.WRONG_DATA, dek=bytes(16)),
    "a byte less": Bad(Sw.WRONG_LENGTH, length=66),
    "a byte more": Bad(Sw.WRONG_LENGTH, length=68),
    "one key": Bad(Sw.WRONG_LENGTH, length=23),
    "nothing": Bad(Sw.WRONG_LENGTH, length=0),
    # Type, length, key, length of the KCV and KCV of each of the three.
    **{
        f"byte {part + place} altered": Bad(Sw.WRONG_DATA, altered=part + place)
        for part in (1, 23, 45)
        for place in (0, 1, 2, 17, 18, 19, 21)
    },
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_refused_replacement_leaves_the_old_keys(specimen: Specimen, bad: Bad) -> None:
    old = static_keys(specimen)
    messages = Messages.scp03(specimen)
    assert messages.send(bad.command(old.key_dek)) == (b"", bad.sw)
    assert messages.send(REPORT)[1] == Sw.DONE
    assert opens_with(specimen, old)
    specimen.card()
    assert version_and_rule(specimen.lab) == b"\x01\x00"


def test_keys_are_replaced_inside_scp03_only(specimen: Specimen) -> None:
    old = static_keys(specimen)
    command = put_key(2, NEW, old.key_dek)
    specimen.card()
    assert exchange(specimen.lab, command) == (b"", Sw.AUTHORITY_MISSING)
    specimen.as_issuer()
    assert exchange(specimen.lab, command) == (b"", Sw.AUTHORITY_MISSING)
    host = Host(specimen, as_user)
    card = Card(host)
    card.issuer.authenticate(specimen.card_id, specimen.transport_key)
    assert host.transmit(command.short()) == (b"", Sw.AUTHORITY_MISSING)
    # After INITIALIZE UPDATE, before the host has authenticated.
    initialize_update(specimen, old)
    assert exchange(specimen.lab, command) == (b"", Sw.AUTHORITY_MISSING)
    assert opens_with(specimen, old)


class Replacing(Story):
    """PUT KEY, and again until the card has the new keys."""

    def __init__(self, specimen: Specimen) -> None:
        super().__init__(specimen)
        self.specimen = specimen
        self.old = static_keys(specimen)
        self.command = put_key(2, NEW, self.old.key_dek)

    def open(self) -> None:
        self.messages = Messages.scp03(self.specimen)

    def act(self) -> None:
        assert self.messages.send(self.command)[1] == Sw.DONE

    def check(self) -> None:
        assert opens_with(self.specimen, self.old) != opens_with(self.specimen, NEW)

    def repeat(self) -> None:
        if opens_with(self.specimen, self.old):
            self.open()
            self.act()

    def conclude(self) -> None:
        assert opens_with(self.specimen, NEW)
        assert version_and_rule_after_select(self.specimen) == b"\x02\x01"


def version_and_rule_after_select(specimen: Specimen) -> bytes:
    specimen.card()
    return version_and_rule(specimen.lab)


def test_the_keys_are_the_old_or_the_new_whatever_write_is_cut(specimen: Specimen) -> None:
    story = Replacing(specimen)
    assert interrupt(story, story.scene.subjects[0]) > 3
    assert specimen.lab.sizes().largest_transaction <= 128


def test_a_terminated_card_has_no_static_keys(specimen: Specimen) -> None:
    keys = [key for key in static_keys(specimen) if key]
    assert all(key in specimen.lab.image() for key in keys)
    messages = Messages.scp03(specimen)
    assert messages.send(Command(0x00, 0xFE)) == (b"", Sw.DONE)
    assert not any(key in specimen.lab.image() for key in keys)
    # What is open stays so until it is left; there is nothing that it could be used for.
    assert messages.send(FOR_ISSUER) == (b"", Sw.WRONG_STATE)
    assert messages.send(REPORT)[1] == Sw.DONE
    specimen.card()
    assert status(specimen.lab, Command(0x80, 0x50, 0, 0, bytes(8))) == Sw.WRONG_STATE
