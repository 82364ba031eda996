"""Who gets a channel: SCP03 for who has the card's static keys, SCP11b for who knows the card."""

from __future__ import annotations

import os

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from tests.bench import Bench, Specimen, Stage
from tests.card.wire import Command, exchange, status
from tests.trust.channel.hosts import (
    Host,
    Messages,
    Opening,
    as_issuer,
    as_user,
    initialize_update,
    sender,
    static_keys,
)
from yubikit.core.smartcard import ApduError
from yubikit.core.smartcard.scp import KeyRef, Scp03KeyParams, ScpKid

from twincard.iso.status import Sw

REPORT = Command(0x00, 0xCA, 0x00, 0xE0, answer=256)
VERIFIED = Command(0x00, 0x20, 0x00, 0x01)
# DELETE CONTACT of an empty place: for the issuer and the user.
FOR_ISSUER = Command(0x80, 0x42, 0x01)
POINT = 18
HEAD = bytes.fromhex("A60D 90021100 95013C 800188 810110 5F4941")


def internal_authenticate(data: bytes, p1: int = 0x01, p2: int = 0x13) -> Command:
    return Command(0x80, 0x88, p1, p2, data, 256)


def ephemeral() -> bytes:
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    return b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


@pytest.fixture
def specimen(bench: Bench) -> Specimen:
    return bench.at(Stage.ISSUED).original


def is_usable(specimen: Specimen) -> bool:
    """Whether a plain command and a new channel work."""
    answered = status(specimen.lab, REPORT) == Sw.DONE
    return answered and Messages.scp03(specimen).send(REPORT)[1] == Sw.DONE


@pytest.mark.parametrize("extended", [False, True], ids=["short", "extended"])
@pytest.mark.parametrize("opening", [as_issuer, as_user])
def test_the_right_keys_open_a_channel(
    specimen: Specimen, opening: Opening, extended: bool
) -> None:
    specimen.card()
    plain = exchange(specimen.lab, REPORT)[0]
    host = Host(specimen, opening, extended=extended)
    host.open()
    for _ in range(3):
        assert host.protocol.send_apdu(0x00, 0xCA, 0x00, 0xE0) == plain


def test_scp03_alone_gives_the_issuers_authority(specimen: Specimen) -> None:
    assert Messages.scp03(specimen).send(FOR_ISSUER)[1] == Sw.NOT_FOUND
    assert Messages.scp11b(specimen).send(FOR_ISSUER)[1] == Sw.AUTHORITY_MISSING
    assert status(specimen.lab, FOR_ISSUER) == Sw.AUTHORITY_MISSING


@pytest.mark.parametrize("wrong", [0, 1, 2])
def test_the_host_sees_whether_the_card_has_its_keys(specimen: Specimen, wrong: int) -> None:
    name = ("key_enc", "key_mac", "key_dek")[wrong]
    keys = static_keys(specimen)._replace(**{name: os.urandom(16)})
    host = Host(specimen, lambda _: Scp03KeyParams(KeyRef(ScpKid.SCP03, 0), keys))
    if wrong == 1:
        with pytest.raises(ValueError, match="Incorrect SCP parameters"):
            host.open()
    else:
        # S-ENC is tried by the first command, K-DEK by PUT KEY.
        host.open()
        if wrong == 0:
            with pytest.raises(ApduError, match="6982"):
                host.protocol.send_apdu(0x00, 0xCA, 0x00, 0xE0)
    assert Messages.scp03(specimen).send(REPORT)[1] == Sw.DONE


@pytest.mark.parametrize("place", range(5, 21))
def test_a_host_without_the_keys_is_refused(specimen: Specimen, place: int) -> None:
    authenticate = bytearray(initialize_update(specimen)[1])
    authenticate[place] ^= 0x01
    assert specimen.lab.transmit(bytes(authenticate)) == (b"", Sw.AUTHENTICATION_FAILED)
    assert status(specimen.lab, FOR_ISSUER) == Sw.AUTHORITY_MISSING
    # One try for each challenge.
    authenticate[place] ^= 0x01
    assert specimen.lab.transmit(bytes(authenticate)) == (b"", Sw.WRONG_STATE)
    assert is_usable(specimen)


