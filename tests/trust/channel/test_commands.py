"""Every command goes through a channel, whatever the lengths of its data and of its answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.bench import Bench, Specimen, Stage, components
from tests.card.commands import KEYS
from tests.card.sealing import Correspondent, seal
from tests.card.test_success_paths import live
from tests.card.wire import Command
from tests.trust.channel.hosts import Host, Messages, as_issuer, as_user

from twincard.card.files import Condition, EfAccess
from twincard.card.public_key import encode_public_key
from twincard.card.session import Card
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.iso.status import Sw
from twincard.keys.key_type import KeyType
from twincard.transport.connection import Connection

HANDSHAKES = {(0x80, 0x50), (0x80, 0x82), (0x80, 0x88)}
GET_RESPONSE = (0x00, 0xC0)
PUT_KEY = (0x80, 0xD8)


class Succeeding:
    """A connection that notes which commands succeeded."""

    def __init__(self, inner: Connection, succeeded: set[tuple[int, int]]) -> None:
        self._inner, self._succeeded = inner, succeeded
        self.reset, self.close = inner.reset, inner.close

    @property
    def atr(self) -> bytes:
        return self._inner.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        data, sw = self._inner.transmit(apdu)
        if sw == Sw.DONE and not apdu[0] & 0x10:
            self._succeeded.add((apdu[0], apdu[1]))
        return data, sw


@pytest.mark.parametrize("extended", [False, True], ids=["short", "extended"])
def test_three_lives_go_through_channels(bench: Bench, extended: bool) -> None:
    succeeded: set[tuple[int, int]] = set()

    def connect(specimen: Specimen) -> Card:
        return Card(Succeeding(Host(specimen, as_issuer, extended=extended), succeeded))

    live(bench, Correspondent.with_rsa(), connect)
    # GET RESPONSE is never secured; yubikit sends it by itself.
    assert succeeded == KEYS - HANDSHAKES - {GET_RESPONSE, PUT_KEY}


@pytest.mark.parametrize("extended", [False, True], ids=["short", "extended"])
@pytest.mark.parametrize("key_type", list(KeyType))
def test_a_key_is_duplicated_and_used_through_the_users_channels(
    bench: Bench, key_type: KeyType, extended: bool
) -> None:
    bench.at(Stage.ISSUED)

    def unlocked(specimen: Specimen) -> Card:
        card = specimen.session(Host(specimen, as_user, extended=extended))
        card.pin.verify(specimen.pin)
        return card

    original, backup = unlocked(bench.original), unlocked(bench.backup)
    duplicate_key(original, backup, components(), key_type)
    public = original.usage.public_key()
    friend = Correspondent.with_rsa()
    for card in (original, backup):
        cryptogram = seal(public, bytes(32))
        assert card.usage.decipher(cryptogram) == bytes(32)
        # A public key template of 271 bytes comes in; one of 270 goes out.
        card.contacts.put(1, friend.public)
        assert card.contacts.get(1) == friend.public
        assert friend.open(card.usage.transcode(cryptogram, 1).cryptogram) == bytes(32)
    assert len(encode_public_key(friend.public)) > 256


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 118, 119, 120, 239, 240, 247, 248, 255, 256])
def test_a_file_of_any_size_is_read_through_a_channel(bench: Bench, size: int) -> None:
    specimen = bench.at(Stage.BLANK).original
    card = Card(Host(specimen, as_issuer))
    free = EfAccess(Condition.ALWAYS, Condition.ALWAYS, Condition.ALWAYS)
    card.files.create_ef(0xD001, max(size, 1), free)
    content = bytes(range(256))[:size]
    select = Command(0x00, 0xA4, 0x00, 0x0C, b"\xd0\x01")
    for at in range(0, size, 100):
        card.files.select(0xD001)
        card.files.update(content[at : at + 100], at)
    messages = Messages.scp03(specimen)
    assert messages.send(select) == (b"", Sw.DONE)
    answer, sw = messages.send(Command(0x00, 0xB0, answer=256))
    assert (answer[:size], sw) == (content, Sw.DONE)


@pytest.mark.parametrize("content", [5, 240, 250])
def test_the_warning_that_a_file_ended_is_under_the_mac(bench: Bench, content: int) -> None:
    specimen = bench.at(Stage.BLANK).original
    card = Card(Host(specimen, as_issuer))
    free = EfAccess(Condition.ALWAYS, Condition.ALWAYS, Condition.ALWAYS)
    card.files.create_ef(0xD001, content, free)
    messages = Messages.scp03(specimen)
    assert messages.send(Command(0x00, 0xA4, 0x00, 0x0C, b"\xd0\x01")) == (b"", Sw.DONE)
    # Le is under no MAC, and tells how much of the file is wanted: FF.
    apdu = messages.wrap(Command(0x00, 0xB0))[:-1] + b"\xff"
    assert messages.unwrap(apdu) == (bytes(content), Sw.END_OF_FILE)
    assert messages.send(Command(0x00, 0xB0, 0x00, 0x01, answer=256))[1] == Sw.DONE


@pytest.mark.parametrize("le", [b"", b"\x00", b"\x01", b"\x08", b"\x10", b"\x1f", b"\xff"])
@pytest.mark.parametrize("opening", [Messages.scp03, Messages.scp11b], ids=["SCP03", "SCP11b"])
def test_an_answer_comes_in_pieces_of_any_size(
    bench: Bench, le: bytes, opening: Callable[[Specimen], Messages]
) -> None:
    messages = opening(bench.at(Stage.ISSUED).original)
    report = messages.send(Command(0x00, 0xCA, 0x00, 0xE0))[0]
    apdu = messages.wrap(Command(0x00, 0xCA, 0x00, 0xE0))[:-1] + le
    data, sw = messages.lab.transmit(apdu)
    size = le[0] if le and le[0] else 256
    assert len(data) == min(size, (len(report) // 16 + 1) * 16 + 8)
    while sw >> 8 == 0x61:
        more, sw = messages.lab.transmit(b"\x00\xc0\x00\x00" + le)
        assert more
        data += more
    assert messages.state.decrypt(messages.state.unmac(data, sw)) == report


def test_a_challenge_is_as_long_as_le_says(bench: Bench) -> None:
    messages = Messages.scp03(bench.at(Stage.BLANK).original)
    for le, size in ((b"", 32), (b"\x00", 32), (b"\x10", 16), (b"\x40", 64), (b"\x41", 64)):
        apdu = messages.wrap(Command(0x00, 0x84))[:-1] + le
        answer, sw = messages.unwrap(apdu)
        assert (len(answer), sw) == (size, Sw.DONE)


def test_the_issuer_authenticates_by_challenge_in_the_users_channel_where_he_may(
    bench: Bench,
) -> None:
    specimen = bench.at(Stage.ISSUED).original
    card = Card(Host(specimen, as_user))
    card.issuer.authenticate(card.report().card_id, specimen.transport_key)
    card.contacts.put(1, Correspondent.with_rsa().public, as_issuer=True)


def test_no_pin_and_no_component_is_on_the_wire(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    heard = bytearray()

    class Ear:
        def __init__(self, specimen: Specimen) -> None:
            self._lab = specimen.lab
            self.reset, self.close = self._lab.reset, self._lab.close

        @property
        def atr(self) -> bytes:
            return self._lab.atr

        def transmit(self, apdu: bytes) -> tuple[bytes, int]:
            answer = self._lab.transmit(apdu)
            heard.extend(apdu + answer[0])
            return answer

    for opening in (as_issuer, as_user):
        specimen = bench.original
        card = Card(Host(specimen, opening, connection=Ear(specimen)))
        card.pin.verify(specimen.pin)
        card.group.set_component(components()[1])
        assert specimen.pin.reveal() not in heard
        assert components()[1].value.reveal() not in heard
