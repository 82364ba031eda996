"""The issuer security domain of a simulated card.

GET DATA, SCP03, GET STATUS, INSTALL, LOAD, DELETE and PUT KEY as in the GlobalPlatform Card
Specification 2.3.1. A command out of order, or with a wrong number, length, MAC or key, is refused.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from twincard.simulator.manager.commands import (
    RefusedError,
    Sw,
    counted,
    encoded,
    parsed,
    value_of,
)
from twincard.simulator.manager.loading import Package, read_package
from twincard.simulator.manager.scp03 import SecurityError, Session, StaticKeys, kcv, unwrap_key
from twincard.simulator.manager.state import INITIAL_VERSION, Instance, ManagerState
from twincard.transport.connection import CardFileError, CardGoneError, TransportError

USUAL_AID = bytes.fromhex("A000000151000000")
"""Of issuer security domains: GlobalPlatform's own."""
_SCP03 = 0x03
_PSEUDO_RANDOM, _S16 = 0x10, 0x01
_USUAL_PARAMETER = 0x70
"""The i of SCP03: pseudo-random challenges, answers with MACs and encrypted."""
_MOST_DATA = 255
_MOST_FAILURES = 10
_MOST_BLOCKS = 256
_MANAGEMENT_OID, _SCP_OID = bytes.fromhex("2A864886FC6B01"), bytes.fromhex("2A864886FC6B04")
_PRODUCTION = bytes.fromhex("4790 D321 4700") + bytes(6)
"""Maker, chip and system of a card that does not exist, before its serial number."""
_PRODUCTION_BYTES = 42
_AES = 0x88
_AES_KEY_LENGTHS = (0x11, 0x21)
"""Of a key block of one or two AES blocks, with the key's own length before it."""
_LAST_BLOCK = 0x80
_APPLICATION_DATA = 0xC9


class Applets(Protocol):
    """Where the applet runs, and what the card keeps."""

    def install(self, application_data: bytes, aid: bytes = b"") -> None:
        """Install the applet under this AID. Raises TransportError where it refuses."""

    def remove(self) -> None:
        """Delete it with all that it holds, if it is there."""

    def keep(self, data: bytes) -> None:
        """Keep this in place of what was kept before."""


@dataclass
class _Loading:
    """A load that is under way."""

    aid: bytes
    received: bytes = field(default=b"", repr=False)
    blocks: int = 0


