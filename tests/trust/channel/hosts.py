"""Secure messaging as other people's hosts do it: `yubikit`, unmodified, over a simulated card.

`Host` is its protocol stack; `Messages` its key schedule alone, for tests that change messages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec
from tests.bench import Specimen
from tests.card.wire import Command, exchange
from tests.interop.independent import objects
from yubikit.core import TRANSPORT, Version
from yubikit.core.smartcard import ApduError, SmartCardConnection, SmartCardProtocol
from yubikit.core.smartcard.scp import (
    KeyRef,
    Scp03KeyParams,
    Scp11KeyParams,
    ScpKeyParams,
    ScpKid,
    ScpState,
    StaticKeys,
)

from twincard.card.session import APPLET_AID
from twincard.iso.status import Sw
from twincard.keys.derivation import kdf
from twincard.simulator.laboratory import Laboratory
from twincard.transport.connection import Connection

KEY_BYTES = 16
LEVEL = 0x33
DEVICE_KEYS = Command(0x00, 0xCA, 0x00, 0xE5, answer=256)

Opening = Callable[[Specimen], ScpKeyParams]


def static_keys(specimen: Specimen) -> StaticKeys:
    """The first SCP03 keys of a card, from its transport key."""
    keys = kdf(specimen.transport_key.reveal(), b"scp03", specimen.card_id, 3 * 128)
    return StaticKeys(*(keys[at : at + KEY_BYTES] for at in range(0, len(keys), KEY_BYTES)))


def as_issuer(specimen: Specimen) -> ScpKeyParams:
    """SCP03 with the card's first keys."""
    return Scp03KeyParams(KeyRef(ScpKid.SCP03, 0), static_keys(specimen))


def as_user(specimen: Specimen) -> ScpKeyParams:
    """SCP11b with the card's channel key; the applet is selected."""
    return Scp11KeyParams(KeyRef(ScpKid.SCP11b, 1), channel_key(specimen))


def channel_key(specimen: Specimen) -> ec.EllipticCurvePublicKey:
    """As the card gives it."""
    data, sw = exchange(specimen.lab, DEVICE_KEYS)
    assert sw == Sw.DONE
    ((_, value),) = objects(data)
    point = dict(objects(value))[0x87]
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


class YubikitConnection(SmartCardConnection):
    """A connection of ours as yubikit wants it: over USB with extended length, over NFC short."""

    def __init__(self, connection: Connection, transport: TRANSPORT) -> None:
        self._connection = connection
        self._transport = transport

    @property
    def transport(self) -> TRANSPORT:
        """See SmartCardConnection."""
        return self._transport

    def send_and_receive(self, apdu: bytes) -> tuple[bytes, int]:
        """See SmartCardConnection."""
        return self._connection.transmit(apdu)

    def close(self) -> None:
        """The bench closes its cards itself."""


class Host:
    """A connection of ours whose every APDU goes through yubikit's channel to a card of the bench.

    SELECT of the applet opens a channel; chains are put together before they go in.
    """

    def __init__(
        self,
        specimen: Specimen,
        opening: Opening = as_issuer,
        *,
        extended: bool = False,
        connection: Connection | None = None,
    ) -> None:
        self._specimen = specimen
        self._opening = opening
        self._connection: Connection = specimen.lab if connection is None else connection
        self._transport = TRANSPORT.USB if extended else TRANSPORT.NFC
        self._gathered = b""

    @property
    def atr(self) -> bytes:
        """See Connection."""
        return self._connection.atr

    def reset(self) -> None:
        """See Connection."""
        self._connection.reset()

    def close(self) -> None:
        """The bench closes its cards itself."""

    def open(self) -> bytes:
        """Select the applet and open a channel; the answer to SELECT."""
        self.protocol = SmartCardProtocol(YubikitConnection(self._connection, self._transport))
        answer = self.protocol.select(APPLET_AID)
        self.protocol.configure(Version(5, 3, 0))
        self.protocol.init_scp(self._opening(self._specimen))
        return answer

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """One APDU; the answer comes whole."""
        if apdu[:4] == b"\x00\xa4\x04\x00":
            return self.open(), Sw.DONE
        cla, ins, p1, p2 = apdu[:4]
        is_extended = len(apdu) > 7 and apdu[4] == 0
        start = 7 if is_extended else 5
        size = int.from_bytes(apdu[4:start], "big") if len(apdu) > 5 else 0
        data = self._gathered + apdu[start : start + size]
        if cla & 0x10:
            self._gathered = data
            return b"", Sw.DONE
        self._gathered = b""
        le = apdu[-1] if not is_extended and len(apdu) in (5, 6 + size) else 0
        try:
            return self.protocol.send_apdu(cla, ins, p1, p2, data, le), Sw.DONE
        except ApduError as refusal:
            return refusal.data, refusal.sw


