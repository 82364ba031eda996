"""github.com/smallstep/pkcs7, for Go. `tests/interop/matrix/others.sh` builds a program with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tests.interop.matrix.program import Lack, Way
from tests.interop.matrix.served import BUILT, Served

_PROGRAM = BUILT / "matrix" / "golang" / "matrix"
_DES = Lack("DES is too weak", "encrypted with DES")

# It says SHA-1 for the mask, and takes SHA-256.
_MGF1 = Lack("wrong MGF1 named", "use two different hashes")
_NO_AEAD = Lack("no AuthEnvelopedData", "unimplemented content type")
_NO_ECDH = Lack("no ECDH", "sequence tag mismatch")


class Golang(Served):
    """The module; its AES-GCM is inside EnvelopedData."""

    name = "Go `smallstep/pkcs7`"
    seen = "0.2"
    asked = frozenset({"mail", "file", "signature"})
    lacks: ClassVar[Mapping[str, Lack]] = {
        "file, RSA": _NO_AEAD,
        "file, P-256": _NO_AEAD,
        "mail, RSA, AES-GCM announced": _NO_AEAD,
        "mail, P-256": _NO_ECDH,
        "mail, RSA and P-256": _NO_ECDH,
    }
    ways = (
        Way("its defaults: DES, v1.5", "rsa", ("DES", "v1.5"), authenticated=False, refused=_DES),
        Way("AES-256-CBC, v1.5", "rsa", ("AES-256-CBC", "v1.5"), authenticated=False),
        Way("AES-128-GCM, v1.5", "rsa", ("AES-128-GCM", "v1.5")),
        Way("AES-256-GCM, OAEP with SHA-1", "rsa", ("AES-256-GCM", "SHA-1")),
        Way("AES-256-GCM, OAEP with SHA-256", "rsa", ("AES-256-GCM", "SHA-256"), refused=_MGF1),
        Way("signed message", "rsa", ("RSA",), signed=True),
        Way("signed message", "p256", ("EC",), signed=True),
    )

    @classmethod
    def missing(cls) -> str | None:
        return None if _PROGRAM.exists() else "it is not built: tests/interop/matrix/others.sh"

    @classmethod
    def command(cls) -> list[str]:
        return [str(_PROGRAM)]
