"""The static keys of SCP03: those of the applet, and the management keys of a card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from twincard.keys.derivation import KCV_BYTES, kdf
from twincard.keys.secret import Secret

SCP03_KEY_BYTES = 16
LAST_VERSION = 0x7F


@dataclass(frozen=True)
class Scp03Keys:
    """The static keys K-ENC, K-MAC and K-DEK; version 0: whichever is present.

    16 bytes each; a security domain's may have 24 or 32.
    """

    enc: Secret
    mac: Secret
    dek: Secret
    version: int = 0

    @classmethod
    def derive(cls, transport_key: Secret, card_id: bytes, version: int = 0) -> Self:
        """The keys that go with a transport key (32 bytes) on the card of this id."""
        size = SCP03_KEY_BYTES
        keys = kdf(transport_key.reveal(), b"scp03", card_id, 3 * 8 * size)
        enc, mac, dek = (Secret(keys[i : i + size]) for i in range(0, len(keys), size))
        return cls(enc, mac, dek, version)

    def wipe(self) -> None:
        """Overwrite all three."""
        for key in (self.enc, self.mac, self.dek):
            key.wipe()

    @property
    def check_values(self) -> bytes:
        """The KCVs of the three keys, 3 bytes each."""
        return b"".join(ecb_kcv(key) for key in (self.enc, self.mac, self.dek))


def ecb_kcv(key: Secret) -> bytes:
    """KCV of an AES key: 3 bytes (GPC Amendment D, 7.2.2)."""
    encryptor = Cipher(AES(key.reveal()), ECB()).encryptor()  # noqa: S305 -- one block
    return encryptor.update(b"\x01" * 16)[:KCV_BYTES]