@dataclass
class Messages:
    """The channel of a card as a series of APDUs, each of which a test may spoil."""

    lab: Laboratory
    state: ScpState

    @classmethod
    def scp03(cls, specimen: Specimen, keys: StaticKeys | None = None) -> Self:
        """Open it: SELECT, then the handshake."""
        state, authenticate = initialize_update(specimen, keys)
        assert specimen.lab.transmit(authenticate) == (b"", Sw.DONE)
        return cls(specimen.lab, state)

    @classmethod
    def scp11b(cls, specimen: Specimen) -> Self:
        """Open it: SELECT, then the handshake."""
        specimen.card()
        params = as_user(specimen)
        assert isinstance(params, Scp11KeyParams)
        return cls(specimen.lab, ScpState.scp11_init(sender(specimen.lab), params))

    def wrap(self, command: Command, *, encrypt: bool = True) -> bytes:
        """The next APDU; without `encrypt` a command without data carries the MAC alone."""
        data = self.state.encrypt(command.data) if encrypt else b""
        if not encrypt:
            # What other hosts do: the counter goes on all the same.
            self.state.encrypt(b"")
        return self.mac(command, data)

    def mac(self, command: Command, data: bytes) -> bytes:
        """An APDU with this encrypted data."""
        size = len(data) + 8
        lc = bytes([size]) if size < 256 else b"\x00" + size.to_bytes(2, "big")
        header = bytes([command.cla | 0x04, command.ins, command.p1, command.p2])
        message = header + lc + data
        le = b"\x00" if size < 256 else b"\x00\x00"
        return message + self.state.mac(message) + le

    def send(self, command: Command, *, encrypt: bool = True) -> tuple[bytes, int]:
        """Wrap, transmit, gather, unwrap."""
        return self.unwrap(self.wrap(command, encrypt=encrypt))

    def unwrap(self, apdu: bytes) -> tuple[bytes, int]:
        """Transmit one APDU as it is, and unwrap what is answered."""
        data, sw = self.lab.transmit(apdu)
        while sw >> 8 == 0x61:
            more, sw = self.lab.transmit(b"\x00\xc0\x00\x00\x00")
            data += more
        if not data:
            return data, sw
        plain = self.state.unmac(data, sw)
        return (self.state.decrypt(plain) if plain else b""), sw


def sender(lab: Laboratory) -> Callable[[int, int, int, int, bytes], bytes]:
    """What yubikit's handshakes send plain commands with."""

    def send(cla: int, ins: int, p1: int, p2: int, data: bytes) -> bytes:
        answer, sw = exchange(lab, Command(cla, ins, p1, p2, data, 256))
        if sw != Sw.DONE:
            raise ApduError(answer, sw)
        return answer

    return send


def initialize_update(
    specimen: Specimen, keys: StaticKeys | None = None, level: int = LEVEL
) -> tuple[ScpState, bytes]:
    """SELECT and INITIALIZE UPDATE; the EXTERNAL AUTHENTICATE that is due."""
    specimen.card()
    params = Scp03KeyParams(KeyRef(ScpKid.SCP03, 0), keys or static_keys(specimen))
    state, cryptogram = ScpState.scp03_init(sender(specimen.lab), params)
    message = bytes([0x84, 0x82, level, 0x00, 0x10]) + cryptogram
    return state, message + state.mac(message)
