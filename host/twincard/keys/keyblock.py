"""Key blocks, ANSI X9.143 (TR-31) version D, as the cards write them.

For custodians' tools and for tests: every component and the ticket together open a block.
"""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from twincard.ground.language import _
from twincard.keys.derivation import KEY_BITS, KEY_BYTES, MAC_BYTES, ArchiveKey, aes_cmac, kdf

HEADER_CHARACTERS = 16
RSA_HEADER = b"D2000D1RD00N0000"
"""Asymmetric key for data encryption, RSA, decrypt only, not exportable: to a backup."""
EC_HEADER = b"D0368K3EX00N0000"
"""Key for key agreement, elliptic curve, derivation only, not exportable: to a backup."""
RSA_SERVICE_HEADER = b"D1936D1RD00E0000"
"""As `RSA_HEADER`, but exportable and without an archive key: from the key service."""
EC_SERVICE_HEADER = b"D0272K3EX00E0000"
"""As `EC_HEADER`, likewise."""
_AES_256 = b"\x00\x04"
_ARCHIVE_HEAD = b"\xc0\x20"
_BLOCK = 16
_LENGTH_BYTES = 2
_ENCRYPTION = b"\x00\x00"
_AUTHENTICATION = b"\x00\x01"


class KeyBlockError(ValueError):
    """The block does not open: altered, or under another KBPK."""


def open_block(kbpk: bytes, block: bytes, header: bytes) -> bytes:
    """The key data in a block on the wire, after its whole header was compared with `header`.

    `kbpk` has 32 bytes. Raises KeyBlockError.
    """
    if block[:HEADER_CHARACTERS] != header or len(block) != wire_bytes(header):
        raise KeyBlockError(_("The key block does not have the expected header or length."))
    ciphertext, mac = block[HEADER_CHARACTERS:-MAC_BYTES], block[-MAC_BYTES:]
    decryptor = Cipher(AES(_derive(kbpk, _ENCRYPTION)), CBC(mac)).decryptor()
    plaintext = decryptor.update(ciphertext) + decryptor.finalize()
    if not hmac.compare_digest(mac, aes_cmac(_derive(kbpk, _AUTHENTICATION), header + plaintext)):
        raise KeyBlockError(_("The key block was altered, or made with another key group."))
    bits = int.from_bytes(plaintext[:_LENGTH_BYTES], "big")
    end = _LENGTH_BYTES + bits // 8
    if bits % 8 or not len(plaintext) - _BLOCK < end <= len(plaintext):
        raise KeyBlockError(_("The key block has a wrong key length."))
    return plaintext[_LENGTH_BYTES:end]


def build_block(kbpk: bytes, header: bytes, key: bytes, padding: bytes) -> bytes:
    """The block on the wire: header, ciphertext, MAC; as much of `padding` is used as is needed.

    Raises KeyBlockError when the header's length does not fit.
    """
    plaintext = (8 * len(key)).to_bytes(_LENGTH_BYTES, "big") + key
    plaintext += padding[: -len(plaintext) % _BLOCK]
    mac = aes_cmac(_derive(kbpk, _AUTHENTICATION), header + plaintext)
    encryptor = Cipher(AES(_derive(kbpk, _ENCRYPTION)), CBC(mac)).encryptor()
    block = header + encryptor.update(plaintext) + encryptor.finalize() + mac
    if len(block) != wire_bytes(header):
        raise KeyBlockError(_("The key does not match the length in the header."))
    return block


def archive_key(key_data: bytes) -> ArchiveKey:
    """The archive key at the end of the key data of a block for a backup.

    Raises KeyBlockError where there is none.
    """
    head, key = key_data[:-KEY_BYTES][-len(_ARCHIVE_HEAD) :], key_data[-KEY_BYTES:]
    if head != _ARCHIVE_HEAD:
        raise KeyBlockError(_("The key block does not contain an archive key."))
    return ArchiveKey(key)


def wire_bytes(header: bytes) -> int:
    """Bytes of the block on the wire; the header counts the rest in hexadecimal."""
    try:
        characters = int(header[1:5])
    except ValueError:
        raise KeyBlockError(_("The header of the key block has no valid length.")) from None
    return HEADER_CHARACTERS + (characters - HEADER_CHARACTERS) // 2


def ascii_form(block: bytes) -> str:
    """The block as other tools read it: ciphertext and MAC in upper-case hexadecimal."""
    header, rest = block[:HEADER_CHARACTERS], block[HEADER_CHARACTERS:]
    return header.decode("ascii") + rest.hex().upper()


def _derive(kbpk: bytes, usage: bytes) -> bytes:
    """KBEK or KBAK, AES-256 (X9.143, 7.2.3)."""
    return kdf(kbpk, usage, _AES_256, KEY_BITS)