def test_a_recorded_handshake_serves_once(specimen: Specimen) -> None:
    _, authenticate = initialize_update(specimen)
    assert specimen.lab.transmit(authenticate) == (b"", Sw.DONE)
    initialize_update(specimen)
    assert specimen.lab.transmit(authenticate) == (b"", Sw.AUTHENTICATION_FAILED)


@pytest.mark.parametrize("level", [0x00, 0x01, 0x03, 0x13, 0x30, 0x32, 0x37, 0xB3])
def test_other_levels_are_refused(specimen: Specimen, level: int) -> None:
    _, authenticate = initialize_update(specimen, level=level)
    assert specimen.lab.transmit(authenticate) == (b"", Sw.WRONG_P1P2)
    assert status(specimen.lab, FOR_ISSUER) == Sw.AUTHORITY_MISSING
    assert is_usable(specimen)


def test_the_host_authenticates_directly_after_initialize_update_or_not_at_all(
    specimen: Specimen,
) -> None:
    _, authenticate = initialize_update(specimen)
    assert status(specimen.lab, REPORT) == Sw.DONE
    assert specimen.lab.transmit(authenticate) == (b"", Sw.WRONG_STATE)
    _, authenticate = initialize_update(specimen)
    # Class 80 says that there is no MAC.
    assert specimen.lab.transmit(b"\x80" + authenticate[1:]) == (b"", Sw.WRONG_STATE)
    specimen.lab.reset()
    specimen.card()
    assert specimen.lab.transmit(authenticate) == (b"", Sw.WRONG_STATE)


def test_initialize_update_takes_the_present_key_version_and_8_bytes(specimen: Specimen) -> None:
    specimen.card()
    challenge = bytes(8)
    for version, expected in ((0, Sw.DONE), (1, Sw.DONE), (2, Sw.NOT_FOUND), (0xFF, Sw.NOT_FOUND)):
        command = Command(0x80, 0x50, version, 0x00, challenge, 256)
        answer, sw = exchange(specimen.lab, command)
        assert sw == expected
        if sw == Sw.DONE:
            assert answer[:10] == specimen.card_id[:10]
            assert answer[10:13] == bytes.fromhex("010360")
            assert len(answer) == 29
    assert status(specimen.lab, Command(0x80, 0x50, 0, 1, challenge)) == Sw.WRONG_P1P2
    for size in (0, 7, 9, 255):
        command = Command(0x80, 0x50, 0, 0, bytes(size))
        assert status(specimen.lab, command) == Sw.WRONG_LENGTH


def test_two_card_challenges_differ(specimen: Specimen) -> None:
    specimen.card()
    command = Command(0x80, 0x50, 0, 0, bytes(8), 256)
    assert exchange(specimen.lab, command)[0][13:] != exchange(specimen.lab, command)[0][13:]


@pytest.mark.parametrize(
    "handshake",
    [Command(0x80, 0x50, 0, 0, bytes(8)), Command(0x80, 0x50), internal_authenticate(b"")],
    ids=["initialize update", "refused initialize update", "refused internal authenticate"],
)
def test_a_new_handshake_ends_every_session(specimen: Specimen, handshake: Command) -> None:
    specimen.unlocked()
    status(specimen.lab, handshake)
    assert status(specimen.lab, VERIFIED) == 0x63C3
    specimen.as_issuer()
    status(specimen.lab, handshake)
    assert status(specimen.lab, FOR_ISSUER) == Sw.AUTHORITY_MISSING
    messages = Messages.scp03(specimen)
    status(specimen.lab, handshake)
    assert messages.send(REPORT) == (b"", Sw.AUTHORITY_MISSING)


@pytest.mark.parametrize(
    "handshake",
    [
        Command(0x80, 0x50, 0, 0, bytes(8)),
        Command(0x80, 0x82, 0x33, 0, bytes(16)),
        internal_authenticate(HEAD + ephemeral()),
    ],
    ids=["initialize update", "external authenticate", "internal authenticate"],
)
def test_a_handshake_inside_a_channel_ends_it(specimen: Specimen, handshake: Command) -> None:
    messages = Messages.scp03(specimen)
    assert messages.send(handshake) == (b"", Sw.AUTHORITY_MISSING)
    assert messages.send(REPORT) == (b"", Sw.AUTHORITY_MISSING)
    assert is_usable(specimen)


