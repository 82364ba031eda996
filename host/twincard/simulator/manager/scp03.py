"""The card's side of SCP03: GPC Amendment D.

The host lets `cryptography` derive keys (twincard.iso.scp03); here it is done step by step, so that
both sides do not share a mistake. Whatever is malformed is refused, and ends the session.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB
from cryptography.hazmat.primitives.cmac import CMAC

BLOCK = 16
CARD_CRYPTOGRAM, HOST_CRYPTOGRAM, CARD_CHALLENGE = 0x00, 0x01, 0x02
S_ENC, S_MAC, S_RMAC = 0x04, 0x06, 0x07
LEVELS = {0x00: {0x03}, 0x20: {0x03, 0x13}, 0x60: {0x03, 0x13, 0x33}}
"""Security levels with encrypted commands, by what the parameter i says of answers."""


class SecurityError(Exception):
    """What was received is refused, and the session is over."""


@dataclass(frozen=True)
class StaticKeys:
    """K-ENC, K-MAC, K-DEK: 16, 24 or 32 bytes each."""

    enc: bytes = field(repr=False)
    mac: bytes = field(repr=False)
    dek: bytes = field(repr=False)


def derive(key: bytes, constant: int, context: bytes, size: int) -> bytes:
    """4.1.5: SP 800-108 in counter mode; the counter stands before the context."""
    before = bytes(11) + bytes([constant, 0x00]) + (8 * size).to_bytes(2, "big")
    blocks = [cmac(key, before + bytes([number]) + context) for number in (1, 2)]
    return b"".join(blocks)[:size]


def cmac(key: bytes, message: bytes) -> bytes:
    """AES-CMAC (SP 800-38B)."""
    mac = CMAC(AES(key))
    mac.update(message)
    return mac.finalize()


def kcv(key: bytes) -> bytes:
    """The key check value (7.2.2): 3 bytes."""
    return _ecb(key, b"\x01" * BLOCK)[:3]


def unwrap_key(dek: bytes, wrapped: bytes, size: int) -> bytes:
    """6.2.8: a key that came under K-DEK."""
    decryptor = Cipher(AES(dek), CBC(bytes(BLOCK))).decryptor()
    return (decryptor.update(wrapped) + decryptor.finalize())[:size]


class Session:
    """Begins with INITIALIZE UPDATE; `level` is 0 until EXTERNAL AUTHENTICATE succeeds."""

    def __init__(
        self, keys: StaticKeys, host_challenge: bytes, parameter: int, counter: bytes, aid: bytes
    ) -> None:
        size = len(host_challenge)
        self.keys = keys
        self._mac_bytes = size
        self._parameter = parameter
        if parameter & 0x10:
            self.challenge = derive(keys.enc, CARD_CHALLENGE, counter + aid, size)
        else:
            self.challenge = secrets.token_bytes(size)
        context = host_challenge + self.challenge
        self._enc = derive(keys.enc, S_ENC, context, len(keys.enc))
        self._mac = derive(keys.mac, S_MAC, context, len(keys.mac))
        self._rmac = derive(keys.mac, S_RMAC, context, len(keys.mac))
        self.cryptogram = derive(self._mac, CARD_CRYPTOGRAM, context, size)
        self._expected = derive(self._mac, HOST_CRYPTOGRAM, context, size)
        self._chain = bytes(BLOCK)
        self._counter = 0
        self.level = 0

    def authenticate(self, header: bytes, data: bytes) -> None:
        """7.1.2; the header's P1 is the level."""
        cryptogram = self._without_mac(header, data)
        if header[2] not in LEVELS[self._parameter & 0x60]:
            raise SecurityError("level")
        if not hmac.compare_digest(cryptogram, self._expected):
            raise SecurityError("cryptogram")
        self.level = header[2]

    def open(self, header: bytes, data: bytes) -> bytes:
        """6.2.6: the data of a command."""
        if not self.level:
            raise SecurityError("session")
        self._counter += 1
        encrypted = self._without_mac(header, data)
        if not encrypted:
            return b""
        if len(encrypted) % BLOCK:
            raise SecurityError("blocks")
        decryptor = self._cipher(0x00).decryptor()
        padded = decryptor.update(encrypted) + decryptor.finalize()
        plain = padded.rstrip(b"\x00")
        if not plain.endswith(b"\x80") or len(padded) - len(plain) >= BLOCK:
            raise SecurityError("padding")
        return plain[:-1]

    def seal(self, data: bytes, sw: int) -> bytes:
        """6.2.5 and 6.2.7: the data of an answer."""
        if sw != 0x9000 and sw >> 8 not in (0x62, 0x63):
            return b""
        if self.level & 0x20 and data:
            encryptor = self._cipher(0x80).encryptor()
            data = encryptor.update(data + b"\x80" + bytes(-(len(data) + 1) % BLOCK))
        if not self.level & 0x10:
            return data
        mac = cmac(self._rmac, self._chain + data + sw.to_bytes(2, "big"))
        return data + mac[: self._mac_bytes]

    def _without_mac(self, header: bytes, data: bytes) -> bytes:
        body, mac = data[: -self._mac_bytes], data[-self._mac_bytes :]
        chain = cmac(self._mac, self._chain + header + bytes([len(data)]) + body)
        if not hmac.compare_digest(chain[: self._mac_bytes], mac):
            raise SecurityError("MAC")
        self._chain = chain
        return body

    def _cipher(self, direction: int) -> Cipher[CBC]:
        counter = bytes([direction]) + self._counter.to_bytes(BLOCK - 1, "big")
        return Cipher(AES(self._enc), CBC(_ecb(self._enc, counter)))


def _ecb(key: bytes, block: bytes) -> bytes:
    encryptor = Cipher(AES(key), ECB()).encryptor()  # noqa: S305 -- one block
    return encryptor.update(block) + encryptor.finalize()
