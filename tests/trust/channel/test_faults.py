"""Whatever is wrong with a message ends the channel and all authority; the card works on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.bench import Bench, Specimen, Stage
from tests.card.wire import Command, exchange, status
from tests.trust.channel.hosts import Host, Messages, as_issuer, as_user
from tests.trust.channel.test_handshake import FOR_ISSUER, REPORT, VERIFIED
from yubikit.core import BadResponseError
from yubikit.core.smartcard import ApduError

from twincard.iso.status import Sw
from twincard.simulator.laboratory import Laboratory

GONE = (b"", Sw.AUTHORITY_MISSING)
FORGET = Command(0x00, 0x20, 0xFF, 0x01)
CHALLENGE = Command(0x00, 0x84, answer=16)
READ = Command(0x00, 0xB0, answer=256)


@pytest.fixture
def specimen(bench: Bench) -> Specimen:
    return bench.at(Stage.ISSUED).original


@pytest.fixture(params=["SCP03", "SCP11b"])
def messages(request: pytest.FixtureRequest, specimen: Specimen) -> Messages:
    """A channel in use, in which the PIN was verified too."""
    messages = (Messages.scp03 if request.param == "SCP03" else Messages.scp11b)(specimen)
    verify = Command(0x00, 0x20, 0x00, 0x01, specimen.pin.reveal())
    assert messages.send(verify) == (b"", Sw.DONE)
    assert messages.send(VERIFIED) == (b"", Sw.DONE)
    return messages


def is_over(messages: Messages, specimen: Specimen) -> None:
    """The channel, the issuer's authority and the session of the PIN are gone; the card is not."""
    lab = messages.lab
    assert status(lab, REPORT) == Sw.DONE
    assert status(lab, VERIFIED) == 0x63C3
    assert status(lab, FOR_ISSUER) == Sw.AUTHORITY_MISSING
    assert messages.send(REPORT) == GONE
    assert Messages.scp03(specimen).send(FOR_ISSUER)[1] == Sw.NOT_FOUND


LONG = Command(0x00, 0x22, 0x41, 0xB8, bytes.fromhex("800112") + b"\x81\x20" + bytes(32))
# Header, Lc, data (three blocks), MAC of LONG, wrapped.
PLACES = [0, 1, 2, 3, 5, 20, 21, 36, 37, 52, 53, 56, 60]


@pytest.mark.parametrize("place", PLACES)
def test_an_altered_message_is_refused(messages: Messages, specimen: Specimen, place: int) -> None:
    apdu = bytearray(messages.wrap(LONG))
    # 08 in the class stands for another form of secure messaging, and would not be 04's.
    apdu[place] ^= 0x80 if place == 0 else 0x01
    assert messages.lab.transmit(bytes(apdu)) == GONE
    is_over(messages, specimen)


@pytest.mark.parametrize(
    "cut", [1, 7, 8, 9, 16, 24, 40, 48, 55, 56], ids=lambda cut: f"{cut} bytes"
)
def test_a_truncated_message_is_refused(messages: Messages, specimen: Specimen, cut: int) -> None:
    apdu = messages.wrap(LONG)[:-1]
    body = apdu[5 : len(apdu) - cut]
    shorter = apdu[:4] + (bytes([len(body)]) + body if body else b"") + b"\x00"
    assert messages.lab.transmit(shorter) == GONE
    is_over(messages, specimen)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda apdu: apdu[:5] + apdu[:-1][5:] + b"\x00\x00", id="a byte more, not Lc"),
        pytest.param(lambda apdu: b"\x04\xca\x00\xe0\x00", id="no data, no MAC"),
        pytest.param(
            lambda apdu: b"\x04\xca\x00\xe0\x08" + bytes(8) + b"\x00", id="a MAC of zeros"
        ),
        pytest.param(
            lambda apdu: apdu[:4] + b"\x00\x00" + apdu[4:-1] + b"\x00\x00",
            id="extended on the wire, short under the MAC",
        ),
        pytest.param(lambda apdu: b"\x94\x22\x41\xb8" + apdu[4:] + apdu, id="garbage"),
    ],
)
def test_other_forms_of_a_message_are_refused(
    messages: Messages, specimen: Specimen, spoil: Callable[[bytes], bytes]
) -> None:
    apdu = spoil(messages.wrap(LONG))
    data, sw = messages.lab.transmit(apdu)
    if (data, sw) == (b"", Sw.WRONG_LENGTH):
        # No APDU at all: the applet has not seen it, and the channel goes on.
        assert messages.send(REPORT) == GONE
    else:
        assert (data, sw) == GONE
    is_over(messages, specimen)


