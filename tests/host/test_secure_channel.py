"""The host's secure channel: as another implementation has it, and deaf to what is not the card's.

The other implementation is yubikit, which has the host's side of both protocols.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.host.echo_card import CARD_ID, DONE, ECHO, EchoCard, point
from yubikit.core.smartcard import ApduProcessor, ScpProcessor, ShortApduFormatter
from yubikit.core.smartcard.scp import (
    KeyRef,
    Scp03KeyParams,
    Scp11KeyParams,
    ScpKid,
    ScpState,
    StaticKeys,
)
from yubikit.core.smartcard.scp import SessionKeys as OtherSessionKeys

from twincard.card.issuer import Issuer
from twincard.identity.device_certificate import IdentityError
from twincard.iso.chaining import Response
from twincard.iso.channel import Channel
from twincard.iso.command import Command
from twincard.iso.scp03 import WrongScp03KeysError
from twincard.iso.scp11 import open_scp11b
from twincard.iso.secure_channel import ChannelError, SecureChannel, SessionKeys
from twincard.iso.status import AuthorityMissingError, Sw, UnexpectedAnswerError
from twincard.keys.scp03_keys import Scp03Keys
from twincard.keys.secret import Secret
from twincard.transport.connection import PowerCutError

KEYS = [bytes([number]) * 16 for number in (1, 2, 3)]
OTHER_KEYS = StaticKeys(*KEYS)
SECRET = b"what must not cross the wire"


def own_keys() -> Scp03Keys:
    return Scp03Keys(Secret(KEYS[0]), Secret(KEYS[1]), Secret(KEYS[2]))


def issuers() -> tuple[EchoCard, Channel]:
    """An open SCP03 channel."""
    card = EchoCard(OTHER_KEYS)
    channel = Channel(card)
    Issuer(channel).open_channel(CARD_ID, own_keys())
    return card, channel


def users() -> tuple[EchoCard, Channel]:
    """An open SCP11b channel."""
    card = EchoCard(OTHER_KEYS)
    channel = Channel(card)
    channel.secure(lambda: open_scp11b(channel, point(card.channel_key)))
    return card, channel


def echo(data: bytes = b"", sw: int = DONE) -> Command:
    return Command(0x80, ECHO, sw >> 8, sw & 0xFF, data, 256)


class Recorded(ApduProcessor):
    """Keeps what yubikit would send."""

    def __init__(self) -> None:
        self.sent: list[Command] = []

    def send_apdu(
        self, cla: int, ins: int, p1: int, p2: int, data: bytes, le: int
    ) -> tuple[bytes, int]:
        self.sent.append(Command(cla, ins, p1, p2, data, le))
        return b"", 0x6A80


@pytest.mark.parametrize("chain", [bytes(16), bytes(range(16))])
def test_commands_are_wrapped_as_by_another_implementation(chain: bytes) -> None:
    other = Recorded()
    processor = ScpProcessor(other, ShortApduFormatter(), ScpState(OtherSessionKeys(*KEYS), chain))
    ours = SecureChannel(SessionKeys(*map(Secret, KEYS)), chain)
    sent: list[Command] = []

    def carry(command: Command) -> Response:
        sent.append(command)
        return Response(b"", 0x6A80)

    for length in (1, 15, 16, 17, 231, 232, 240, 247, 255, 600):
        data = bytes(length)
        ours.exchange(Command(0x80, 0x12, length & 0xFF, 1, data), carry)
        processor.send_apdu(0x80, 0x12, length & 0xFF, 1, data, 0)
    assert sent == other.sent
    assert [command.data for command in sent] == [command.data for command in other.sent]


@pytest.mark.parametrize("open_channel", [issuers, users])
def test_data_of_any_length_go_through_the_channel_and_back(
    open_channel: Callable[[], tuple[EchoCard, Channel]],
) -> None:
    card, channel = open_channel()
    channel.use_extended_length(True)
    for length in (0, 1, 15, 16, 17, 255, 256, 1000):
        data = bytes(range(256)) * 4
        assert channel.send(echo(data[:length]), "echo") == data[:length]
        assert card.plain[-1] == data[:length]
    assert channel.send(echo(SECRET), "echo") == SECRET
    assert not any(SECRET in apdu for apdu in card.seen)


def test_the_echo_card_is_right_for_the_other_implementation_too() -> None:
    card = EchoCard(OTHER_KEYS)

    def send(cla: int, ins: int, p1: int, p2: int, data: bytes) -> bytes:
        return card.transmit(bytes([cla, ins, p1, p2, len(data)]) + data)[0]

    params = Scp03KeyParams(KeyRef(ScpKid.SCP03, 0), OTHER_KEYS)
    state, cryptogram = ScpState.scp03_init(send, params)
    head = b"\x84\x82\x33\x00\x10" + cryptogram
    assert card.transmit(head + state.mac(head)) == (b"", DONE)
    state = ScpState.scp11_init(
        send, Scp11KeyParams(KeyRef(ScpKid.SCP11b, 1), card.channel_key.public_key())
    )
    data = state.encrypt(SECRET)
    head = bytes([0x84, ECHO, 0x90, 0x00, len(data) + 8]) + data
    answer, sw = card.transmit(head + state.mac(head))
    assert state.decrypt(state.unmac(answer, sw)) == SECRET


def test_a_warning_and_a_refusal_reach_the_caller_and_the_channel_goes_on() -> None:
    _, channel = issuers()
    assert channel.exchange(echo(b"abc", Sw.END_OF_FILE)) == Response(b"abc", Sw.END_OF_FILE)
    for _ in range(2):
        with pytest.raises(AuthorityMissingError):
            channel.send(echo(b"abc", Sw.AUTHORITY_MISSING), "echo")
    assert channel.send(echo(b"abc"), "echo") == b"abc"


def flipped(at: int) -> Callable[[bytes, int], tuple[bytes, int]]:
    return lambda data, sw: (data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], sw)


ALTERED: dict[str, Callable[[bytes, int], tuple[bytes, int]]] = {
    "first byte": flipped(0),
    "last byte of data": flipped(31),
    "first byte of the MAC": flipped(32),
    "last byte of the MAC": flipped(39),
    "cut by a byte": lambda data, sw: (data[:-1], sw),
    "cut by a block": lambda data, sw: (data[16:], sw),
    "MAC alone": lambda data, sw: (data[-8:], sw),
    "without its MAC": lambda data, sw: (data[:-8], sw),
    "nothing": lambda _, sw: (b"", sw),
    "longer": lambda data, sw: (data + b"\x00", sw),
    "a warning": lambda data, _: (data, Sw.END_OF_FILE),
    "a warning alone": lambda *_: (b"", Sw.END_OF_FILE),
    "a refusal with data": lambda data, _: (data, Sw.WRONG_DATA),
}


@pytest.mark.parametrize("how", ALTERED)
@pytest.mark.parametrize("open_channel", [issuers, users])
def test_an_altered_or_stripped_answer_closes_the_channel(
    how: str, open_channel: Callable[[], tuple[EchoCard, Channel]]
) -> None:
    card, channel = open_channel()
    channel.send(echo(SECRET), "echo")
    card.alter = ALTERED[how]
    with pytest.raises(ChannelError):
        channel.send(echo(SECRET), "echo")
    card.alter = lambda data, sw: (data, sw)
    seen = len(card.seen)
    with pytest.raises(ChannelError, match="closed"):
        channel.send(echo(SECRET), "echo")
    assert len(card.seen) == seen
    assert channel.is_secure


def test_the_mac_is_wanted_where_there_are_no_data_too() -> None:
    card, channel = issuers()
    channel.send(echo(), "echo")
    card.alter = lambda *_: (b"", DONE)
    with pytest.raises(ChannelError):
        channel.send(echo(), "echo")


def test_an_earlier_answer_is_not_taken_again() -> None:
    card, channel = issuers()
    answers: list[tuple[bytes, int]] = []

    def keep(data: bytes, sw: int) -> tuple[bytes, int]:
        answers.append((data, sw))
        return answers[0]

    card.alter = keep
    assert channel.send(echo(SECRET), "echo") == SECRET
    with pytest.raises(ChannelError):
        channel.send(echo(SECRET), "echo")


def test_a_lost_answer_closes_the_channel() -> None:
    card, channel = issuers()

    def lose(*_: object) -> tuple[bytes, int]:
        raise PowerCutError

    card.alter = lose
    with pytest.raises(PowerCutError):
        channel.send(echo(), "echo")
    with pytest.raises(ChannelError):
        channel.send(echo(), "echo")


def test_another_static_key_opens_no_channel() -> None:
    card = EchoCard(OTHER_KEYS)
    wrong = Scp03Keys(Secret(KEYS[0]), Secret(bytes(16)), Secret(KEYS[2]))
    with pytest.raises(WrongScp03KeysError, match="Wrong transport key"):
        Issuer(Channel(card)).open_channel(CARD_ID, wrong)
    assert len(card.seen) == 1


@pytest.mark.parametrize(
    ("at", "error"),
    [
        (0, UnexpectedAnswerError),
        (12, UnexpectedAnswerError),
        (13, WrongScp03KeysError),
        (28, WrongScp03KeysError),
    ],
)
def test_an_altered_answer_to_initialize_update_opens_no_channel(
    at: int, error: type[Exception]
) -> None:
    card = EchoCard(OTHER_KEYS)
    card.alter = flipped(at)
    channel = Channel(card)
    with pytest.raises(error):
        Issuer(channel).open_channel(CARD_ID, own_keys())
    assert not channel.is_secure
    assert len(card.seen) == 1


@pytest.mark.parametrize("answer", [(b"", 0x6300), (b"", 0x6982), (b"x", DONE), (b"", 0x6100)])
def test_a_channel_is_open_only_when_the_card_says_so(answer: tuple[bytes, int]) -> None:
    card = EchoCard(OTHER_KEYS)
    channel = Channel(card)
    card.alter = lambda data, sw: answer if card.seen[-1][1] in (0x82, 0xC0) else (data, sw)
    with pytest.raises(Exception, match=r"issuer|EXTERNAL AUTHENTICATE|does not end"):
        Issuer(channel).open_channel(CARD_ID, own_keys())
    assert not channel.is_secure


def test_a_card_that_does_not_hold_the_channel_key_opens_no_channel() -> None:
    card = EchoCard(OTHER_KEYS)
    channel = Channel(card)
    another = point(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(ChannelError, match="did not prove"):
        channel.secure(lambda: open_scp11b(channel, another))
    assert not channel.is_secure
    with pytest.raises(IdentityError):
        channel.secure(lambda: open_scp11b(channel, another[:-1] + bytes([another[-1] ^ 1])))


@pytest.mark.parametrize("at", [0, 3, 40, 67, 68, 70, 85])
def test_an_altered_answer_to_internal_authenticate_opens_no_channel(at: int) -> None:
    card = EchoCard(OTHER_KEYS)
    card.alter = flipped(at)
    channel = Channel(card)
    with pytest.raises((ChannelError, UnexpectedAnswerError)):
        channel.secure(lambda: open_scp11b(channel, point(card.channel_key)))
    assert not channel.is_secure


def test_nothing_of_a_channel_shows_its_keys() -> None:
    channel = SecureChannel(SessionKeys(*map(Secret, KEYS)))
    shown = f"{channel!r} {vars(channel)} {own_keys()!r}"
    assert not any(key.hex() in shown or repr(key)[2:-1] in shown for key in KEYS)
    channel.close()
    assert all(len(key) == 0 for key in vars(vars(channel)["_keys"]).values())
