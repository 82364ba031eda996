"""A backup and an original in software: who has all components, and builds his own card.

Whether he has a certificate of the issuer as well, a test decides; no honest issuer gives one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from tests.interop.independent import (
    ARCHIVE_KEY,
    EC_HEADER,
    Group,
    archive_id,
    ec_key,
    ec_key_data,
    unwrap,
    wrap,
)
from tests.trust import blind
from tests.trust.authority import BACKUP, ORIGINAL, Issuer, SigningKey, point_of
from tests.trust.blind import Export, Header, Receipt, Ticket


@dataclass
class SoftwareBackup:
    """Draws tickets and opens exports, in either mode."""

    group: Group
    issuer: Issuer
    role: int = BACKUP
    card_id: bytes = field(default_factory=lambda: os.urandom(16))
    device: SigningKey = field(default_factory=SigningKey.make)
    ephemeral: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False
    )

    @property
    def certificate(self) -> bytes:
        """By its issuer."""
        return self.issuer.certificate(self.card_id, self.role, self.device.point)

    def ticket(self, original_id: bytes, mode: int = blind.BLIND) -> Ticket:
        """For one original."""
        nonce = b"\x00\x01" + os.urandom(14)
        header = Header(self.card_id, original_id, nonce, mode)
        return self.authenticated(header)

    def authenticated(self, header: Header) -> Ticket:
        """With MAC, ephemeral point and signature."""
        mac = self.group.ticket_mac(header.encode())
        if header.mode == blind.BASE:
            return Ticket(header, mac)
        return self.signed(Ticket(header, mac, point_of(self.ephemeral)))

    def signed(self, ticket: Ticket) -> Ticket:
        """The same with this card's signature."""
        signature = self.device.sign(ticket.statement)
        return Ticket(ticket.header, ticket.mac, ticket.point, signature)

    def open(self, ticket: Ticket, export: Export) -> ec.EllipticCurvePrivateKey:
        """The P-256 key in an export; raises what `psec` and `cryptography` raise."""
        group = self.group
        if ticket.header.mode == blind.BLIND:
            secret = blind.shared_secret(self.ephemeral, export.point)
            group = blind.blinded(group, ticket, export.point, secret)
        return opened(group, ticket.header, export.block)

    def receipt(self, header: Header, kind: int, identity: bytes = b"") -> Receipt:
        """For the ticket of this header."""
        mac = blind.receipt_mac(self.group, kind, header, identity)
        bare = Receipt(kind, mac)
        if header.mode == blind.BASE:
            return bare
        return Receipt(kind, mac, self.device.sign(bare.statement(header)))


@dataclass
class SoftwareOriginal:
    """Exports a P-256 key that it made itself, in either mode."""

    group: Group
    issuer: Issuer
    role: int = ORIGINAL
    card_id: bytes = field(default_factory=lambda: os.urandom(16))
    device: SigningKey = field(default_factory=SigningKey.make)
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False
    )

    @property
    def certificate(self) -> bytes:
        """By its issuer."""
        return self.issuer.certificate(self.card_id, self.role, self.device.point)

    @property
    def point(self) -> bytes:
        """The public key."""
        return point_of(self.key)

    @property
    def identity(self) -> bytes:
        """Digest of the key, and id of the archive key beside it."""
        return sha256(self.point).digest() + archive_id(ARCHIVE_KEY)

    def export(self, ticket: Ticket, written: Callable[[bytes], bytes] = bytes) -> Export:
        """The key for this ticket, in the ticket's mode; E_O in the form that it is written in."""
        if ticket.header.mode == blind.BASE:
            return Export(self.block(self.group, ticket.header))
        ephemeral = ec.generate_private_key(ec.SECP256R1())
        point = written(point_of(ephemeral))
        secret = blind.shared_secret(ephemeral, ticket.point)
        group = blind.blinded(self.group, ticket, point, secret)
        return self.signed(ticket, Export(self.block(group, ticket.header), point))

    def signed(self, ticket: Ticket, export: Export) -> Export:
        """The same with this card's signature."""
        signature = self.device.sign(export.statement(ticket))
        return Export(export.block, export.point, signature)

    def block(self, group: Group, header: Header) -> bytes:
        """The key block for a ticket of this header."""
        kbpk, pad = group.kbpk(header.encode()), group.pad(header.encode())
        scalar = self.key.private_numbers().private_value.to_bytes(32, "big")
        return wrap(kbpk, EC_HEADER, ec_key_data(scalar, self.point), pad)


def opened(group: Group, header: Header, block: bytes) -> ec.EllipticCurvePrivateKey:
    """The P-256 key in a key block; raises what `psec` and `cryptography` raise."""
    written, key_data = unwrap(group.kbpk(header.encode()), block)
    assert written == EC_HEADER
    return ec_key(key_data)