def test_a_repeated_message_is_refused(messages: Messages, specimen: Specimen) -> None:
    apdu = messages.wrap(REPORT)
    assert messages.unwrap(apdu)[1] == Sw.DONE
    assert messages.lab.transmit(apdu) == GONE
    is_over(messages, specimen)


def test_a_message_too_early_is_refused(messages: Messages, specimen: Specimen) -> None:
    messages.wrap(REPORT)
    assert messages.lab.transmit(messages.wrap(REPORT)) == GONE
    is_over(messages, specimen)


def test_a_message_of_an_earlier_channel_is_refused(specimen: Specimen) -> None:
    recorded = Messages.scp03(specimen).wrap(REPORT)
    messages = Messages.scp03(specimen)
    assert messages.lab.transmit(recorded) == GONE
    is_over(messages, specimen)


@pytest.mark.parametrize(
    "command",
    [
        REPORT,
        VERIFIED,
        FORGET,
        CHALLENGE,
        READ,
        Command(0x80, 0x02),
        Command(0x80, 0x82, 0x33, 0x00, bytes(16)),
        Command(0x80, 0xD8, 0x01, 0x81, bytes(67)),
        Command(0x90, 0x50, 0x00, 0x00, bytes(8)),
        Command(0x0C, 0xCA, 0x00, 0xE0),
        Command(0xFF, 0xFF),
        Command(0x00, 0xA4, 0x00, 0x00, b"\x3f\x00"),
        Command(0x10, 0xC0),
    ],
    ids=lambda command: f"{command.cla:02X} {command.ins:02X}",
)
def test_a_plain_command_is_not_carried_out_and_ends_the_channel(
    messages: Messages, specimen: Specimen, command: Command
) -> None:
    assert exchange(messages.lab, command) == GONE
    is_over(messages, specimen)


def test_get_response_without_an_answer_leaves_the_channel(messages: Messages) -> None:
    assert status(messages.lab, Command(0x00, 0xC0, answer=256)) == Sw.WRONG_STATE
    assert messages.send(VERIFIED) == (b"", Sw.DONE)


@pytest.mark.parametrize("opening", ["reset", "select"])
def test_reset_and_select_end_the_channel(
    messages: Messages, specimen: Specimen, opening: str
) -> None:
    if opening == "reset":
        messages.lab.reset()
    specimen.card()
    is_over(messages, specimen)


def test_secured_commands_without_a_channel_are_refused_and_end_the_session(
    specimen: Specimen,
) -> None:
    messages = Messages.scp03(specimen)
    specimen.unlocked()
    assert messages.send(REPORT) == GONE
    assert status(specimen.lab, VERIFIED) == 0x63C3


def test_an_interrupted_chain_is_forgotten(messages: Messages) -> None:
    apdu = messages.wrap(Command(0x00, 0x22, 0x41, 0xB8, b"\x80\x01\x12\x81\x50" + bytes(80)))
    part = b"\x14" + apdu[1:4] + b"\x20" + bytes(32)
    assert messages.lab.transmit(part) == (b"", Sw.DONE)
    # Another command: the MAC chain has not moved, so that the channel goes on with this one.
    other = b"\x04\x22\x41\xb9\x08" + bytes(8)
    assert messages.lab.transmit(part) == (b"", Sw.DONE)
    assert messages.lab.transmit(other) == GONE


@pytest.mark.parametrize("part", [0, 1])
def test_an_altered_part_of_a_chain_is_refused(
    messages: Messages, specimen: Specimen, part: int
) -> None:
    template = b"\x7f\x49\x82\x01\x09\x81\x82\x01\x00" + b"\xc1" * 256 + b"\x82\x03\x01\x00\x01"
    apdu = messages.wrap(Command(0x80, 0x40, 0x01, 0x00, template))
    header, data = apdu[1:4], bytearray(apdu[7:-2])
    data[10 if part == 0 else -1] ^= 1
    first = b"\x94" + header + b"\xff" + bytes(data[:255])
    last = b"\x84" + header + bytes([len(data) - 255]) + bytes(data[255:])
    assert messages.lab.transmit(first) == (b"", Sw.DONE)
    assert messages.lab.transmit(last) == GONE
    is_over(messages, specimen)


def test_more_than_can_be_gathered_ends_the_channel(messages: Messages, specimen: Specimen) -> None:
    part = Command(0x84 | 0x10, 0x40, 0x01, 0x00, bytes(255)).short()
    assert messages.lab.transmit(part) == (b"", Sw.DONE)
    assert messages.lab.transmit(part) == GONE
    is_over(messages, specimen)


