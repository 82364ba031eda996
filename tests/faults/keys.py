"""What shows that a card's key works, and what a card must not hold any more."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives import keywrap
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.bench import GROUP_ID, Specimen, components

from twincard.card.cryptogram import (
    ArchiveCryptogram,
    Cryptogram,
    EcCryptogram,
    Hash,
    RsaCryptogram,
)
from twincard.card.duplication import ExportedKey, Ticket
from twincard.card.report import Mode
from twincard.card.session import Card
from twincard.iso import tlv
from twincard.keys.derivation import GroupKey
from twincard.keys.key_type import KeyType
from twincard.keys.keyblock import EC_HEADER, RSA_HEADER, open_block
from twincard.keys.public import PublicKey

_KEK_BYTES = 32
_TICKET = slice(4, 4 + 51)


@dataclass(frozen=True)
class Sealed:
    """Something encrypted to a card's key, and what it is (32 bytes)."""

    cryptogram: Cryptogram
    content: bytes = field(repr=False)
    archived: ArchiveCryptogram | None = None
    """The same for the archive key."""

    @classmethod
    def to(cls, key: PublicKey) -> Sealed:
        """Encrypt random bytes to the key."""
        content = os.urandom(32)
        public = key.loaded()
        if isinstance(public, ec.EllipticCurvePublicKey):
            return cls(_ec_cryptogram(public, content), content)
        oaep = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)
        return cls(RsaCryptogram(public.encrypt(content, oaep)), content)

    @classmethod
    def by(cls, card: Card) -> Sealed:
        """The same for a card, its PIN verified; for its archive key, too."""
        sealed = cls.to(card.usage.public_key())
        return replace(sealed, archived=card.usage.wrap(sealed.content))

    def opens_with(self, card: Card) -> bool:
        """Whether the card, its PIN verified, gives the content back; raises CardError."""
        opened = [card.usage.decipher(self.cryptogram)]
        if self.archived is not None:
            opened.append(card.usage.unwrap(self.archived))
        return all(content == self.content for content in opened)


def _ec_cryptogram(public: ec.EllipticCurvePublicKey, content: bytes) -> EcCryptogram:
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    kek = X963KDF(SHA256(), _KEK_BYTES, b"").derive(ephemeral.exchange(ec.ECDH(), public))
    point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    wrapped = keywrap.aes_key_wrap(kek, content)
    return EcCryptogram(Hash.SHA_256, _KEK_BYTES, b"", wrapped, point)


def group_key(size: int) -> GroupKey:
    """The key of the bench's group."""
    values = [item.value.reveal() for item in components(size)]
    return GroupKey.from_components(values, GROUP_ID)


def private_parts(ticket: Ticket, exported: ExportedKey, size: int, key: KeyType) -> list[bytes]:
    """The numbers of a private key and its archive key, opened from the original's block."""
    kbpk = group_key(size).kbpk(ticket.encoded[_TICKET])
    header = EC_HEADER if key is KeyType.P_256 else RSA_HEADER
    data = {
        item.tag: item.value for item in tlv.decode(open_block(kbpk, exported.key_block, header))
    }
    width = 32 if key is KeyType.P_256 else 128
    values = data[0x5F48]
    numbers = [values[start : start + width] for start in range(0, len(values), width)]
    return [*numbers, data[0xC0]]


def parts_of(original: Specimen, backup: Specimen, size: int, key: KeyType) -> list[bytes]:
    """The private numbers of an original's key; afterwards both cards are as before, reset."""
    kept = [(specimen.lab, specimen.lab.snapshot()) for specimen in (original, backup)]
    card = original.unlocked()
    ticket = backup.unlocked().duplication.ticket(card.report().card_id, Mode.BASE)
    parts = private_parts(ticket, card.duplication.export_key(ticket), size, key)
    for lab, snapshot in kept:
        lab.restore(snapshot)
        lab.drop(snapshot)
    return parts


ORDER = bytes.fromhex("FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551")
"""The end of the order of P-256; a public key has its point behind it."""


def news(image: bytes, before: bytes) -> list[str]:
    """What a card's image holds that it did not hold before: pieces between runs of zero bytes.

    One point does not count: that of the last ephemeral pair, which is public and stays.
    """
    pieces = [piece for piece in re.split(rb"\0{4,}", image) if piece not in before]
    points = [piece for piece in pieces if ORDER + b"\x04" in piece]
    return [piece.hex() for piece in pieces if piece not in points[:1]]


def remains(image: bytes, secrets: list[bytes]) -> list[str]:
    """Which halves of which secrets (by their places in the list) the image of a card holds."""
    found = []
    for index, secret in enumerate(secrets):
        middle = len(secret) // 2
        halves = {"first": secret[:middle], "second": secret[middle:]}
        found += [f"{name} half of {index}" for name, half in halves.items() if half in image]
    return found
