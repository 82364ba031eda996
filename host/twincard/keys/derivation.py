"""Key derivation of the key group (docs/card-interface.md, "Derivation")."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFCMAC, CounterLocation, Mode

MAC_BYTES = 16
KEY_BYTES = 32
KEY_BITS = 8 * KEY_BYTES
PAD_BITS = 128
ARCHIVE_ID_BITS = 128
KCV_BYTES = 3
_GROUP_LABEL = b"twincard/group/1"


def aes_cmac(key: bytes, message: bytes) -> bytes:
    """AES-CMAC (SP 800-38B, RFC 4493): 16 bytes; `key` has 16, 24 or 32."""
    mac = CMAC(AES(key))
    mac.update(message)
    return mac.finalize()


def cmac_kcv(key: bytes) -> bytes:
    """KCV: the first 3 bytes of AES-CMAC over 16 zero bytes (X9.143, annex A)."""
    return aes_cmac(key, bytes(MAC_BYTES))[:KCV_BYTES]


def kdf(key: bytes, label: bytes, context: bytes, bits: int) -> bytes:
    """SP 800-108 in counter mode with AES-CMAC: 1-byte counter, 2-byte length; `bits` / 8 bytes."""
    derivation = KBKDFCMAC(
        AES,
        Mode.CounterMode,
        bits // 8,
        rlen=1,
        llen=2,
        location=CounterLocation.BeforeFixed,
        label=label,
        context=context,
        fixed=None,
    )
    return derivation.derive(key)


@dataclass(frozen=True)
class GroupKey:
    """GK, the key made from all components of a group (32 bytes)."""

    value: bytes = field(repr=False)

    @classmethod
    def from_components(cls, components: Sequence[bytes], group_id: bytes) -> GroupKey:
        """SP 800-56C one-step with SHA-256. All components (32 bytes each) in their order."""
        fixed = _GROUP_LABEL + group_id + bytes([len(components)])
        return cls(ConcatKDFHash(SHA256(), KEY_BYTES, fixed).derive(b"".join(components)))

    def ticket_mac(self, ticket: bytes) -> bytes:
        """The MAC of a ticket T (51 bytes): 16 bytes."""
        return aes_cmac(kdf(self.value, b"ticket", b"", KEY_BITS), ticket)

    def receipt_mac(self, statement: bytes) -> bytes:
        """The MAC of a receipt's statement ("done" or "void" and the rest): 16 bytes."""
        return aes_cmac(kdf(self.value, b"receipt", b"", KEY_BITS), statement)

    def kbpk(self, ticket: bytes) -> bytes:
        """The key block protection key of one export: 32 bytes (base mode)."""
        return kdf(self.value, b"kbpk", hashlib.sha256(ticket).digest(), KEY_BITS)

    def pad(self, ticket: bytes) -> bytes:
        """Padding of the key block of one export: 16 bytes, used from the beginning."""
        return kdf(self.value, b"pad", hashlib.sha256(ticket).digest(), PAD_BITS)


@dataclass(frozen=True)
class ArchiveKey:
    """The secret (32 bytes) that an original and its backups share for archive files."""

    value: bytes = field(repr=False)

    @property
    def kek(self) -> bytes:
        """The key-encryption key of archive files, for aes256-wrap: 32 bytes."""
        return kdf(self.value, b"archive/kek", b"", KEY_BITS)

    @property
    def archive_id(self) -> bytes:
        """Its public identifier in cards and files: 16 bytes."""
        return kdf(self.value, b"archive/id", b"", ARCHIVE_ID_BITS)
