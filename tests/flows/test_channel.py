"""Through a secure channel: what the issuer and the user say to a card is heard by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from tests.bench import Bench, Specimen, Stage, component, components
from tests.trust.recorder import Recorder

from twincard.card.report import LifeCycle, Mode, PolicyFlags, Role
from twincard.card.session import Card
from twincard.card.usage import OWN_KEY, Padding
from twincard.flows.duplicate.abandon import abandon
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.flows.identity import UntrustedCardError, identify, protect
from twincard.flows.issue.pair import Blank, Profile, issue_pair
from twincard.iso.secure_channel import ChannelError
from twincard.iso.status import (
    AuthorityMissingError,
    CardError,
    IssuerRefusedError,
    Sw,
    WrongStateError,
)
from twincard.keys.key_type import KeyType
from twincard.keys.public import PublicKey
from twincard.keys.scp03_keys import Scp03Keys
from twincard.keys.secret import Secret
from twincard.transport.connection import Connection

CEK = bytes(range(32))


def protected(card: Card) -> Card:
    """The session, now in a secure channel of the user's."""
    keys = identify(card, card.report())
    assert keys is not None
    card.open_channel(keys.channel_key)
    return card


def secrets_of(specimen: Specimen) -> list[bytes]:
    values = [item.value for item in components()]
    return [
        secret.reveal() for secret in (specimen.pin, specimen.puk, specimen.transport_key, *values)
    ]


def test_the_wire_shows_no_secret_of_issue_duplication_and_use(bench: Bench) -> None:
    wire = Recorder()
    specimens = bench.original, bench.backup
    cards = [Card(wire.on(item.lab)) for item in specimens]
    blanks = [
        Blank(card, item.transport_key, item.pin, item.puk)
        for card, item in zip(cards, specimens, strict=True)
    ]
    issue_pair(blanks[0], blanks[1], Profile(), [component(1)])
    for card, item in zip(cards, specimens, strict=True):
        card.select()
        protected(card).pin.verify(item.pin)
    done = duplicate_key(cards[0], cards[1], components()[1:], KeyType.RSA_2048)
    assert done.mode is Mode.HOST_BLIND
    cryptogram = cards[0].usage.encipher(CEK, OWN_KEY)
    assert cards[1].usage.decipher(cryptogram) == CEK
    assert all(card.is_secure for card in cards)
    for specimen in specimens:
        assert not any(secret in wire.everything for secret in (CEK, *secrets_of(specimen)))


