"""Runs the commands on simulated cards, and counts what each sends, unlocking included."""

from __future__ import annotations

import io
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from tools.bench.counting import Counted, Exchange
from twincard.cli import main
from twincard.cli.terminal import cards
from twincard.keys.key_type import KeyType
from twincard.simulator.folder import HOME_VARIABLE
from twincard.transport import Connection, connect

_FIRST, _SECOND = ("original", "backup"), ("new-original", "new-backup")
_HOLDERS = (2, 3)
"""A pair whose components are not the issuer's."""


_GENERATE = bytes.fromhex("468000")


@dataclass(frozen=True)
class Flow:
    """The figures of one flow."""

    name: str
    key_type: KeyType
    exchanges: tuple[Exchange, ...]
    seconds: float

    @property
    def bytes(self) -> int:
        """Bytes that passed, both ways."""
        return sum(exchange.sent + exchange.received for exchange in self.exchanges)

    @property
    def generation_seconds(self) -> float:
        """Seconds the card took to make a key pair."""
        return sum(e.seconds for e in self.exchanges if e.header[1:] == _GENERATE)


@dataclass
class _Wire:
    """Every exchange with any card, and the seconds that readers took to open and close."""

    exchanges: list[Exchange] = field(default_factory=list)
    waited: float = 0

    def connect(self, reader: str) -> Connection:
        """As `twincard.connect` does it."""
        with self._waiting():
            connection = connect(reader)
        name = reader.partition(":")[2].replace("-", " ")
        return _Watched(connection, name, self.exchanges, self)

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.waited += time.perf_counter() - start

    def close(self, connection: Connection) -> None:
        """Close it; this does not count as part of the command."""
        with self._waiting():
            connection.close()


@dataclass
class _Watched(Counted):
    wire: _Wire = field(default_factory=_Wire)

    def close(self) -> None:
        """See Connection."""
        self.wire.close(self.connection)


class _Story:
    """A pair of cards, then a new one, with the commands in their order."""

    def __init__(self, key_type: KeyType, folder: Path) -> None:
        self._key_type = key_type
        self._folder = folder
        self._wire = _Wire()
        self.flows: list[Flow] = []

    def run(self) -> None:
        """Run everything; the measurements are in `flows`."""
        self._write("pin", b"123456")
        self._write("puk", b"12345678")
        message = secrets.token_bytes(1000)
        self._write("message", message)
        self._pair(*_FIRST, told=True)
        self._do("public-key", "-r", "sim:original", "-o", self._file("key.pem"))
        sealed = self._file("sealed.p7m")
        self._do("encrypt", "--to", self._file("key.pem"), self._file("message"), "-o", sealed)
        pin = ("--pin-file", self._file("pin"))
        decrypt = ("decrypt", *pin, sealed, "-o", self._file("opened"), "--force", "-r")
        self._measure("decrypt a file", *decrypt, "sim:backup")
        self._check(message)
        self._pair(*_SECOND, told=False)
        recover = ("recover", "--from", "sim:backup", "--new", "sim:new-original", *pin, sealed)
        self._measure("recover a file", *recover)
        self._do(*decrypt, "sim:new-original")
        self._check(message)

    def _check(self, message: bytes) -> None:
        opened = self._folder / "opened"
        if opened.read_bytes() != message:
            raise AssertionError("A decrypted file is not what was encrypted.")
        opened.unlink()

    def _pair(self, original: str, backup: str, *, told: bool) -> None:
        for name in (original, backup):
            self._do("sim", "new", name)
        components = self._folder / f"components of {original}"
        self._do("group", "new", "--out", str(components))
        pair = ("--original", f"sim:{original}", "--backup", f"sim:{backup}")
        pins = ("--pin-file", self._file("pin"))
        given = {
            number: ("--component", f"{number}={components}/component-{number}.txt")
            for number in (1, *_HOLDERS)
        }
        held = [word for number in _HOLDERS for word in given[number]]
        issue = ("issue", *pair, *pins, "--puk-file", self._file("puk"), *given[1])
        duplicate = ("duplicate", *pair, *pins, "--key", self._key_type.value, *held)
        for words in (issue, duplicate):
            if told:
                self._measure(words[0], *words)
            else:
                self._do(*words)

    def _measure(self, name: str, *words: str) -> None:
        self._wire.exchanges.clear()
        self._wire.waited = 0
        start = time.perf_counter()
        self._do(*words)
        seconds = time.perf_counter() - start - self._wire.waited
        self.flows.append(Flow(name, self._key_type, tuple(self._wire.exchanges), seconds))

    def _do(self, *words: str) -> None:
        told = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
        home = {HOME_VARIABLE: str(self._folder / "cards")}
        with (
            patch.dict(os.environ, home),
            patch.object(cards, "connect", self._wire.connect),
            patch.object(sys, "stdout", told[0]),
            patch.object(sys, "stderr", told[1]),
        ):
            code = main(words)
        if code:
            told[1].seek(0)
            raise AssertionError(f"twincard {words[0]} ended with {code}: {told[1].read()}")

    def _file(self, name: str) -> str:
        return str(self._folder / name)

    def _write(self, name: str, content: bytes) -> None:
        (self._folder / name).write_bytes(content)


def run_commands(key_type: KeyType, folder: Path) -> list[Flow]:
    """Issue, duplicate, decrypt and recover with keys of a type; cards and files are in `folder`.

    The seconds are those of the command without the start of its cards.
    """
    story = _Story(key_type, folder)
    story.run()
    return story.flows
