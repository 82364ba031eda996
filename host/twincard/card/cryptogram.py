"""Cryptograms as the card takes and gives them (docs/card-interface.md, "Using the key")."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from twincard.ground.language import _
from twincard.iso import tlv
from twincard.iso.status import UnexpectedAnswerError

_RSA_BYTES = 256
_ARCHIVE_TAG = 0x83


class Hash(IntEnum):
    """The hash of the ANSI X9.63 key derivation."""

    SHA_256 = 1
    SHA_1 = 2
    SHA_384 = 3
    SHA_512 = 4


@dataclass(frozen=True)
class RsaCryptogram:
    """What was encrypted under an RSA-2048 key: 256 bytes."""

    value: bytes

    def encode(self) -> bytes:
        """The encoding for the card."""
        return b"\x00" + self.value


@dataclass(frozen=True)
class EcCryptogram:
    """A content-encryption key wrapped for a P-256 key.

    `kek_length` is 16, 24 or 32 bytes, `shared_info` at most 127, `wrapped_key` 8 more than the
    content-encryption key, `point` 65: the one-time public key, uncompressed.
    """

    hash: Hash
    kek_length: int
    shared_info: bytes
    wrapped_key: bytes
    point: bytes

    def encode(self) -> bytes:
        """As the card takes it."""
        return tlv.encode(
            0xA6,
            tlv.encode(0x80, bytes([self.hash])),
            tlv.encode(0x81, bytes([self.kek_length])),
            tlv.encode(0x82, self.shared_info),
            tlv.encode(0x83, self.wrapped_key),
            tlv.encode(0x86, self.point),
        )


@dataclass(frozen=True)
class ArchiveCryptogram:
    """A content-encryption key wrapped for a card's archive key: 24, 32 or 40 bytes (RFC 3394)."""

    wrapped_key: bytes

    def encode(self) -> bytes:
        """As the card takes it."""
        return tlv.encode(_ARCHIVE_TAG, self.wrapped_key)


Cryptogram = RsaCryptogram | EcCryptogram
"""What a card deciphers: a key, encrypted to its own."""
AnyCryptogram = Cryptogram | ArchiveCryptogram
"""What a card transcodes and checks."""


def parse_cryptogram(answer: bytes) -> Cryptogram:
    """Read a cryptogram from the card; raises UnexpectedAnswerError."""
    if answer[:1] == b"\x00" and len(answer) == 1 + _RSA_BYTES:
        return RsaCryptogram(answer[1:])
    try:
        kdf_hash, kek_length, shared_info, wrapped_key, point = tlv.decode_exactly(
            tlv.decode_one(answer, 0xA6), [0x80, 0x81, 0x82, 0x83, 0x86]
        )
        return EcCryptogram(Hash(kdf_hash[0]), kek_length[0], shared_info, wrapped_key, point)
    except (ValueError, IndexError) as error:
        raise UnexpectedAnswerError(
            _("Cannot read the card's cryptogram: {error}.").format(error=error)
        ) from None


def parse_archive_cryptogram(answer: bytes) -> ArchiveCryptogram:
    """Read an archive cryptogram from the card; raises UnexpectedAnswerError."""
    try:
        return ArchiveCryptogram(tlv.decode_one(answer, _ARCHIVE_TAG))
    except ValueError as error:
        raise UnexpectedAnswerError(
            _("Cannot read the card's cryptogram: {error}.").format(error=error)
        ) from None


@dataclass(frozen=True)
class Kept:
    """The key of a cryptogram as an archive cryptogram, and its check value (8 bytes)."""

    cryptogram: ArchiveCryptogram
    check: bytes = field(repr=False)


@dataclass(frozen=True)
class Transcoded:
    """A cryptogram for the target, and the check (8 bytes) of the key inside it."""

    cryptogram: Cryptogram
    check: bytes = field(repr=False)
