"""The simulated card manager is right for a host that is not the product: `yubikit`, unmodified.

Its SCP03 and its PUT KEY stand against ours; what both are checked by would not notice a mistake
that ours and the manager share.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.loading.cap_reading import read_cap
from tests.loading.cap_writing import PACKAGE_AID, CapMaker
from tests.loading.watched import DEFAULT_KEY, SOMEBODY_ELSES, WatchedCard
from tests.trust.channel.hosts import YubikitConnection
from yubikit.core import TRANSPORT, Version
from yubikit.core.smartcard import ApduError, SmartCardProtocol
from yubikit.core.smartcard import scp as other

from twincard.simulator.manager.domain import USUAL_AID
from twincard.simulator.manager.scp03 import StaticKeys, derive

DEFAULT = other.StaticKeys(DEFAULT_KEY, DEFAULT_KEY, DEFAULT_KEY)


def host(card: WatchedCard, keys: other.StaticKeys = DEFAULT) -> SmartCardProtocol:
    """A channel by yubikit, which always asks for level 33."""
    protocol = SmartCardProtocol(YubikitConnection(card, TRANSPORT.NFC))
    protocol.select(USUAL_AID)
    protocol.configure(Version(5, 3, 0))
    protocol.init_scp(other.Scp03KeyParams(other.KeyRef(other.ScpKid.SCP03, 0), keys))
    return protocol


def test_another_host_opens_the_channel_and_is_answered() -> None:
    card = WatchedCard(parameter=0x60, packages={b"package": SOMEBODY_ELSES})
    answer = host(card).send_apdu(0x80, 0xF2, 0x20, 0x02, b"\x4f\x00")
    assert b"package" in answer
    assert card.plain == [(0xF2, 0x20, 0x02, b"\x4f\x00")]


def test_another_host_loads_a_package(tmp_path: Path) -> None:
    cap = read_cap(CapMaker(method_bytes=20).write(tmp_path / "small.cap"))
    sent = b"\xc4\x82" + len(cap.load_file).to_bytes(2, "big") + cap.load_file
    card = WatchedCard(parameter=0x60)
    protocol = host(card)
    protocol.send_apdu(0x80, 0xE6, 0x02, 0x00, b"\x09" + PACKAGE_AID + bytes(4))
    protocol.send_apdu(0x80, 0xE8, 0x00, 0x00, sent[:200])
    protocol.send_apdu(0x80, 0xE8, 0x80, 0x01, sent[200:])
    assert card.load_files == {PACKAGE_AID: cap.sha256}
    assert card.packages[PACKAGE_AID].applets == cap.applets


@pytest.mark.parametrize(
    ("commands", "sw"),
    [
        (["E80000:C40161"], 0x6985),
        (["E60200:077061636B616765 00000000", "E80001:C40161"], 0x6A86),
        (["E60200:077061636B616765 00000000", "E88000:C40261"], 0x6A80),
        (["E60200:077061636B616765 00000000", "E40080:4F0568656C6C6F"], 0x6A88),
        (["E60200:077061636B616765 000000"], 0x6A80),
        (["E60C00:077061636B616765 0568656C6C6F 0568656C6C6F 0100 02C900 00"], 0x6A88),
        (["E40080:4F077061636B616765"], 0x6A88),
        (["D80081:00"], 0x6A80),
        (["AA0000:00"], 0x6D00),
    ],
)
def test_the_manager_refuses_what_is_out_of_order(commands: list[str], sw: int) -> None:
    protocol = host(WatchedCard(parameter=0x60))
    for command in commands[:-1]:
        send(protocol, command)
    with pytest.raises(ApduError) as caught:
        send(protocol, commands[-1])
    assert caught.value.sw == sw


def send(protocol: SmartCardProtocol, command: str) -> None:
    """INS P1 P2 and data, in hex."""
    head, data = (bytes.fromhex(part) for part in command.split(":"))
    protocol.send_apdu(0x80, head[0], head[1], head[2], data)


def test_a_wrong_mac_and_a_plain_command_end_the_session() -> None:
    for spoil in (lambda apdu: apdu[:-2] + bytes([apdu[-2] ^ 1]) + apdu[-1:], lambda _: PLAIN):
        card = WatchedCard(parameter=0x60)
        protocol = host(card)
        shown = card.transmit
        card.transmit = lambda apdu, shown=shown, spoil=spoil: shown(spoil(apdu))  # type: ignore[method-assign,misc]
        with pytest.raises(ApduError) as caught:
            protocol.send_apdu(0x80, 0xF2, 0x20, 0x02, b"\x4f\x00")
        assert caught.value.sw == 0x6982
        assert card.plain == []


PLAIN = bytes.fromhex("80F22002024F0000")


def test_wrong_keys_are_counted_and_lock_the_card() -> None:
    card = WatchedCard(parameter=0x60)
    for _ in range(10):
        card.transmit(b"\x80\x50\x00\x00\x08" + bytes(8))
        assert card.transmit(b"\x84\x82\x33\x00\x10" + bytes(16)) == (b"", 0x6300)
    assert card.transmit(b"\x80\x50\x00\x00\x08" + bytes(8)) == (b"", 0x6983)


def test_the_key_derivation_is_the_other_host_s() -> None:
    keys = other.StaticKeys(bytes(range(16)), bytes(range(16, 32)), None)
    context = bytes(range(0x80, 0x90))
    session = keys.derive(context)
    assert derive(keys.key_enc, 0x04, context, 16) == session.key_senc
    assert derive(keys.key_mac, 0x06, context, 16) == session.key_smac
    assert derive(keys.key_mac, 0x07, context, 16) == session.key_srmac


def test_a_pseudo_random_challenge_is_one() -> None:
    card = WatchedCard(parameter=0x70, keys={1: StaticKeys(*3 * (bytes(16),))})
    for count in (1, 2):
        answer, _ = card.transmit(b"\x80\x50\x00\x00\x08" + bytes(8))
        counter = count.to_bytes(3, "big")
        assert answer[-3:] == counter
        assert answer[13:21] == derive(bytes(16), 0x02, counter + USUAL_AID, 8)