class SecurityDomain:
    """The domain of one card. `parameter` is the i of its SCP03, `most_data` the most that a
    command may have."""

    def __init__(self, applets: Applets, state: ManagerState) -> None:
        self.state = state
        self.aid = USUAL_AID
        self.parameter = _USUAL_PARAMETER
        self.most_data = _MOST_DATA
        self._applets = applets
        self.forget()

    def forget(self) -> None:
        """End the session, and whatever was begun in it."""
        self._session: Session | None = None
        self._version = 0
        self._loading: _Loading | None = None
        self._listed = 0

    def select(self) -> bytes:
        """The answer to SELECT (11.9.3.1); a session ends."""
        self.forget()
        most = encoded("9F65", bytes([self.most_data])) if self.most_data < _MOST_DATA else b""
        return encoded("6F", encoded("84", self.aid) + encoded("A5", most))

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """Answer one command."""
        try:
            header, data = parsed(apdu)
            return self._answer(header, data)
        except RefusedError as refusal:
            return b"", refusal.sw

    def carry_out(self, ins: int, p1: int, p2: int, data: bytes) -> tuple[bytes, int]:
        """Answer one command of the secure channel, as it was inside. Raises RefusedError."""
        loading, self._loading = self._loading, None
        commands: dict[int, Callable[[], bytes]] = {
            0xE6: lambda: self._install(p1, p2, data),
            0xE8: lambda: self._load(loading, p1, p2, data),
            0xE4: lambda: self._delete(p1, p2, data),
            0xD8: lambda: self._put_key(p1, p2, data),
        }
        if ins == 0xF2:
            return self._status(p1, p2, data)
        if ins not in commands:
            raise RefusedError(Sw.INSTRUCTION)
        return commands[ins](), Sw.DONE

    def _answer(self, header: bytes, data: bytes) -> tuple[bytes, int]:
        cla, ins, p1, p2 = header
        if (cla, ins) == (0x00, 0x70):
            raise RefusedError(Sw.NO_CHANNELS)
        if (cla, ins) == (0x80, 0x50):
            return self._initialize_update(p1, p2, data), Sw.DONE
        if (cla, ins) == (0x84, 0x82):
            return self._external_authenticate(header, data)
        if (cla, ins) == (0x80, 0xCA) and self._session is None:
            return self._get_data(p1 << 8 | p2), Sw.DONE
        session, self._session = self._session, None  # kept only if everything is right
        if cla != 0x84 or session is None:
            raise RefusedError(Sw.SECURITY)
        try:
            plain = session.open(header, data)
        except SecurityError:
            raise RefusedError(Sw.SECURITY) from None
        self._session = session
        try:
            answer, sw = self.carry_out(ins, p1, p2, plain)
        except RefusedError as refusal:
            answer, sw = b"", refusal.sw
        return session.seal(answer, sw), sw

    def _initialize_update(self, version: int, key_id: int, challenge: bytes) -> bytes:
        """Amendment D, 7.1.1."""
        self.forget()
        if key_id:
            raise RefusedError(Sw.PARAMETERS)
        if len(challenge) != (16 if self.parameter & _S16 else 8):
            raise RefusedError(Sw.WRONG_LENGTH)
        version = version or next(iter(self.state.keys))
        if version not in self.state.keys:
            raise RefusedError(Sw.ABSENT)
        if self.state.failures >= _MOST_FAILURES:
            raise RefusedError(Sw.BLOCKED)
        keys, counter = self.state.keys[version], b""
        if self.parameter & _PSEUDO_RANDOM:
            count = self.state.counters.get(version, 0) + 1
            self.state.counters[version] = count
            self._keep()
            counter = count.to_bytes(3, "big")
        session = Session(keys, challenge, self.parameter, counter, self.aid)
        self._session, self._version = session, version
        head = self.state.diversification + bytes([version, _SCP03, self.parameter])
        return head + session.challenge + session.cryptogram + counter

    def _external_authenticate(self, header: bytes, data: bytes) -> tuple[bytes, int]:
        if self._session is None or self._session.level or header[3]:
            raise RefusedError(Sw.STATE)
        failures = 0
        try:
            self._session.authenticate(header, data)
        except SecurityError:
            self._session = None
            failures = self.state.failures + 1
        if failures != self.state.failures:
            self.state.failures = failures
            self._keep()
        return b"", Sw.AUTHENTICATION_FAILED if failures else Sw.DONE

    def _get_data(self, tag: int) -> bytes:
        if tag == 0x66:
            oid = encoded("06", _SCP_OID + bytes([_SCP03, self.parameter]))
            management = encoded("06", _MANAGEMENT_OID)
            return encoded("66", encoded("73", management + encoded("64", oid)))
        if tag == 0x9F7F:
            told = _PRODUCTION + self.state.diversification[:6]
            return encoded("9F7F", told.ljust(_PRODUCTION_BYTES, b"\x00"))
        raise RefusedError(Sw.ABSENT)

    def _status(self, p1: int, p2: int, data: bytes) -> tuple[bytes, int]:
        """11.4, one entry at a time, as cards with little memory do."""
        if data != b"\x4f\x00":
            raise RefusedError(Sw.DATA)
        entries = self._entries(p1)
        at = {0x02: 0, 0x03: self._listed}.get(p2)
        if at is None or (at == 0 and p2 == 0x03):
            raise RefusedError(Sw.PARAMETERS)
        if at >= len(entries):
            raise RefusedError(Sw.ABSENT)
        self._listed = at + 1
        if self._listed < len(entries):
            return entries[at], Sw.MORE
        self._listed = 0
        return entries[at], Sw.DONE

    def _entries(self, kind: int) -> list[bytes]:
        if kind == 0x40:
            return [
                _entry(aid, 0x07, encoded("C5", bytes(3)) + encoded("C4", item.package))
                for aid, item in self.state.instances.items()
            ]
        if kind == 0x80:
            return [_entry(self.aid, 0x01, encoded("C5", b"\x9e\xfe\x80"))]
        if kind == 0x20:
            return [
                _entry(aid, 0x01, encoded("CE", bytes(package.version)))
                for aid, package in self.state.packages.items()
            ]
        raise RefusedError(Sw.PARAMETERS)

    def _install(self, p1: int, p2: int, data: bytes) -> bytes:
        """11.5."""
        if p2:
            raise RefusedError(Sw.PARAMETERS)
        if p1 == 0x02:
            aid, domain, _hash, parameters, token = counted(data, 5)
            if domain not in (b"", self.aid) or parameters or token:
                raise RefusedError(Sw.DATA)
            if aid in self.state.packages or not 5 <= len(aid) <= 16:
                raise RefusedError(Sw.STATE)
            self._loading = _Loading(aid)
        elif p1 == 0x0C:
            self._make_instance(*counted(data, 6))
        else:
            raise RefusedError(Sw.PARAMETERS)
        return b"\x00"

    def _make_instance(
        self,
        package: bytes,
        applet: bytes,
        instance: bytes,
        privileges: bytes,
        parameters: bytes,
        token: bytes,
    ) -> None:
        if package not in self.state.packages or instance in self.state.instances:
            raise RefusedError(Sw.ABSENT)
        if applet not in self.state.packages[package].applets or token:
            raise RefusedError(Sw.DATA)
        application_data = value_of(_APPLICATION_DATA, parameters)
        if self.state.running:
            raise RefusedError(Sw.NO_ROOM)
        try:
            self._applets.install(application_data, instance)
        except (CardGoneError, CardFileError):
            raise
        except TransportError:
            raise RefusedError(Sw.STATE) from None
        self.state.instances[instance] = Instance(package, applet, privileges)
        self.state.running = instance
        self._keep()

    def _load(self, loading: _Loading | None, p1: int, p2: int, data: bytes) -> bytes:
        """11.6; a load that breaks off leaves nothing on the card."""
        if loading is None:
            raise RefusedError(Sw.STATE)
        number = loading.blocks
        if p2 != number & 0xFF or p1 not in (0x00, _LAST_BLOCK) or number >= _MOST_BLOCKS:
            raise RefusedError(Sw.PARAMETERS)
        loading.received += data
        loading.blocks += 1
        if p1 == _LAST_BLOCK:
            self._add_package(loading.aid, read_package(loading.aid, loading.received))
        else:
            self._loading = loading
        return b"\x00"

    def _add_package(self, aid: bytes, package: Package) -> None:
        self.state.packages[aid] = package
        self._keep()

    def _delete(self, p1: int, p2: int, data: bytes) -> bytes:
        """11.2."""
        if p1 or p2 not in (0x00, 0x80):
            raise RefusedError(Sw.PARAMETERS)
        aid, state = value_of(0x4F, data), self.state
        doomed = [name for name, item in state.instances.items() if aid in (name, item.package)]
        if aid not in state.packages and aid not in doomed:
            raise RefusedError(Sw.ABSENT)
        if doomed and aid in state.packages and p2 != 0x80:
            raise RefusedError(Sw.STATE)
        for name in doomed:
            del state.instances[name]
        state.packages.pop(aid, None)
        ends = state.running in doomed
        if ends:
            state.running = b""
        # The state first: if the power fails now, the next start deletes the applet (ManagedCard).
        self._keep()
        if ends:
            self._applets.remove()
        return b"\x00"

    def _put_key(self, p1: int, p2: int, data: bytes) -> bytes:
        """11.8; Amendment D, 7.2."""
        if p2 != 0x81:
            raise RefusedError(Sw.PARAMETERS)
        if p1 and p1 not in self.state.keys:
            raise RefusedError(Sw.ABSENT)
        version, keys = data[0] if data else 0, self._new_keys(data[1:])
        if not 1 <= version <= 0x7F:
            raise RefusedError(Sw.DATA)
        # New keys replace the initial ones; any other key set only if it is named.
        self.state.keys.pop(p1 or INITIAL_VERSION, None)
        self.state.keys[version] = StaticKeys(*keys)
        self.state.counters[version] = 0
        self._keep()
        return bytes([version]) + b"".join(map(kcv, keys))

    def _new_keys(self, data: bytes) -> list[bytes]:
        """Three keys: type, length, the key under K-DEK after its own length, KCV."""
        assert self._session is not None  # noqa: S101 -- the command came through it
        dek, keys = self._session.keys.dek, []
        for _ in range(3):
            length = data[1] if len(data) > 1 else 0
            block, check = data[2 : 2 + length], data[2 + length : 6 + length]
            if data[:1] != bytes([_AES]) or length not in _AES_KEY_LENGTHS or len(block) < length:
                raise RefusedError(Sw.DATA)
            key = unwrap_key(dek, block[1:], block[0])
            if len(key) not in (16, 24, 32) or not hmac.compare_digest(check, b"\x03" + kcv(key)):
                raise RefusedError(Sw.DATA)
            keys.append(key)
            data = data[6 + length :]
        if data:
            raise RefusedError(Sw.DATA)
        return keys

    def _keep(self) -> None:
        self._applets.keep(self.state.encode())


def _entry(aid: bytes, life_cycle: int, more: bytes) -> bytes:
    return encoded("E3", encoded("4F", aid) + encoded("9F70", bytes([life_cycle])) + more)
