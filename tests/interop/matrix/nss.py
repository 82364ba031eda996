"""`cmsutil` of NSS, the library of Thunderbird."""

from __future__ import annotations

import ctypes
import ctypes.util
import shutil
from collections.abc import Mapping
from typing import ClassVar

from tests.interop.matrix.people import PASSWORD, Person, both, root
from tests.interop.matrix.program import CONTENT, Lack, Program, Way

_NO_AEAD = Lack("no AuthEnvelopedData", "SEC_ERROR_UNRECOGNIZED_OID")
_NO_OAEP = Lack("no RSA-OAEP", "SEC_ERROR_UNSUPPORTED_KEYALG")
_NO_ECDH = Lack("no ECDH", "SEC_ERROR_BAD_DER")


class Nss(Program):
    """Its tools."""

    name = "NSS `cmsutil`"
    seen = "3.87"
    asked = frozenset({"mail", "file", "signature"})
    lacks: ClassVar[Mapping[str, Lack]] = {
        "file, RSA": _NO_AEAD,
        "file, P-256": _NO_AEAD,
        "mail, RSA, AES-GCM announced": _NO_AEAD,
        "mail, RSA, OAEP announced": _NO_OAEP,
        "mail, P-256": _NO_ECDH,
        "mail, RSA and P-256": _NO_ECDH,
    }
    ways = (
        Way("its defaults", "rsa", (), authenticated=False),
        Way("signed message", "rsa", ("-G",), signed=True),
        Way("signed message", "p256", (), signed=True),
    )

    @classmethod
    def missing(cls) -> str | None:
        return None if shutil.which("cmsutil") else "the tools of NSS are not installed"

    def version(self) -> str:
        found = ctypes.util.find_library("nss3")
        assert found is not None
        library = ctypes.CDLL(found)
        library.NSS_GetVersion.restype = ctypes.c_char_p
        version = library.NSS_GetVersion()
        assert isinstance(version, bytes)
        return version.decode().split()[0]

    @property
    def _database(self) -> tuple[str, str]:
        return "-d", f"sql:{self.folder}"

    def prepare(self) -> None:
        self.run("certutil", "-N", *self._database, "--empty-password")
        trusted = self.file("root.crt", root().certificate_pem)
        self.run("certutil", "-A", *self._database, "-n", "root", "-t", "CT,C,C", "-i", trusted)
        for one in both():
            file = self.file(f"{one.name}.p12", one.key_file)
            self.run("pk12util", "-i", file, *self._database, "-W", PASSWORD)
        self.file("content", CONTENT)

    def opens(self, message: bytes, person: Person) -> bytes:
        return self._cmsutil("-D", "-i", self.file("message", message))

    def verifies(self, message: bytes, content: bytes | None) -> None:
        apart = () if content is None else ("-c", self.file("signed", content))
        self._cmsutil("-D", "-i", self.file("message", message), *apart)

    def writes(self, way: Way, person: Person) -> bytes:
        to = ("-S", "-N") if way.signed else ("-E", "-r")
        return self._cmsutil(*to, person.name, *way.words, "-i", "content")

    def _cmsutil(self, *words: object) -> bytes:
        return self.run("cmsutil", *self._database, "-p", "", *map(str, words))
