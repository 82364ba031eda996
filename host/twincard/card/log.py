"""The card's log of security events (see docs/card-interface.md, "Log")."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import IntEnum

from twincard.ground.language import _
from twincard.iso import tlv
from twincard.iso.channel import Channel
from twincard.iso.command import SHORT_ANSWER, Command
from twincard.iso.ins import Ins
from twincard.iso.status import UnexpectedAnswerError

NONCE_BYTES = 16
DETAIL_BYTES = 16
CHAIN_BYTES = 32
_ENTRY_BYTES = 1 + DETAIL_BYTES
_COUNT_BYTES = 4
_LABEL = b"twincard/log/1"


class Event(IntEnum):
    """The events that a card logs, with their details in brackets."""

    PERSONALISED = 0x01
    """[role, backups, policy flags: 1 byte each]"""
    CERTIFIED = 0x02
    """[beginning of the SHA-256 of the issuer's point]"""
    ACTIVATED = 0x03
    TERMINATED = 0x04
    SCP03_KEYS_REPLACED = 0x05
    """[version of the new keys]"""
    CONTACT_BY_ISSUER = 0x06
    """A contact was written or deleted by the issuer. [place]"""
    GROUP_BEGUN = 0x10
    """[group id]"""
    COMPONENT_SET = 0x11
    """[place, by: 1 issuer, 2 user, and the way in the upper half, KCV: 3 bytes]"""
    COMPONENT_CLEARED = 0x12
    """[place]"""
    GROUP_ERASED = 0x13
    """[group id]"""
    KEY_GENERATED = 0x20
    """[beginning of the key digest]"""
    SIGNATURE_KEY_GENERATED = 0x21
    """[beginning of the key digest]"""
    TICKET_DRAWN = 0x30
    """[id of the original]"""
    KEY_IMPORTED = 0x31
    """[id of the original]"""
    TICKET_VOID = 0x32
    """[id of the original]"""
    EXPORT_PENDING = 0x33
    """[id of the backup]"""
    EXPORT_DONE = 0x34
    """[id of the backup]"""
    SLOT_GIVEN_BACK = 0x35
    """For the receipt of a void ticket. [id of the backup]"""
    EXPORT_ABANDONED = 0x36
    """[id of the backup]"""
    PIN_BLOCKED = 0x40
    PIN_CHANGED = 0x41
    PIN_UNBLOCKED = 0x42
    """With the PUK."""
    PUK_BLOCKED = 0x43


@dataclass(frozen=True)
class LogEntry:
    """One event; `number` counts from 1, at installation. `detail` has 16 bytes.

    `code` is its byte on the card: a later applet may log events that this program does not know.
    """

    number: int
    code: int
    detail: bytes

    @property
    def event(self) -> Event | None:
        """What happened; None for an event that is not known here."""
        try:
            return Event(self.code)
        except ValueError:
            return None

    @property
    def encoded(self) -> bytes:
        """17 bytes, as on the card."""
        return bytes([self.code]) + self.detail


@dataclass(frozen=True)
class LogAnswer:
    """The answer to READ LOG, not verified yet: see twincard.flows.check.log.

    `count` events happened since installation; `entries` are the last of them, oldest first;
    `chain` (32 bytes) is the hash of those before. `signature` (64) is the device key's; None on a
    card without one.
    """

    count: int
    chain: bytes
    entries: tuple[LogEntry, ...]
    signature: bytes | None = field(repr=False)

    @property
    def chained(self) -> int:
        """How many events the chain covers."""
        return self.count - len(self.entries)

    def chain_at(self, number: int) -> bytes:
        """c(number), the chain after so many events; ValueError before the oldest entry."""
        if not self.chained <= number <= self.count:
            raise ValueError(
                _("the log does not give the hash chain after event {number}").format(number=number)
            )
        value = self.chain
        for entry in self.entries[: number - self.chained]:
            place = entry.number.to_bytes(_COUNT_BYTES, "big")
            value = hashlib.sha256(value + place + entry.encoded).digest()
        return value

    def signed_message(self, card_id: bytes, nonce: bytes) -> bytes:
        """The signed message."""
        entries = b"".join(entry.encoded for entry in self.entries)
        count = self.count.to_bytes(_COUNT_BYTES, "big")
        return _LABEL + card_id + nonce + count + self.chain + entries


def first_chain(card_id: bytes) -> bytes:
    """c(0), the chain of a card to which nothing happened yet."""
    return hashlib.sha256(_LABEL + card_id).digest()


class Log:
    """The log of one card; only the full build has one."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def read(self, nonce: bytes) -> LogAnswer:
        """The log, signed together with `nonce` (16 bytes); needs no authority."""
        command = Command.of(Ins.READ_LOG, data=nonce, answer=SHORT_ANSWER)
        return parse_log(self._channel.send(command, _("return its log")))


def parse_log(answer: bytes) -> LogAnswer:
    """Read the answer to READ LOG; raises UnexpectedAnswerError."""
    try:
        objects = tlv.decode(tlv.decode_one(answer, 0xE7))
        values = {item.tag: item.value for item in objects}
        count = int.from_bytes(tlv.sized(values[0x80], _COUNT_BYTES), "big")
        chain = tlv.sized(values[0x81], CHAIN_BYTES)
        signature = tlv.sized(values[0x83], 64) if 0x83 in values else None
        return LogAnswer(count, chain, _entries(values[0x82], count), signature)
    except (tlv.TlvError, KeyError, ValueError) as error:
        raise UnexpectedAnswerError(
            _("Cannot read the card's log: {error}.").format(error=error)
        ) from None


def _entries(encoded: bytes, count: int) -> tuple[LogEntry, ...]:
    size, rest = divmod(len(encoded), _ENTRY_BYTES)
    if rest or size > count:
        raise ValueError(
            _("{size} bytes of entries do not match the count of {count} events").format(
                size=len(encoded), count=count
            )
        )
    pieces = [encoded[at : at + _ENTRY_BYTES] for at in range(0, len(encoded), _ENTRY_BYTES)]
    first = count - size + 1
    return tuple(LogEntry(first + at, piece[0], piece[1:]) for at, piece in enumerate(pieces))
