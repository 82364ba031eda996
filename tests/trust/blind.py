"""The messages and the mathematics of host-blind mode, by other people's code alone.

Written from docs/card-interface.md, "Duplication"; nothing here comes from the product. What base
mode has as well is in tests/interop/independent.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from tests.interop.independent import KEY_BYTES, Group, objects
from tests.trust.authority import encode, public_key

BASE, BLIND = 0, 1
FOR_BACKUP = 1
DONE, VOID = 1, 2


@dataclass(frozen=True)
class Header:
    """T."""

    backup_id: bytes
    original_id: bytes
    nonce: bytes
    mode: int = BLIND
    version: int = 1
    purpose: int = FOR_BACKUP

    @classmethod
    def parse(cls, data: bytes) -> Header:
        """From 51 bytes."""
        assert len(data) == 51
        version, mode, purpose = data[:3]
        return cls(data[3:19], data[19:35], data[35:], mode, version, purpose)

    def encode(self) -> bytes:
        """51 bytes."""
        head = bytes([self.version, self.mode, self.purpose])
        return head + self.backup_id + self.original_id + self.nonce


@dataclass(frozen=True)
class Ticket:
    """E1; the last two in host-blind mode only."""

    header: Header
    mac: bytes
    point: bytes = b""
    signature: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> Ticket:
        """In the form of its mode, and in no other."""
        header, *rest = _values(data, 0xE1, (0x80, 0x81, 0x82, 0x83))
        parsed = cls(Header.parse(header), *rest)
        assert len(rest) == (3 if parsed.header.mode == BLIND else 1)
        return parsed

    def encode(self) -> bytes:
        """As on the wire."""
        return _template(0xE1, (self.header.encode(), self.mac), (self.point, self.signature))

    @property
    def statement(self) -> bytes:
        """What B signs."""
        return b"twincard/ticket/1" + self.header.encode() + self.point


@dataclass(frozen=True)
class Export:
    """E2; the last two in host-blind mode only."""

    block: bytes = field(repr=False)
    point: bytes = b""
    signature: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> Export:
        """Of either mode."""
        return cls(*_values(data, 0xE2, (0x80, 0x82, 0x83)))

    def encode(self) -> bytes:
        """As on the wire."""
        points = (encode(0x82, self.point), encode(0x83, self.signature)) if self.point else ()
        return encode(0xE2, encode(0x80, self.block), *points)

    def statement(self, ticket: Ticket) -> bytes:
        """What O signs."""
        return b"twincard/export/1" + ticket.header.encode() + ticket.point + self.point


@dataclass(frozen=True)
class Receipt:
    """E3; the last in host-blind mode only."""

    kind: int
    mac: bytes
    signature: bytes = b""

    @classmethod
    def parse(cls, data: bytes) -> Receipt:
        """Of either mode."""
        kind, *rest = _values(data, 0xE3, (0x80, 0x81, 0x83))
        assert len(kind) == 1
        return cls(kind[0], *rest)

    def encode(self) -> bytes:
        """As on the wire."""
        signature = (encode(0x83, self.signature),) if self.signature else ()
        return encode(0xE3, encode(0x80, bytes([self.kind])), encode(0x81, self.mac), *signature)

    def statement(self, header: Header) -> bytes:
        """What B signs."""
        return b"twincard/receipt/1" + bytes([self.kind]) + header.encode() + self.mac


def receipt_mac(group: Group, kind: int, header: Header, identity: bytes) -> bytes:
    """Under K_R; the key's digest and archive id belong to DONE."""
    message = b"done" + header.encode() + identity if kind == DONE else b"void" + header.encode()
    return group.receipt_mac(message)


def shared_secret(own: ec.EllipticCurvePrivateKey, other: bytes) -> bytes:
    """Z: the x-coordinate of the shared point."""
    return own.exchange(ec.ECDH(), public_key(other))


def blinded(group: Group, ticket: Ticket, other: bytes, secret: bytes) -> Group:
    """GK' in the place of GK, for one export; `other` is E_O, `secret` is Z."""
    context = sha256(ticket.header.encode() + ticket.point + other).digest()
    fixed = b"twincard/blind/1" + context
    return Group(ConcatKDFHash(SHA256(), KEY_BYTES, fixed).derive(secret + group.key))


def _template(tag: int, first: tuple[bytes, bytes], more: tuple[bytes, bytes]) -> bytes:
    values = [*first, *(more if any(more) else ())]
    return encode(tag, *(encode(0x80 + place, value) for place, value in enumerate(values)))


def _values(data: bytes, tag: int, tags: tuple[int, ...]) -> list[bytes]:
    """What a template holds: the first of these tags, or all of them, in this order."""
    ((found, value),) = objects(data)
    items = objects(value)
    assert found == tag
    assert [item[0] for item in items] == list(tags[: len(items)])
    return [item[1] for item in items]