def test_a_new_channel_replaces_the_old(specimen: Specimen) -> None:
    old = Messages.scp03(specimen)
    params = Scp03KeyParams(KeyRef(ScpKid.SCP03, 0), static_keys(specimen))
    state, cryptogram = type(old.state).scp03_init(sender(specimen.lab), params)
    message = bytes.fromhex("8482330010") + cryptogram
    assert specimen.lab.transmit(message + state.mac(message)) == (b"", Sw.DONE)
    new = Messages(specimen.lab, state)
    assert new.send(REPORT)[1] == Sw.DONE
    assert old.send(REPORT) == (b"", Sw.AUTHORITY_MISSING)
    assert new.send(REPORT) == (b"", Sw.AUTHORITY_MISSING)


def test_the_host_sees_whether_the_card_has_the_channel_key(bench: Bench) -> None:
    bench.at(Stage.ISSUED)
    bench.backup.card()
    of_another = as_user(bench.backup)
    with pytest.raises(InvalidSignature):
        Host(bench.original, lambda _: of_another).open()
    assert Messages.scp11b(bench.original).send(REPORT)[1] == Sw.DONE


def test_each_channel_has_a_point_and_a_receipt_of_its_own(specimen: Specimen) -> None:
    specimen.card()
    command = internal_authenticate(HEAD + ephemeral())
    first, second = (exchange(specimen.lab, command)[0] for _ in range(2))
    assert len(first) == len(second) == 86
    assert first[3:68] != second[3:68]
    assert first[70:] != second[70:]


def test_a_card_that_is_not_personalised_has_no_channel_key(bench: Bench) -> None:
    specimen = bench.at(Stage.BLANK).original
    specimen.card()
    command = internal_authenticate(HEAD + ephemeral())
    assert exchange(specimen.lab, command) == (b"", Sw.NOT_FOUND)


@pytest.mark.parametrize(("p1", "p2"), [(0x00, 0x13), (0x02, 0x13), (0x01, 0x11), (0x01, 0x15)])
def test_other_protocols_and_versions_are_not_there(specimen: Specimen, p1: int, p2: int) -> None:
    specimen.card()
    command = internal_authenticate(HEAD + ephemeral(), p1, p2)
    assert exchange(specimen.lab, command) == (b"", Sw.NOT_FOUND)


@pytest.mark.parametrize("place", range(POINT))
def test_other_parameters_of_the_agreement_are_refused(specimen: Specimen, place: int) -> None:
    specimen.card()
    data = bytearray(HEAD + ephemeral())
    data[place] ^= 0x01
    assert exchange(specimen.lab, internal_authenticate(bytes(data))) == (b"", Sw.WRONG_DATA)
    assert is_usable(specimen)


ON_CURVE = ephemeral()
ORDER_4_OF_ANOTHER_CURVE = b"\x04" + bytes(31) + b"\x01" + bytes(32)
PRIME = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(ON_CURVE[:-1] + bytes([ON_CURVE[-1] ^ 1]), id="off the curve"),
        pytest.param(b"\x04" + bytes(64), id="zeros"),
        pytest.param(ORDER_4_OF_ANOTHER_CURVE, id="y is zero: order 2 on another curve"),
        pytest.param(b"\x04" + PRIME.to_bytes(32, "big") + bytes(32), id="x is the prime"),
        pytest.param(b"\x04" + b"\xff" * 64, id="beyond the prime"),
        pytest.param(bytes([6 + ON_CURVE[64] % 2]) + ON_CURVE[1:], id="hybrid form"),
        pytest.param(b"\x00" + bytes(64), id="identity"),
        pytest.param(b"\x02" + ON_CURVE[1:33], id="compressed"),
        pytest.param(ON_CURVE + b"\x00", id="a byte too many"),
        pytest.param(b"", id="none"),
    ],
)
def test_what_is_no_point_of_the_curve_opens_no_channel(specimen: Specimen, point: bytes) -> None:
    specimen.card()
    command = internal_authenticate(HEAD + point)
    assert exchange(specimen.lab, command) == (b"", Sw.WRONG_DATA)
    assert is_usable(specimen)
