"""A library of another language, by a small program of ours that does one task a line."""

from __future__ import annotations

import itertools
import subprocess
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from tests.interop.matrix.people import Person, root
from tests.interop.matrix.program import CONTENT, CannotError, Program, Way

BUILT = Path(__file__).parents[3] / "build"


class Served(Program):
    """One process for all tasks of a matrix."""

    _process: subprocess.Popen[str] | None = None
    _version = ""
    _numbers: Iterator[int]

    @classmethod
    @abstractmethod
    def command(cls) -> list[str]:
        """What starts the program, which says its version first."""

    def version(self) -> str:
        return self._version

    def prepare(self) -> None:
        self._numbers = itertools.count()
        self._process = subprocess.Popen(
            self.command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self._version = self._answer()

    def close(self) -> None:
        if self._process is not None:
            with self._process:
                assert self._process.stdin is not None
                self._process.stdin.close()

    def opens(self, message: bytes, person: Person) -> bytes:
        if isinstance(person.key, rsa.RSAPrivateKey):
            algorithm = "RSA"
        elif isinstance(person.key, ec.EllipticCurvePrivateKey):
            algorithm = "EC"
        else:
            is_x25519 = isinstance(person.key, x25519.X25519PrivateKey)
            algorithm = "X25519" if is_x25519 else "ML-KEM"
        keys = (person.private_der, message, person.certificate_der)
        return self.ask("open", algorithm, *keys)

    def verifies(self, message: bytes, content: bytes | None) -> None:
        self.ask("verify", message, "" if content is None else content, root().certificate_der)

    def writes(self, way: Way, person: Person) -> bytes:
        if way.signed:
            keys = (person.private_der, person.certificate_der)
            return self.ask("sign", *way.words, CONTENT, *keys)
        return self.ask("encrypt", *way.words, CONTENT, person.certificate_der)

    def ask(self, *words: str | bytes) -> bytes:
        """What the program makes; bytes go to it in a file. Raises CannotError."""
        task = [word if isinstance(word, str) else str(self._kept(word)) for word in words]
        made = self._kept(b"")
        assert self._process is not None
        assert self._process.stdin is not None
        print("\t".join([*task, str(made)]), file=self._process.stdin, flush=True)
        answer = self._answer()
        if answer != "ok":
            raise CannotError(answer)
        return made.read_bytes()

    def _kept(self, content: bytes) -> Path:
        return self.file(str(next(self._numbers)), content)

    def _answer(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")
