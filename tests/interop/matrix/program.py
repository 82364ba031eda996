"""What the matrix asks of each other program."""

from __future__ import annotations

import os
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

from tests.interop.matrix.people import Person

CONTENT = b"Dear Alice,\r\n\r\nthis is mail.\r\n"
"""What everybody encrypts and signs here."""


class CannotError(Exception):
    """A program failed; the text is what it said."""


class Lack(NamedTuple):
    """Why a program cannot read something: for the table, and as the program says it."""

    reason: str
    says: str


class Way(NamedTuple):
    """A way in which a program writes messages."""

    what: str
    key: str
    """rsa or p256: for whom, or by whom."""
    words: tuple[str, ...]
    """What the program is told."""
    signed: bool = False
    authenticated: bool = True
    refused: Lack | None = None
    """Why twincard does not read it."""


@dataclass
class Program(ABC):
    """Another program, at work in a folder of its own."""

    folder: Path

    name: ClassVar[str]
    seen: ClassVar[str]
    """The version that the table is about."""
    lacks: ClassVar[Mapping[str, Lack]] = {}
    """What it does not read, by the names of forms."""
    asked: ClassVar[frozenset[str]]
    """The kinds of forms that it is asked to read."""
    ways: ClassVar[tuple[Way, ...]] = ()

    @classmethod
    @abstractmethod
    def missing(cls) -> str | None:
        """Why it cannot be asked on this machine."""

    @abstractmethod
    def version(self) -> str:
        """Of the program on this machine."""

    def prepare(self) -> None:  # noqa: B027 -- not all need it
        """Gives it the keys of all people."""

    def close(self) -> None:  # noqa: B027 -- not all need it
        """Ends what it started."""

    @abstractmethod
    def opens(self, message: bytes, person: Person) -> bytes:
        """The content of an encrypted message. Raises CannotError."""

    def opens_archive(self, message: bytes, secret: bytes) -> bytes:
        """The content of a message for a key-encryption key. Raises CannotError."""
        raise NotImplementedError

    def verifies(self, message: bytes, content: bytes | None) -> None:
        """Checks a signed message, or a signature of a content. Raises CannotError."""
        raise NotImplementedError

    @abstractmethod
    def writes(self, way: Way, person: Person) -> bytes:
        """A message with CONTENT."""

    def is_as_seen(self) -> bool:
        """Whether the version is the one that the table is about."""
        return f"{self.version()}.".startswith(f"{self.seen}.")

    def file(self, name: str, content: bytes = b"") -> Path:
        """A file in the program's folder."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    def run(self, *command: str | Path, given: bytes = b"") -> bytes:
        """The standard output of a command. Raises CannotError with its standard error."""
        ran = subprocess.run(
            [str(word) for word in command],
            input=given,
            capture_output=True,
            check=False,
            cwd=self.folder,
            env=os.environ | self.environment(),
            timeout=60,
        )
        if ran.returncode != 0:
            said = ran.stderr.decode(errors="replace")
            raise CannotError(f"exit code {ran.returncode}: {said}")
        return ran.stdout

    def environment(self) -> dict[str, str]:
        """What its commands find in their environment, besides the rest."""
        return {}
