"""`gpgsm` of GnuPG."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import ClassVar

from cryptography.hazmat.primitives.hashes import SHA1
from tests.interop.matrix.people import PASSWORD, Person, both, root
from tests.interop.matrix.program import CONTENT, CannotError, Lack, Program, Way

_COMMAND = ("gpgsm", "--batch", "--disable-dirmngr", "--disable-crl-checks")
_TYPED = (*_COMMAND, "--pinentry-mode", "loopback", "--passphrase-fd", "0")
_NO_AEAD = Lack("no AuthEnvelopedData", "(BER error|Buffer too short)")
_NO_EC_KEY = Lack("imports no EC key", "No secret key")


class Gpgsm(Program):
    """The command, with an agent of its own. Version 2.2 dies of a PKCS #12 file with P-256."""

    name = "`gpgsm`"
    seen = "2.2"
    asked = frozenset({"mail", "file", "signature"})
    lacks: ClassVar[Mapping[str, Lack]] = {
        "file, RSA": _NO_AEAD,
        "file, P-256": _NO_AEAD,
        "mail, RSA, AES-GCM announced": _NO_AEAD,
        "mail, RSA, OAEP announced": Lack("no RSA-OAEP", "error getting encrypted session key"),
        "mail, P-256": _NO_EC_KEY,
    }
    ways = (
        Way("its defaults", "rsa", (), authenticated=False),
        Way("AES-256-CBC, PEM", "rsa", ("--cipher-algo", "AES256", "--armor"), authenticated=False),
        Way("signed message, PEM", "rsa", ("--armor",), signed=True),
    )

    @classmethod
    def missing(cls) -> str | None:
        return None if shutil.which("gpgsm") else "gpgsm is not installed"

    def version(self) -> str:
        return self.run("gpgsm", "--version").decode().split("\n")[0].split()[-1]

    def environment(self) -> dict[str, str]:
        return {"GNUPGHOME": str(self.folder)}

    def prepare(self) -> None:
        fingerprint = root().certificate.fingerprint(SHA1()).hex().upper()  # noqa: S303 -- its name
        self.file("trustlist.txt", f"{fingerprint} S relax\n".encode())
        # Else the agent measures first how fast the machine is.
        self.file("gpg-agent.conf", b"s2k-count 65536\n")
        for one in both():
            try:
                file = self.file(f"{one.name}.p12", one.key_file)
                self._typed("--import", file)
            except CannotError:
                if one.name == "rsa":
                    raise
                self.run(*_COMMAND, "--import", given=one.certificate_pem)
        self.file("content", CONTENT)

    def close(self) -> None:
        self.run("gpgconf", "--kill", "all")

    def opens(self, message: bytes, person: Person) -> bytes:
        return self._typed("--decrypt", self.file("message", message))

    def verifies(self, message: bytes, content: bytes | None) -> None:
        apart = () if content is None else (self.file("signed", content),)
        self.run(*_COMMAND, "--verify", self.file("message", message), *apart)

    def writes(self, way: Way, person: Person) -> bytes:
        to = ("--sign", "-u") if way.signed else ("--encrypt", "-r")
        address = f"{person.name}@example.org"
        return self._typed(*way.words, *to, address, "-o", "-", "content")

    def _typed(self, *words: object) -> bytes:
        return self.run(*_TYPED, *map(str, words), given=PASSWORD.encode() + b"\n")
