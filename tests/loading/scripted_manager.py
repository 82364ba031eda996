"""A card with a card manager that follows its script to the letter, and nothing on it yet.

It is the tests' own: SELECT, GET DATA, SCP03, GET STATUS, INSTALL, LOAD, DELETE and PUT KEY as in
the GlobalPlatform Card Specification 2.3.1. Whatever comes out of order, with a wrong number,
length, MAC or key is refused. An applet that it installs is the real one, where `applets` gives it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from tests.interop.independent import objects
from tests.loading.scp03_card import SecurityError, Session, StaticKeys, kcv, unwrap_key

from twincard.transport.connection import Connection, TransportError

DOMAIN_AID = bytes.fromhex("A000000151000000")
DIVERSIFICATION = bytes.fromhex("00004711081500000042")
DEFAULT_KEY = bytes(range(0x40, 0x50))
DEFAULT_KEYS = StaticKeys(DEFAULT_KEY, DEFAULT_KEY, DEFAULT_KEY)
INITIAL_VERSION = 0xFF
# The answer to reset of the simulator's cards: it offers T=1, so extended length can be used.
ATR = bytes.fromhex("3B8E8131FE458073F001C0585457494E434152440F")
DONE, MORE = 0x9000, 0x6310
LENGTH, SECURITY, BLOCKED, STATE = 0x6700, 0x6982, 0x6983, 0x6985
DATA, NO_FILE, PARAMETERS, ABSENT, INSTRUCTION = 0x6A80, 0x6A82, 0x6A86, 0x6A88, 0x6D00
MOST_FAILURES = 10

Applets = Callable[[bytes, bytes], Connection]
"""Makes the instance of an applet: its AID, and the data of its installation."""


@dataclass(frozen=True)
class Installed:
    """What an INSTALL [for install and make selectable] asked for, field by field."""

    package: bytes
    applet: bytes
    instance: bytes
    privileges: bytes
    parameters: bytes
    token: bytes


@dataclass
class _Loading:
    """A load that is under way."""

    aid: bytes
    received: bytes = b""
    blocks: int = 0


@dataclass
class ScriptedManager:
    """The connection to the card.

    `keys` are its key sets by version, `packages` load files by AID, `instances` installed applets.
    `plain` is every command that went through the channel, as it was inside: INS, P1, P2, data.
    """

    keys: dict[int, StaticKeys] = field(default_factory=lambda: {INITIAL_VERSION: DEFAULT_KEYS})
    parameter: int = 0x70
    applets: Applets | None = None
    packages: dict[bytes, bytes] = field(default_factory=dict)
    instances: dict[bytes, Installed] = field(default_factory=dict)
    plain: list[tuple[int, int, int, bytes]] = field(default_factory=list)
    seen: list[bytes] = field(default_factory=list)
    greetings: int = 0
    failures: int = 0
    most_data: int = 255
    domain_aid: bytes = DOMAIN_AID
    refuse: Callable[[int, int], int] = lambda _ins, _p1: 0
    """Given INS and P1 of a command inside the channel: a status word to refuse it with, or 0."""

    def __post_init__(self) -> None:
        self.counters = dict.fromkeys(self.keys, 0)
        self._cards: dict[bytes, Connection] = {}
        # In a reader it is served by a thread of its own.
        self._lock = Lock()
        self._forget()

    def _forget(self) -> None:
        self._selected = self.domain_aid
        self._session: Session | None = None
        self._loading: _Loading | None = None
        self._listed = 0

    # --- the connection ---------------------------------------------------------------------

    @property
    def atr(self) -> bytes:
        return ATR

    def reset(self) -> None:
        with self._lock:
            for card in self._cards.values():
                card.reset()
            self._forget()

    def close(self) -> None:
        """The power is cut; what is on the card stays."""
        self.reset()

    def destroy(self) -> None:
        """The end of all applets."""
        with self._lock:
            for card in self._cards.values():
                card.close()
            self._cards.clear()
            self._forget()

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        with self._lock:
            return self._transmit(apdu)

    def _transmit(self, apdu: bytes) -> tuple[bytes, int]:
        self.seen.append(apdu)
        if apdu[:4] == b"\x00\xa4\x04\x00":
            return self._select(apdu)
        if self._selected != self.domain_aid:
            return self._cards[self._selected].transmit(apdu)
        try:
            header, data = _parsed(apdu)
            return self._answer(header, data)
        except _RefusedError as refusal:
            return b"", refusal.sw

    def _select(self, apdu: bytes) -> tuple[bytes, int]:
        name = apdu[5 : 5 + apdu[4]] if len(apdu) > 5 else b""
        if name in self._cards:
            self._forget()
            self._selected = name
            return self._cards[name].transmit(apdu)
        if name not in (b"", self.domain_aid):
            return b"", NO_FILE
        for card in self._cards.values():
            card.reset()
        self._forget()
        most = _tlv("9F65", bytes([self.most_data])) if self.most_data < 255 else b""
        return _tlv("6F", _tlv("84", self.domain_aid) + _tlv("A5", most)), DONE

    # --- commands ---------------------------------------------------------------------------

    def _answer(self, header: bytes, data: bytes) -> tuple[bytes, int]:
        cla, ins, p1, p2 = header
        if (cla, ins) == (0x80, 0x50):
            return self._greet(p1, p2, data), DONE
        if (cla, ins) == (0x84, 0x82):
            return self._authenticate(header, data)
        if (cla, ins) == (0x80, 0xCA) and self._session is None:
            return self._get_data(p1 << 8 | p2), DONE
        if cla != 0x84 or self._session is None:
            self._session = None
            raise _RefusedError(SECURITY)
        try:
            plain = self._session.open(header, data)
        except SecurityError:
            self._session = None
            raise _RefusedError(SECURITY) from None
        self.plain.append((ins, p1, p2, plain))
        answer, sw = self._managed(ins, p1, p2, plain)
        return self._session.seal(answer, sw), sw

    def _greet(self, version: int, key_id: int, challenge: bytes) -> bytes:
        self._forget()
        self.greetings += 1
        if key_id:
            raise _RefusedError(PARAMETERS)
        if len(challenge) != (16 if self.parameter & 0x01 else 8):
            raise _RefusedError(LENGTH)
        version = version or next(iter(self.keys))
        if version not in self.keys:
            raise _RefusedError(ABSENT)
        if self.failures >= MOST_FAILURES:
            raise _RefusedError(BLOCKED)
        counter = b""
        if self.parameter & 0x10:
            self.counters[version] += 1
            counter = self.counters[version].to_bytes(3, "big")
        session = Session(self.keys[version], challenge, self.parameter, counter, self.domain_aid)
        self._session, self._version = session, version
        head = DIVERSIFICATION + bytes([version, 0x03, self.parameter])
        return head + session.challenge + session.cryptogram + counter

    def _authenticate(self, header: bytes, data: bytes) -> tuple[bytes, int]:
        if self._session is None or self._session.level or header[3]:
            raise _RefusedError(STATE)
        try:
            self._session.authenticate(header, data)
        except SecurityError:
            self._session = None
            self.failures += 1
            return b"", 0x6300
        self.failures = 0
        return b"", DONE

    def _get_data(self, tag: int) -> bytes:
        if tag == 0x66:
            oid = bytes.fromhex("2A864886FC6B04 03") + bytes([self.parameter])
            scp = _tlv("64", _tlv("06", oid))
            return _tlv("66", _tlv("73", _tlv("06", bytes.fromhex("2A864886FC6B01")) + scp))
        if tag == 0x9F7F:
            return _tlv("9F7F", bytes.fromhex("4790 D321 4700") + bytes(6) + bytes(range(30)))
        raise _RefusedError(ABSENT)

    def _managed(self, ins: int, p1: int, p2: int, data: bytes) -> tuple[bytes, int]:
        loading, self._loading = self._loading, None
        commands: dict[int, Callable[[], bytes]] = {
            0xE6: lambda: self._install(p1, p2, data),
            0xE8: lambda: self._load(loading, p1, p2, data),
            0xE4: lambda: self._delete(p1, p2, data),
            0xD8: lambda: self._put_key(p1, p2, data),
        }
        try:
            refusal = self.refuse(ins, p1)
            if refusal:
                raise _RefusedError(refusal)
            if ins == 0xF2:
                return self._status(p1, p2, data)
            if ins not in commands:
                raise _RefusedError(INSTRUCTION)
            return commands[ins](), DONE
        except _RefusedError as error:
            return b"", error.sw

    def _status(self, p1: int, p2: int, data: bytes) -> tuple[bytes, int]:
        """One entry at a time, as cards with little memory do."""
        if data != b"\x4f\x00":
            raise _RefusedError(DATA)
        if p1 == 0x40:
            entries = [
                _entry(aid, 0x07, _tlv("C5", b"\x00\x00\x00") + _tlv("C4", item.package))
                for aid, item in self.instances.items()
            ]
        elif p1 == 0x80:
            entries = [_entry(self.domain_aid, 0x01, _tlv("C5", b"\x9e\xfe\x80"))]
        elif p1 == 0x20:
            entries = [_entry(aid, 0x01, _tlv("CE", b"\x01\x00")) for aid in self.packages]
        else:
            raise _RefusedError(PARAMETERS)
        at = {0x02: 0, 0x03: self._listed}.get(p2)
        if at is None or (at == 0 and p2 == 0x03):
            raise _RefusedError(PARAMETERS)
        if not entries:
            raise _RefusedError(ABSENT)
        self._listed = at + 1
        if self._listed < len(entries):
            return entries[at], MORE
        self._listed = 0
        return entries[at], DONE

    def _install(self, p1: int, p2: int, data: bytes) -> bytes:
        if p2:
            raise _RefusedError(PARAMETERS)
        if p1 == 0x02:
            aid, domain, _hash, parameters, token = _counted(data, 5)
            if domain not in (b"", self.domain_aid) or parameters or token:
                raise _RefusedError(DATA)
            if aid in self.packages or not 5 <= len(aid) <= 16:
                raise _RefusedError(STATE)
            self._loading = _Loading(aid)
            return b"\x00"
        if p1 != 0x0C:
            raise _RefusedError(PARAMETERS)
        item = Installed(*_counted(data, 6))
        if item.package not in self.packages or item.instance in self.instances:
            raise _RefusedError(ABSENT)
        if item.applet not in self.packages[item.package] or item.token:
            raise _RefusedError(DATA)
        ((tag, application_data),) = objects(item.parameters)
        if tag != 0xC9:
            raise _RefusedError(DATA)
        if self.applets is not None:
            try:
                self._cards[item.instance] = self.applets(item.instance, application_data)
            except TransportError:
                raise _RefusedError(STATE) from None
        self.instances[item.instance] = item
        return b"\x00"

    def _load(self, loading: _Loading | None, p1: int, p2: int, data: bytes) -> bytes:
        if loading is None:
            raise _RefusedError(STATE)
        if p2 != loading.blocks & 0xFF or p1 not in (0x00, 0x80) or loading.blocks > 0xFF:
            raise _RefusedError(PARAMETERS)
        loading.received += data
        loading.blocks += 1
        if p1 == 0x80:
            self.packages[loading.aid] = _load_file(loading.received)
        else:
            self._loading = loading
        return b"\x00"

    def _delete(self, p1: int, p2: int, data: bytes) -> bytes:
        ((tag, aid),) = objects(data)
        if tag != 0x4F or p1 or p2 not in (0x00, 0x80):
            raise _RefusedError(PARAMETERS)
        doomed = [name for name, item in self.instances.items() if aid in (name, item.package)]
        if aid not in self.packages and aid not in doomed:
            raise _RefusedError(ABSENT)
        if doomed and aid in self.packages and p2 != 0x80:
            raise _RefusedError(STATE)
        for name in doomed:
            del self.instances[name]
            if name in self._cards:
                self._cards.pop(name).close()
        self.packages.pop(aid, None)
        return b"\x00"

    def _put_key(self, p1: int, p2: int, data: bytes) -> bytes:
        if p2 != 0x81:
            raise _RefusedError(PARAMETERS)
        if p1 and p1 not in self.keys:
            raise _RefusedError(ABSENT)
        assert self._session is not None
        version, rest, keys = data[0], data[1:], []
        if not 1 <= version <= 0x7F:
            raise _RefusedError(DATA)
        for _ in range(3):
            length = rest[1]
            block, check = rest[2 : 2 + length], rest[2 + length : 6 + length]
            key = unwrap_key(self._session.keys.dek, block[1:], block[0])
            if rest[0] != 0x88 or length not in (0x11, 0x21) or check != b"\x03" + kcv(key):
                raise _RefusedError(DATA)
            keys.append(key)
            rest = rest[6 + length :]
        if rest:
            raise _RefusedError(DATA)
        # The keys that the card came with go when others come; others only when named.
        self.keys.pop(p1 or INITIAL_VERSION, None)
        self.keys[version] = StaticKeys(*keys)
        self.counters[version] = 0
        return bytes([version]) + b"".join(map(kcv, keys))


class _RefusedError(Exception):
    def __init__(self, sw: int) -> None:
        super().__init__(f"{sw:04X}")
        self.sw = sw


def _parsed(apdu: bytes) -> tuple[bytes, bytes]:
    """Header and data of a short APDU, with or without Le."""
    header, body = apdu[:4], apdu[4:]
    if len(body) <= 1:
        return header, b""
    data, le = body[1 : 1 + body[0]], body[1 + body[0] :]
    if len(data) != body[0] or len(le) > 1 or not data:
        raise _RefusedError(LENGTH)
    return header, data


def _counted(data: bytes, count: int) -> list[bytes]:
    """Exactly `count` fields, each after its length."""
    found = []
    for _ in range(count):
        if not data or len(data) <= data[0]:
            raise _RefusedError(DATA)
        found.append(data[1 : 1 + data[0]])
        data = data[1 + data[0] :]
    if data:
        raise _RefusedError(DATA)
    return found


def _load_file(received: bytes) -> bytes:
    """The load file data block, C4 and a BER length, which must be what was received."""
    if received[:1] != b"\xc4":
        raise _RefusedError(DATA)
    first = received[1]
    digits = first & 0x7F if first & 0x80 else 0
    size = int.from_bytes(received[2 : 2 + digits], "big") if digits else first
    content = received[2 + digits :]
    if len(content) != size:
        raise _RefusedError(DATA)
    return content


def _entry(aid: bytes, life_cycle: int, more: bytes) -> bytes:
    return _tlv("E3", _tlv("4F", aid) + _tlv("9F70", bytes([life_cycle])) + more)


def _tlv(tag: str, value: bytes) -> bytes:
    assert len(value) < 0x80
    return bytes.fromhex(tag) + bytes([len(value)]) + value