@pytest.mark.parametrize("blocks", [b"", b"\x80" + bytes(15), bytes(16), bytes(15) + b"\x01"])
def test_data_that_are_not_padded_are_refused(
    messages: Messages, specimen: Specimen, blocks: bytes
) -> None:
    # Encrypted by who has the keys, but not as Amendment D says.
    encrypted = messages.state.encrypt(blocks)[: len(blocks)]
    command = Command(0x00, 0x20, 0x00, 0x01)
    expected = (b"", Sw.DONE) if blocks[:1] in (b"", b"\x80") else GONE
    assert messages.unwrap(messages.mac(command, encrypted)) == expected
    if expected == GONE:
        is_over(messages, specimen)


@pytest.mark.parametrize("size", [1, 8, 15, 17])
def test_data_that_are_no_whole_blocks_are_refused(
    messages: Messages, specimen: Specimen, size: int
) -> None:
    messages.state.encrypt(b"")
    assert messages.unwrap(messages.mac(VERIFIED, bytes(size))) == GONE
    is_over(messages, specimen)


def test_a_refused_command_leaves_the_channel_open(messages: Messages) -> None:
    refusals = [
        (Command(0x00, 0xCA, 0x00, 0xFF), Sw.NOT_FOUND),
        (Command(0x00, 0xCA, 0x01, 0xE0), Sw.WRONG_P1P2),
        (Command(0x80, 0xFA), Sw.UNKNOWN_INS),
        (Command(0x00, 0x44), Sw.WRONG_STATE),
        (Command(0x00, 0x2A, 0x80, 0x86, bytes(257)), Sw.NOT_FOUND),
        (Command(0x00, 0x20, 0x00, 0x01, b"wrong PIN"), 0x63C2),
    ]
    for command, expected in refusals:
        assert messages.send(command) == (b"", expected)
        assert messages.send(REPORT)[1] == Sw.DONE
    assert messages.send(VERIFIED) == (b"", 0x63C2)


@pytest.mark.parametrize("encrypt", [True, False], ids=["encrypted empty", "MAC alone"])
def test_commands_without_data_come_in_either_form(messages: Messages, encrypt: bool) -> None:
    plain = messages.send(REPORT)
    for _ in range(3):
        assert messages.send(REPORT, encrypt=encrypt) == plain
        assert messages.send(VERIFIED, encrypt=encrypt) == (b"", Sw.DONE)


class Spoiling:
    """A connection that flips one bit of the next long answer."""

    def __init__(self, lab: Laboratory, place: int) -> None:
        self._lab, self._place = lab, place
        self.reset, self.close = lab.reset, lab.close
        self.armed = False

    @property
    def atr(self) -> bytes:
        return self._lab.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        data, sw = self._lab.transmit(apdu)
        if self.armed:
            spoilt = bytearray(data)
            spoilt[self._place] ^= 1
            return bytes(spoilt), sw
        return data, sw


@pytest.mark.parametrize("place", [0, 15, 16, -9, -8, -1])
def test_the_host_sees_that_an_answer_was_altered(specimen: Specimen, place: int) -> None:
    connection = Spoiling(specimen.lab, place)
    host = Host(specimen, as_user, connection=connection)
    host.open()
    connection.armed = True
    with pytest.raises(BadResponseError):
        host.protocol.send_apdu(0x00, 0xCA, 0x00, 0xE0)


def test_an_answer_has_a_mac_of_its_own_even_when_it_is_empty(messages: Messages) -> None:
    data, sw = messages.lab.transmit(messages.wrap(VERIFIED))
    assert (len(data), sw) == (8, Sw.DONE)
    assert messages.state.unmac(data, sw) == b""


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_channel_ends_before_its_counter_does(messages: Messages, specimen: Specimen) -> None:
    # The fixture sent two commands.
    for _ in range(0x7FFF - 2):
        assert messages.lab.transmit(messages.wrap(VERIFIED, encrypt=False))[1] == Sw.DONE
    assert messages.send(VERIFIED) == GONE
    is_over(messages, specimen)


def test_a_host_that_was_refused_may_try_again(specimen: Specimen) -> None:
    host = Host(specimen, as_issuer)
    host.open()
    assert status(specimen.lab, REPORT) == Sw.AUTHORITY_MISSING
    with pytest.raises(ApduError):
        host.protocol.send_apdu(0x00, 0xCA, 0x00, 0xE0)
    host.open()
    assert host.protocol.send_apdu(0x00, 0xCA, 0x00, 0xE0)