def test_without_a_channel_the_same_wire_shows_them(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    wire = Recorder()
    card = Card(wire.on(bench.original.lab))
    card.pin.verify(bench.original.pin)
    card.group.set_component(component(2))
    assert bench.original.pin.reveal() in wire.everything
    assert component(2).value.reveal() in wire.everything


def test_every_length_of_command_and_answer_goes_through(bench: Bench) -> None:
    bench.at(Stage.KEYED, key=KeyType.RSA_2048)
    card = protected(bench.original.card())
    card.pin.verify(bench.original.pin)
    key = card.usage.public_key()
    for length in (16, 24, 32):
        cryptogram = card.usage.encipher(CEK[:length], key)
        assert card.usage.decipher(cryptogram) == CEK[:length]
        assert card.usage.transcode(cryptogram, OWN_KEY).check == card.usage.check(cryptogram)
    card.contacts.put(1, key)
    assert card.contacts.get(1) == key
    for size in (1, 15, 16, 64):
        assert len(card.issuer.challenge(size)) == size


def test_refusals_leave_the_channel_open(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    card = protected(bench.original.card())
    with pytest.raises(AuthorityMissingError):
        card.usage.encipher(CEK, OWN_KEY)
    assert not card.pin.is_verified()
    card.pin.verify(bench.original.pin)
    with pytest.raises(CardError) as raised:
        card.contacts.get(9)
    assert raised.value.sw == Sw.WRONG_P1P2
    assert card.usage.encipher(CEK, OWN_KEY)


def test_a_channel_is_the_card_s_whose_key_was_asked_for(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    other = bench.backup.card().device.keys()
    card = bench.original.card()
    with pytest.raises(ChannelError, match="did not prove"):
        card.open_channel(other.channel_key)
    assert not card.is_secure
    card.select()
    protected(card).pin.verify(bench.original.pin)
    assert card.pin.is_verified()


@dataclass
class WrongChannelKey:
    """A wire that tells a channel key that is no point of the curve."""

    connection: Connection

    @property
    def atr(self) -> bytes:
        """See Connection."""
        return self.connection.atr

    def reset(self) -> None:
        """See Connection."""
        self.connection.reset()

    def close(self) -> None:
        """See Connection."""

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        data, sw = self.connection.transmit(apdu)
        if apdu.startswith(b"\x00\xca\x00\xe5"):
            at = data.index(b"\x87\x41\x04") + 3
            data = data[:at] + bytes(64) + data[at + 64 :]
        return data, sw


def test_a_card_whose_channel_key_is_no_point_is_not_trusted(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    wire = WrongChannelKey(bench.original.lab)
    with pytest.raises(UntrustedCardError, match="not a point"):
        protect(Card(wire))


class Meddler:
    """Sits on the wire and changes what crosses it, once."""

    def __init__(
        self, connection: Connection, meddle: Callable[[bytes, int], tuple[bytes, int]]
    ) -> None:
        self._connection = connection
        self._meddle = meddle
        self.armed = False

    @property
    def atr(self) -> bytes:
        return self._connection.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        answer = self._connection.transmit(apdu)
        if not self.armed:
            return answer
        self.armed = False
        return self._meddle(*answer)

    def reset(self) -> None:
        self._connection.reset()

    def close(self) -> None:
        self._connection.close()


@pytest.mark.parametrize(
    "meddle",
    [
        lambda data, sw: (bytes([data[0] ^ 1]) + data[1:], sw),
        lambda data, sw: (data[:-1], sw),
        lambda _, sw: (b"", sw),
        lambda data, _: (data, Sw.END_OF_FILE),
    ],
    ids=["flipped", "truncated", "stripped", "other status"],
)
def test_who_changes_an_answer_ends_the_channel_and_the_card_is_usable_afterwards(
    bench: Bench, meddle: Callable[[bytes, int], tuple[bytes, int]]
) -> None:
    bench.at(Stage.KEYED)
    wire = Meddler(bench.original.lab, meddle)
    card = protected(Card(wire))
    card.pin.verify(bench.original.pin)
    wire.armed = True
    with pytest.raises(ChannelError):
        card.report()
    with pytest.raises(ChannelError, match="closed"):
        card.report()
    card.select()
    assert not card.is_secure
    assert not card.pin.is_verified()
    protected(card).pin.verify(bench.original.pin)
    assert card.usage.encipher(CEK, OWN_KEY)


def test_reset_and_select_end_the_channel_and_what_was_proved_in_it(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    for end in (Card.select, Card.reset):
        card = protected(bench.original.card())
        card.pin.verify(bench.original.pin)
        end(card)
        assert not card.is_secure
        assert not card.pin.is_verified()


def test_the_padding_in_force_is_set_again_in_a_new_channel(bench: Bench) -> None:
    bench.at(Stage.KEYED, key=KeyType.RSA_2048)
    card = bench.original.unlocked()
    cryptogram = card.usage.encipher(CEK, OWN_KEY)
    with pytest.raises(CardError):
        card.usage.decipher(cryptogram, Padding.PKCS1_V15)
    protected(card).pin.verify(bench.original.pin)
    assert card.usage.decipher(cryptogram) == CEK
    target: PublicKey = card.usage.public_key()
    card.usage.set_target(target)
    protected(card).pin.verify(bench.original.pin)
    assert card.usage.decipher(card.usage.encipher(CEK, target)) == CEK


def test_the_issuer_s_channel_brings_his_authority_and_another_s_key_none(bench: Bench) -> None:
    card = bench.original.card()
    report = card.report()
    with pytest.raises(IssuerRefusedError):
        card.issuer.open_channel(report.card_id, bench.backup.transport_key)
    assert not card.is_secure
    with pytest.raises(AuthorityMissingError):
        card.group.begin(3)
    card.issuer.open_channel(report.card_id, bench.original.transport_key)
    card.group.begin(3)
    card.terminate()
    assert card.report().life_cycle is LifeCycle.TERMINATED


def test_an_export_is_abandoned_with_both_authorities_in_one_channel(bench: Bench) -> None:
    bench.at(Stage.KEYED)
    original, backup = bench.original.unlocked(), bench.backup.unlocked()
    original.duplication.export_key(backup.duplication.ticket(original.report().card_id, Mode.BASE))
    wire = Recorder()
    card = Card(wire.on(bench.original.lab))
    abandon(card, bench.original.transport_key, bench.original.pin)
    assert card.is_secure
    assert bench.original.pin.reveal() not in wire.everything
    export = card.report().export
    assert export is not None
    assert export.slots_used == 1


def test_replaced_keys_are_the_only_ones_and_the_challenge_response_is_off(bench: Bench) -> None:
    card = bench.original.card()
    card_id, old = card.report().card_id, bench.original.transport_key
    current = Scp03Keys.derive(old, card_id)
    new = Scp03Keys.derive(Secret(b"another transport key of the iss"), card_id, 2)
    card.issuer.open_channel(card_id, current)
    card.issuer.put_keys(current, new)
    assert card.report().role is Role.NONE
    keys = card.report().scp03_keys
    assert keys is not None
    assert (keys.version, keys.required) == (2, True)
    card.select()
    with pytest.raises(WrongStateError):
        card.issuer.authenticate(card_id, old)
    with pytest.raises(IssuerRefusedError):
        card.issuer.open_channel(card_id, old)
    card.issuer.open_channel(card_id, new)
    card.group.begin(3)


def test_trusted_targets_are_written_through_the_issuers_channel(bench: Bench) -> None:
    bench.at(Stage.KEYED, policy=PolicyFlags.TRUSTED_TARGETS_ONLY)
    key = bench.original2.card().usage.public_key()
    card = bench.original.card()
    card.issuer.open_channel(card.report().card_id, bench.original.transport_key)
    card.contacts.put(1, key, as_issuer=True)
    card.select()
    protected(card).pin.verify(bench.original.pin)
    cryptogram = card.usage.encipher(CEK, OWN_KEY)
    assert card.usage.transcode(cryptogram, 1)
    with pytest.raises(AuthorityMissingError):
        card.usage.transcode(cryptogram, key)
