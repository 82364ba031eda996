"""The mathematics of docs/card-interface.md once more, without the product.

The host's derivations are `cryptography`'s, so these are their formulas, step by step. Key blocks
are opened by `psec`, and templates are taken apart by the dozen lines at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import psec
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.cmac import CMAC

HEADER_BYTES = 16
MAC_BYTES = 16
ARCHIVE_KEY = bytes(range(200, 232))
"""What blocks hold here where a test does not care."""
KEY_BYTES = 32
RSA_HEADER = "D2000D1RD00N0000"
EC_HEADER = "D0368K3EX00N0000"


@dataclass(frozen=True)
class Group:
    """A key group: what a terminal knows that was given every component."""

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, components: Sequence[bytes], group_id: bytes) -> Group:
        """SP 800-56C one-step with SHA-256 over the components (32 bytes each) in their order."""
        fixed = b"twincard/group/1" + group_id + bytes([len(components)])
        return cls(sha256(b"\x00\x00\x00\x01" + b"".join(components) + fixed).digest())

    def ticket_mac(self, ticket: bytes) -> bytes:
        """Under K_T."""
        return cmac(derive(self.key, b"ticket", b"", KEY_BYTES), ticket)

    def receipt_mac(self, message: bytes) -> bytes:
        """Under K_R."""
        return cmac(derive(self.key, b"receipt", b"", KEY_BYTES), message)

    def kbpk(self, ticket: bytes) -> bytes:
        """The key block protection key of an export."""
        return derive(self.key, b"kbpk", sha256(ticket).digest(), KEY_BYTES)

    def pad(self, ticket: bytes) -> bytes:
        """PAD of an export: 16 bytes."""
        return derive(self.key, b"pad", sha256(ticket).digest(), MAC_BYTES)


def cmac(key: bytes, message: bytes) -> bytes:
    """AES-CMAC (SP 800-38B)."""
    mac = CMAC(AES(key))
    mac.update(message)
    return mac.finalize()


def derive(key: bytes, label: bytes, context: bytes, size: int) -> bytes:
    """SP 800-108 in counter mode over AES-CMAC, counter of 1 byte before, length of 2 bytes."""
    fixed = label + b"\x00" + context + (8 * size).to_bytes(2, "big")
    blocks = [cmac(key, bytes([number]) + fixed) for number in range(1, -(-size // 16) + 1)]
    return b"".join(blocks)[:size]


def unwrap(kbpk: bytes, block: bytes) -> tuple[str, bytes]:
    """Header and key data of a block on the wire, by psec."""
    head = block[:HEADER_BYTES].decode("ascii")
    header, key = psec.tr31.unwrap(kbpk, head + block[HEADER_BYTES:].hex().upper())
    written = (
        f"{header.version_id}{len(block) * 2 - HEADER_BYTES:04d}{header.key_usage}"
        f"{header.algorithm}{header.mode_of_use}{header.version_num}{header.exportability}"
        f"{len(header.blocks):02d}00"
    )
    return written, key


def padding_of(kbpk: bytes, block: bytes) -> bytes:
    """What stands behind the key in a block on the wire (X9.143, 7.2.3: key derivation as here)."""
    mac = block[-MAC_BYTES:]
    decryptor = Cipher(AES(_block_key(kbpk, b"\x00\x00")), CBC(mac)).decryptor()
    plaintext = decryptor.update(block[HEADER_BYTES:-MAC_BYTES]) + decryptor.finalize()
    return plaintext[2 + int.from_bytes(plaintext[:2], "big") // 8 :]


def wrap(kbpk: bytes, header: str, key: bytes, padding: bytes) -> bytes:
    """A block on the wire, with just as much of the padding as is needed."""
    plaintext = (8 * len(key)).to_bytes(2, "big") + key
    plaintext += padding[: -len(plaintext) % MAC_BYTES]
    mac = cmac(_block_key(kbpk, b"\x00\x01"), header.encode() + plaintext)
    encryptor = Cipher(AES(_block_key(kbpk, b"\x00\x00")), CBC(mac)).encryptor()
    return header.encode() + encryptor.update(plaintext) + encryptor.finalize() + mac


def _block_key(kbpk: bytes, usage: bytes) -> bytes:
    return derive(kbpk, usage, b"\x00\x04", KEY_BYTES)


def rsa_key(key_data: bytes) -> rsa.RSAPrivateKey:
    """The private key in the template of an RSA block, every number taken from there."""
    heads, values, public = _three(key_data)
    assert heads == [(tag, 0x80) for tag in (0x92, 0x93, 0x94, 0x95, 0x96)]
    p, q, inverse, dp, dq = (number(values[at : at + 128]) for at in range(0, 640, 128))
    (tag_n, n), (tag_e, e) = objects(public)
    assert (tag_n, tag_e) == (0x81, 0x82)
    private = pow(number(e), -1, (p - 1) * (q - 1))
    public_numbers = rsa.RSAPublicNumbers(number(e), number(n))
    numbers = rsa.RSAPrivateNumbers(p, q, private, dp, dq, inverse, public_numbers)
    return numbers.private_key()  # refuses numbers that are no key


def ec_key(key_data: bytes) -> ec.EllipticCurvePrivateKey:
    """The private key in the template of an EC block; the point there must be its own."""
    heads, scalar, public = _three(key_data)
    assert heads == [(0x92, 0x20)]
    ((tag, point),) = objects(public)
    assert tag == 0x86
    found = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    numbers = ec.EllipticCurvePrivateNumbers(number(scalar), found.public_numbers())
    return numbers.private_key()  # refuses a point that is not the scalar's


def rsa_key_data(
    p: int, q: int, inverse: int, dp: int, dq: int, archive: bytes = ARCHIVE_KEY
) -> bytes:
    """The template of an RSA block, from the numbers of a key; e is 65537."""
    heads = b"".join(bytes([tag, 0x81, 0x80]) for tag in (0x92, 0x93, 0x94, 0x95, 0x96))
    values = b"".join(item.to_bytes(128, "big") for item in (p, q, inverse, dp, dq))
    public = b"\x81\x82\x01\x00" + (p * q).to_bytes(256, "big") + b"\x82\x03\x01\x00\x01"
    return (
        b"\x7f\x48\x0f"
        + heads
        + b"\x5f\x48\x82\x02\x80"
        + values
        + b"\x7f\x49\x82\x01\x09"
        + public
        + b"\xc0\x20"
        + archive
    )


def ec_key_data(scalar: bytes, point: bytes, archive: bytes = ARCHIVE_KEY) -> bytes:
    """The template of an EC block: 32, 65 and 32 bytes."""
    pair = b"\x7f\x48\x02\x92\x20\x5f\x48\x20" + scalar + b"\x7f\x49\x43\x86\x41" + point
    return pair + b"\xc0\x20" + archive


def archive_key(key_data: bytes) -> bytes:
    """The archive key in the template of a block for a backup."""
    tag, value = objects(key_data)[-1]
    assert (tag, len(value)) == (0xC0, KEY_BYTES)
    return value


def archive_id(archive: bytes) -> bytes:
    """What cards and files call an archive key by."""
    return derive(archive, b"archive/id", b"", MAC_BYTES)


def archive_kek(archive: bytes) -> bytes:
    """The key under which the content-encryption keys of archive files are wrapped."""
    return derive(archive, b"archive/kek", b"", KEY_BYTES)


def number(value: bytes) -> int:
    """Big-endian."""
    return int.from_bytes(value, "big")


def objects(data: bytes) -> list[tuple[int, bytes]]:
    """Tags and values of BER-TLVs, one after the other."""
    found = []
    while data:
        tag, size, data = _head(data)
        found.append((tag, data[:size]))
        assert len(data) >= size
        data = data[size:]
    return found


def _three(key_data: bytes) -> tuple[list[tuple[int, int]], bytes, bytes]:
    """Tags and lengths in 7F48, the values in 5F48, the public key in 7F49."""
    (tag_heads, heads), (tag_values, values), (tag_public, public), (tag, _) = objects(key_data)
    assert (tag_heads, tag_values, tag_public, tag) == (0x7F48, 0x5F48, 0x7F49, 0xC0)
    described = []
    while heads:
        tag, size, heads = _head(heads)
        described.append((tag, size))
    assert sum(size for _, size in described) == len(values)
    return described, values, public


def _head(data: bytes) -> tuple[int, int, bytes]:
    """Tag and length at the beginning of data, and what follows them."""
    tag_bytes = 2 if data[0] & 0x1F == 0x1F else 1
    tag, data = number(data[:tag_bytes]), data[tag_bytes:]
    if data[0] < 0x80:
        return tag, data[0], data[1:]
    length_bytes = data[0] & 0x7F
    return tag, number(data[1 : 1 + length_bytes]), data[1 + length_bytes :]
