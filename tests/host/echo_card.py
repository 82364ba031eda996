"""A card side of SCP03 and SCP11b on top of yubikit's primitives: it echoes what it is sent.

Command `xx EC SW1 SW2` is answered with its own data and the status word SW1 SW2.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from yubikit.core.smartcard.scp import ScpState, SessionKeys, StaticKeys

CARD_ID = bytes(range(0xA0, 0xB0))
DONE = 0x9000
REFUSED = 0x6982
ECHO = 0xEC


def cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(AES(key))
    mac.update(message)
    return mac.finalize()


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


class EchoCard:
    """The connection to it. `alter` may change each answer before the host sees it."""

    def __init__(self, keys: StaticKeys) -> None:
        self.keys = keys
        self.channel_key = ec.generate_private_key(ec.SECP256R1())
        self.atr = b""
        self.seen: list[bytes] = []
        self.plain: list[bytes] = []
        self.alter: Callable[[bytes, int], tuple[bytes, int]] = lambda data, sw: (data, sw)
        self._challenges = b""
        self._session = SessionKeys(b"", b"", b"")
        self._state = ScpState(self._session)
        self._counter = 0

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        self.seen.append(apdu)
        return self.alter(*self._answer(apdu))

    def reset(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def _answer(self, apdu: bytes) -> tuple[bytes, int]:
        head, data = apdu[:4], self._data(apdu)
        if head[:2] == b"\x80\x50":
            return self._initialize(data)
        if head[:2] == b"\x80\x88":
            return self._agree(data)
        if not head[0] & 0x04:
            return data, int.from_bytes(head[2:])
        length = len(data).to_bytes(2, "big") if len(data) > 255 else bytes([len(data)])
        prefix = b"\x00" if len(data) > 255 else b""
        if self._state.mac(head + prefix + length + data[:-8]) != data[-8:]:
            return b"", REFUSED
        if head[1] == 0x82:
            return b"", DONE
        self._counter += 1
        plain = self._decrypt(data[:-8]) if len(data) > 8 else b""
        self.plain.append(plain)
        sw = int.from_bytes(head[2:])
        if sw != DONE and sw >> 8 != 0x62:
            return b"", sw
        return self._sealed(plain, sw), sw

    @staticmethod
    def _data(apdu: bytes) -> bytes:
        if len(apdu) <= 5:
            return b""
        if apdu[4]:
            return apdu[5 : 5 + apdu[4]]
        return apdu[7 : 7 + int.from_bytes(apdu[5:7])]

    def _initialize(self, challenge: bytes) -> tuple[bytes, int]:
        ours = secrets.token_bytes(8)
        self._begin(self.keys.derive(challenge + ours), bytes(16))
        derivation = bytes(11) + b"\x00\x00\x00\x40\x01" + challenge + ours
        cryptogram = cmac(self._session.key_smac, derivation)[:8]
        return CARD_ID[:10] + b"\x01\x03\x60" + ours + cryptogram, DONE

    def _agree(self, data: bytes) -> tuple[bytes, int]:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data[-65:])
        one_time = ec.generate_private_key(ec.SECP256R1())
        shared = one_time.exchange(ec.ECDH(), theirs) + self.channel_key.exchange(ec.ECDH(), theirs)
        made = X963KDF(SHA256(), 80, b"\x3c\x88\x10").derive(shared)
        keys = [made[start : start + 16] for start in range(0, 80, 16)]
        tagged = b"\x5f\x49\x41" + point(one_time)
        receipt = cmac(keys[0], data + tagged)
        self._begin(SessionKeys(*keys[1:4]), receipt)
        return tagged + b"\x86\x10" + receipt, DONE

    def _begin(self, session: SessionKeys, chain: bytes) -> None:
        self._session = session
        self._state = ScpState(session, chain)
        self._counter = 0

    def _cipher(self, direction: int) -> Cipher[CBC]:
        key = AES(self._session.key_senc)
        encryptor = Cipher(key, ECB()).encryptor()  # noqa: S305
        return Cipher(
            key, CBC(encryptor.update(bytes([direction]) + self._counter.to_bytes(15, "big")))
        )

    def _decrypt(self, data: bytes) -> bytes:
        plain = self._cipher(0).decryptor().update(data).rstrip(b"\x00")
        assert plain[-1] == 0x80
        return plain[:-1]

    def _sealed(self, plain: bytes, sw: int) -> bytes:
        data = b""
        if plain:
            padded = plain + b"\x80" + bytes(-(len(plain) + 1) % 16)
            data = self._cipher(0x80).encryptor().update(padded)
        # What yubikit checks an answer with, in the other direction.
        chain = self._state._mac_chain
        return data + cmac(self._session.key_srmac, chain + data + sw.to_bytes(2, "big"))[:8]
