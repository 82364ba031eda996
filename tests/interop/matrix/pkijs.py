"""pkijs, for Node.js. `tests/interop/matrix/others.sh` installs it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import ClassVar

from tests.interop.matrix.program import Lack, Way
from tests.interop.matrix.served import BUILT, Served

_FOLDER = BUILT / "matrix" / "pkijs"

_NO_AEAD = Lack("no AuthEnvelopedData", r"content type 1\.2\.840\.113549\.1\.9\.16\.1\.23")
_NO_V15 = Lack("no RSA v1.5", "Unrecognized algorithm name")


class Pkijs(Served):
    """The library; its AES-GCM is inside EnvelopedData."""

    name = "pkijs"
    seen = "4.0"
    asked = frozenset({"mail", "file", "signature"})
    lacks: ClassVar[Mapping[str, Lack]] = {
        "file, RSA": _NO_AEAD,
        "file, P-256": _NO_AEAD,
        "mail, RSA": _NO_V15,
        "mail, RSA, AES-GCM announced": _NO_AEAD,
        # Where none is there, it takes an empty one for the key derivation.
        "mail, P-256": Lack("needs a ukm", "OperationError"),
        "mail, RSA and P-256": _NO_V15,
    }
    ways = (
        Way("AES-256-GCM, OAEP with SHA-1", "rsa", ("AES-256-GCM", "SHA-1")),
        Way("AES-256-GCM, OAEP with SHA-256", "rsa", ("AES-256-GCM", "SHA-256")),
        Way(
            "AES-256-CBC, OAEP with SHA-384", "rsa", ("AES-256-CBC", "SHA-384"), authenticated=False
        ),
        Way("AES-256-GCM, OAEP with SHA-512", "rsa", ("AES-256-GCM", "SHA-512")),
        Way("AES-256-CBC, SHA-1 KDF", "p256", ("AES-256-CBC", "SHA-1"), authenticated=False),
        Way("AES-256-GCM, SHA-256 KDF", "p256", ("AES-256-GCM", "SHA-256")),
        Way("AES-256-GCM, SHA-512 KDF", "p256", ("AES-256-GCM", "SHA-512")),
        Way(
            "signed message, its defaults",
            "rsa",
            ("RSA", "bare"),
            signed=True,
            refused=Lack("no signed attributes", "has no signed attributes"),
        ),
        Way("signed message", "rsa", ("RSA", "attributes"), signed=True),
        Way("signed message, PSS", "rsa", ("PSS", "attributes"), signed=True),
        Way("signed message", "p256", ("EC", "attributes"), signed=True),
    )

    @classmethod
    def missing(cls) -> str | None:
        if shutil.which("node") is None:
            return "Node.js is not installed"
        is_there = (_FOLDER / "node_modules").is_dir()
        return None if is_there else "pkijs is not installed: tests/interop/matrix/others.sh"

    @classmethod
    def command(cls) -> list[str]:
        return ["node", str(_FOLDER / "server.mjs")]
