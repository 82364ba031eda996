"""What the independent checks see of cards: bytes on the wire, and what the bench gave them."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.bench import GROUP_ID, Specimen, components
from tests.interop.independent import Group, objects, wrap

from twincard.card.session import Card

SPKI = Encoding.DER, PublicFormat.SubjectPublicKeyInfo


def group(size: int = 3) -> Group:
    """The bench's group, derived here."""
    return Group.of([item.value.reveal() for item in components(size)], GROUP_ID)


@dataclass(frozen=True)
class Authenticated:
    """A ticket or receipt: what is said, and its MAC."""

    said: bytes
    mac: bytes

    @classmethod
    def read(cls, answer: bytes, tag: int) -> Authenticated:
        """The template with this tag, which holds 80 and 81 and nothing else."""
        ((found, content),) = objects(answer)
        (tag_said, said), (tag_mac, mac) = objects(content)
        assert (found, tag_said, tag_mac) == (tag, 0x80, 0x81)
        return cls(said, mac)


def exchange(card: Card, header: str, data: bytes = b"") -> tuple[bytes, int]:
    """Answer and status word of a command (CLA INS P1 P2 in hex), in short APDUs."""
    cla, rest = bytes.fromhex(header)[0], bytes.fromhex(header)[1:]
    pieces = [data[at : at + 255] for at in range(0, len(data), 255)] or [b""]
    for piece in pieces[:-1]:
        _, sw = card.connection.transmit(bytes([cla | 0x10]) + rest + bytes([len(piece)]) + piece)
        assert sw == 0x9000, f"{header}: {sw:04X}"
    lc = bytes([len(pieces[-1])]) if pieces[-1] else b""
    answer, sw = card.connection.transmit(bytes([cla]) + rest + lc + pieces[-1] + b"\x00")
    while sw >> 8 == 0x61:
        more, sw = card.connection.transmit(bytes.fromhex("00C00000") + bytes([sw & 0xFF]))
        answer += more
    return answer, sw


def send(card: Card, header: str, data: bytes = b"") -> bytes:
    """The answer to a command, which the card must accept."""
    answer, sw = exchange(card, header, data)
    assert sw == 0x9000, f"{header}: {sw:04X}"
    return answer


def card_id(specimen: Specimen) -> bytes:
    """Tag 82 of the state report."""
    return state(specimen)[0x82]


def state(specimen: Specimen) -> dict[int, bytes]:
    """The state report, tag by tag."""
    ((tag, content),) = objects(send(specimen.card(), "00CA00E0"))
    assert tag == 0xE0
    return dict(objects(content))


@dataclass(frozen=True)
class Export:
    """A ticket, and the key block that the original gave for it."""

    ticket: Authenticated
    block: bytes


def export(original: Specimen, backup: Specimen) -> Export:
    """The first two steps of duplication, on the wire."""
    encoded = send(backup.unlocked(), "80200000", card_id(original))
    answer = send(original.unlocked(), "80220000", encoded)
    ((tag, content),) = objects(answer)
    ((tag_block, block),) = objects(content)
    assert (tag, tag_block) == (0xE2, 0x80)
    return Export(Authenticated.read(encoded, 0xE1), block)


def import_block(backup: Specimen, block: bytes) -> Authenticated:
    """IMPORT KEY of a block made by anybody: the receipt."""
    inner = b"\x80" + _length(block) + block
    answer = send(backup.unlocked(), "80240000", b"\xe2" + _length(inner) + inner)
    return Authenticated.read(answer, 0xE3)


def import_key(backup: Specimen, header: str, key_data: bytes) -> None:
    """Give a backup of the bench any key: only its ticket is asked for, no original is there."""
    ticket = Authenticated.read(send(backup.unlocked(), "80200000", bytes(16)), 0xE1).said
    import_block(backup, wrap(group().kbpk(ticket), header, key_data, group().pad(ticket)))


def _length(value: bytes) -> bytes:
    size = len(value)
    if size < 0x80:
        return bytes([size])
    return bytes([0x81, size]) if size < 0x100 else b"\x82" + size.to_bytes(2, "big")
