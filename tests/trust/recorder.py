"""Who hears every byte between the cards and their host, and was told or heard every component.

He has the mathematics of tests/interop/independent.py and tests/trust/blind.py, a computer, and
time; what he has not is the inside of a card.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from tests.interop.independent import Group, objects
from tests.trust import blind
from tests.trust.authority import ORDER, point_of
from tests.trust.blind import Export, Ticket
from tests.trust.software_cards import opened

from twincard.transport.connection import Connection

CHAINING = 0x10
SET_COMPONENT, EXPORT_KEY, GET_RESPONSE, GET_DATA = 0x12, 0x22, 0xC0, 0xCA
STATE_REPORT, GROUP = b"\xe0", 0x87


@dataclass(frozen=True)
class Heard:
    """A command to any card, its parts and the pieces of its answer joined."""

    ins: int
    p1: int
    data: bytes = field(repr=False)
    answer: bytes = field(repr=False)
    sw: int


@dataclass
class Recorder:
    """All that crossed the wires, in order: command APDUs, and answers with status words."""

    wire: list[tuple[bytes, bytes, int]] = field(default_factory=list, repr=False)

    def on(self, connection: Connection) -> Tapped:
        """The same connection, heard."""
        return Tapped(connection, self)

    @property
    def everything(self) -> bytes:
        """Every byte, either way."""
        return b"".join(apdu + answer for apdu, answer, _ in self.wire)

    def commands(self) -> Iterator[Heard]:
        """What was said, one whole command after the other."""
        data = answer = b""
        header = bytes(4)
        for apdu, piece, sw in self.wire:
            if apdu[1] != GET_RESPONSE:
                header, answer = apdu[:4], b""
                data += _data(apdu)
            answer += piece
            if not header[0] & CHAINING and sw >> 8 != 0x61:
                yield Heard(header[1], header[2], data, answer, sw)
                data = b""

    def group(self, *told: bytes) -> Group:
        """The key group, from components told, from the first place on, and those heard."""
        known = dict(enumerate(told, start=1))
        group_id = b""
        for heard in self.commands():
            if heard.ins == SET_COMPONENT and heard.sw == 0x9000:
                known[heard.p1] = heard.data[:32]
            elif heard.ins == GET_DATA and heard.answer.startswith(STATE_REPORT):
                ((_, report),) = objects(heard.answer)
                group_id = dict(objects(report))[GROUP][:16]
        return Group.of([known[place] for place in sorted(known)], group_id)

    def duplication(self) -> tuple[Ticket, Export]:
        """The first export heard, and the ticket that it answers."""
        for heard in self.commands():
            if heard.ins == EXPORT_KEY and heard.sw == 0x9000:
                return Ticket.parse(heard.data), Export.parse(heard.answer)
        raise LookupError


@dataclass
class Tapped:
    """A connection with somebody on it."""

    connection: Connection
    recorder: Recorder

    @property
    def atr(self) -> bytes:
        """See Connection."""
        return self.connection.atr

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        data, sw = self.connection.transmit(apdu)
        self.recorder.wire.append((apdu, data, sw))
        return data, sw

    def reset(self) -> None:
        """See Connection."""
        self.connection.reset()

    def close(self) -> None:
        """See Connection."""
        self.connection.close()


def open_in_base_mode(group: Group, ticket: Ticket, export: Export) -> ec.EllipticCurvePrivateKey:
    """The key, under the components alone; raises what `psec` raises."""
    return opened(group, ticket.header, export.block)


def open_with_secret(
    group: Group, ticket: Ticket, export: Export, secret: bytes
) -> ec.EllipticCurvePrivateKey:
    """The key, under the components and a shared secret Z; raises what `psec` raises."""
    return opened(blind.blinded(group, ticket, export.point, secret), ticket.header, export.block)


def windows(content: bytes, size: int = 32) -> set[bytes]:
    """Every piece of this many bytes."""
    return {content[at : at + size] for at in range(len(content) - size + 1)}


def scalars_in(pieces: Iterable[bytes], point: bytes) -> list[bytes]:
    """Pieces that are the secret scalar of a point."""
    return [
        piece
        for piece in pieces
        if 0 < int.from_bytes(piece, "big") < ORDER and point_of(private_key(piece)) == point
    ]


def private_key(scalar: bytes) -> ec.EllipticCurvePrivateKey:
    """Of 32 bytes."""
    return ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1())


def likely(image: bytes) -> set[bytes]:
    """Pieces of a card's memory that look random enough for a scalar."""
    return {piece for piece in windows(image) if len(set(piece)) > 16}


def _data(apdu: bytes) -> bytes:
    """Data of a short or extended command APDU (ISO 7816-4, 5.1)."""
    body = apdu[4:]
    if len(body) <= 1:
        return b""
    if body[0] == 0 and len(body) > 3:
        return body[3 : 3 + int.from_bytes(body[1:3], "big")]
    return body[1 : 1 + body[0]]
