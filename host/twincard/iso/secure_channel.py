"""Secure messaging: commands and answers encrypted and with MACs (GlobalPlatform SCP03).

GPC Amendment D, 6.2; the applet's channels are of level 33, with AES-128 and MACs of 8 bytes.
Chaining, extended length and GET RESPONSE lie below: what is wrapped here is the whole command,
what is unwrapped the whole answer.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

from twincard.ground.language import _
from twincard.iso.chaining import Response
from twincard.iso.command import SHORT_DATA, Command
from twincard.iso.status import Sw
from twincard.keys.derivation import aes_cmac
from twincard.keys.secret import Secret
from twincard.transport.connection import TransportError

SESSION_KEY_BYTES = 16
CHAIN_BYTES = 16
MAC_BYTES = 8
_BLOCK = 16
_SECURE_MESSAGING = 0x04
_ANSWER = 0x80


class ChannelError(TransportError):
    """The answer is not authentic; the message is one sentence."""


@dataclass(frozen=True)
class Protection:
    """What a channel protects; commands are always encrypted, with a MAC (Amendment D, table 7-3).

    `warnings` are the SW1 that count as success, and so come with a MAC; `mac_bytes` is 8 or 16.
    """

    answer_macs: bool = True
    answers_encrypted: bool = True
    mac_bytes: int = MAC_BYTES
    warnings: tuple[int, ...] = (0x62,)

    @property
    def level(self) -> int:
        """P1 of EXTERNAL AUTHENTICATE."""
        return 0x03 | 0x10 * self.answer_macs | 0x20 * self.answers_encrypted


FULL = Protection()
"""Level 33, as the applet has it."""


@dataclass(frozen=True)
class SessionKeys:
    """S-ENC, S-MAC and S-RMAC, 16 bytes each (24 or 32 where a security domain has such keys)."""

    enc: Secret
    mac: Secret
    rmac: Secret


class SecureChannel:
    """One channel with one card: its keys, its MAC chain and its counter.

    After a wrong or missing answer it is closed for good.
    """

    def __init__(
        self,
        keys: SessionKeys,
        chain: bytes = bytes(CHAIN_BYTES),
        protection: Protection = FULL,
    ) -> None:
        """`chain` (16 bytes) is what the MAC chain begins with."""
        self.protection = protection
        self._keys = keys
        self._chain = chain
        self._counter = 0
        self._closed = False

    def exchange(self, command: Command, carry: Callable[[Command], Response]) -> Response:
        """Send a command through the channel; `carry` takes it to the card.

        Raises ChannelError when this or an earlier answer was altered or lost its MAC.
        """
        if self._closed:
            raise ChannelError(_("The secure channel to the card was closed after an error."))
        try:
            return self._unwrap(carry(self._wrap(command)))
        except BaseException:
            # The card's counter is unknown now, so no later command would fit.
            self.close()
            raise

    def authenticated(self, command: Command) -> Command:
        """The command, its data in the clear, with its MAC: how EXTERNAL AUTHENTICATE goes."""
        cla = command.cla | _SECURE_MESSAGING
        length = len(command.data) + self.protection.mac_bytes
        lc = bytes([length]) if length <= SHORT_DATA else b"\x00" + length.to_bytes(2, "big")
        header = bytes([cla, command.ins, command.p1, command.p2])
        message = self._chain + header + lc + command.data
        self._chain = aes_cmac(self._keys.mac.reveal(), message)
        return replace(
            command, cla=cla, data=command.data + self._chain[: length - len(command.data)]
        )

    def close(self) -> None:
        """Wipe the keys; the channel cannot be used any more."""
        self._closed = True
        for key in (self._keys.enc, self._keys.mac, self._keys.rmac):
            key.wipe()

    def _wrap(self, command: Command) -> Command:
        # The counter also counts commands without data (Amendment D, 6.2.6).
        self._counter += 1
        if command.data:
            encryptor = self._cipher(0).encryptor()
            data = encryptor.update(_padded(command.data)) + encryptor.finalize()
            command = replace(command, data=data)
        return self.authenticated(command)

    def _unwrap(self, response: Response) -> Response:
        if response.sw != Sw.DONE and response.sw >> 8 not in self.protection.warnings:
            # Errors have no MAC; a forged one only breaks the channel.
            if response.data:
                raise ChannelError(_("The card's error answer came with unauthenticated data."))
            return response
        if not self.protection.answer_macs:
            return response
        size = self.protection.mac_bytes
        data, mac = response.data[:-size], response.data[-size:]
        message = self._chain + data + response.sw.to_bytes(2, "big")
        expected = aes_cmac(self._keys.rmac.reveal(), message)[:size]
        if not hmac.compare_digest(mac, expected):
            raise ChannelError(
                _("The card's answer was altered in transit, or came from somewhere else.")
            )
        if data and self.protection.answers_encrypted:
            data = self._decrypted(data)
        return replace(response, data=data)

    def _decrypted(self, data: bytes) -> bytes:
        if len(data) % _BLOCK:
            raise ChannelError(_("The card's encrypted answer is not a whole number of blocks."))
        decryptor = self._cipher(_ANSWER).decryptor()
        padded = decryptor.update(data) + decryptor.finalize()
        unpadded = padded.rstrip(b"\x00")
        if not unpadded.endswith(b"\x80") or len(padded) - len(unpadded) >= _BLOCK:
            raise ChannelError(_("The padding of the card's answer is wrong."))
        return unpadded[:-1]

    def _cipher(self, direction: int) -> Cipher[CBC]:
        key = AES(self._keys.enc.reveal())
        encryptor = Cipher(key, ECB()).encryptor()  # noqa: S305 -- one block, the counter
        iv = encryptor.update(bytes([direction]) + self._counter.to_bytes(_BLOCK - 1, "big"))
        return Cipher(key, CBC(iv))


def _padded(data: bytes) -> bytes:
    return data + b"\x80" + bytes(-(len(data) + 1) % _BLOCK)
