"""The card's contents and its maker, as the card manager reports them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from twincard.ground.language import _
from twincard.iso.status import UnexpectedAnswerError
from twincard.iso.tlv import Tlv, TlvError, decode, decode_one

_ENTRY = 0xE3
_AID = 0x4F
_LIFE_CYCLE = 0x9F70
_LOAD_FILE = 0xC4
_VERSION = 0xCE
_CARD_DATA = 0x66
_RECOGNITION = 0x73
_SCP_OIDS = bytes.fromhex("2A864886FC6B04")
_SCP = 0x64
_OID = 0x06
_PRODUCTION = 0x9F7F
_PRODUCTION_BYTES = 42


class Kind(IntEnum):
    """What GET STATUS is asked for: its P1 (11.4.2.1)."""

    SECURITY_DOMAIN = 0x80
    APPLICATION = 0x40
    PACKAGE = 0x20


@dataclass(frozen=True)
class RegistryEntry:
    """Something on the card: `aid` (5 to 16 bytes) and its life cycle state (11.1.1).

    `package_aid` is that of an application's package, `version` a package's, major and minor; each
    None if the card does not report it.
    """

    aid: bytes
    kind: Kind
    life_cycle: int
    package_aid: bytes | None = None
    version: tuple[int, int] | None = None


@dataclass(frozen=True)
class Production:
    """Of the card's production data (CPLC): maker, chip, its operating system and serial number.

    In hex digits: numbers of two bytes, and six bytes of the chip's serial number and batch. Dates
    are the last digit of the year and the day in it.
    """

    maker: str
    chip: str
    system: str
    system_date: str
    system_level: str
    made_on: str
    serial: str


def parse_entries(kind: Kind, answer: bytes) -> list[RegistryEntry]:
    """Read the answers to GET STATUS, one after the other (11.4.3.1).

    Raises UnexpectedAnswerError.
    """
    try:
        items = decode(answer)
        if any(item.tag != _ENTRY for item in items):
            raise KeyError(_ENTRY)
        return [_entry(kind, decode(item.value)) for item in items]
    except (TlvError, KeyError, IndexError):
        raise UnexpectedAnswerError(_("Cannot read the card's list of contents.")) from None


def parse_protocols(answer: bytes) -> list[tuple[int, int]]:
    """Number and parameter i of each secure channel in the card data (H.2)."""
    try:
        told = decode(decode_one(decode_one(answer, _CARD_DATA), _RECOGNITION))
        channels = [decode(item.value) for item in told if item.tag == _SCP]
    except TlvError:
        return []
    oids = [item.value for items in channels for item in items if item.tag == _OID]
    return [(oid[-2], oid[-1]) for oid in oids if oid[:-2] == _SCP_OIDS]


def parse_production(answer: bytes) -> Production | None:
    """Read the card production life cycle data; None where they are none."""
    try:
        data = decode_one(answer, _PRODUCTION)
    except TlvError:
        return None
    if len(data) != _PRODUCTION_BYTES:
        return None
    maker, chip, system, date, level, made_on = (data[at : at + 2].hex() for at in range(0, 12, 2))
    return Production(maker, chip, system, date, level, made_on, data[12:18].hex())


def _entry(kind: Kind, items: Sequence[Tlv]) -> RegistryEntry:
    values = {item.tag: item.value for item in items}
    version = values.get(_VERSION)
    return RegistryEntry(
        values[_AID],
        kind,
        values[_LIFE_CYCLE][0],
        values.get(_LOAD_FILE),
        (version[0], version[1]) if version is not None and len(version) == 2 else None,
    )
