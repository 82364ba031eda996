"""Bouncy Castle."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from tests.interop.matrix.program import Lack, Way
from tests.interop.matrix.served import BUILT, Served

JARS = BUILT / "lib" / "interop"
_SOURCE = Path(__file__).with_name("BouncyCastle.java")


class BouncyCastle(Served):
    """Its package org.bouncycastle.cms."""

    name = "Bouncy Castle"
    seen = "1.82"
    asked = frozenset({"mail", "file", "signature", "P-384", "X25519", "ML-KEM", "archive"})
    lacks: ClassVar[Mapping[str, Lack]] = {
        "mail, X25519": Lack("no X25519", "originator key invalid")
    }
    ways = (
        Way("3DES, v1.5", "rsa", ("3DES", "v1.5"), authenticated=False),
        Way("AES-256-CBC, v1.5", "rsa", ("AES-256-CBC", "v1.5"), authenticated=False),
        Way("AES-256-GCM, OAEP with SHA-256", "rsa", ("AES-256-GCM", "OAEP")),
        Way("AES-128-CBC, SHA-1 KDF", "p256", ("AES-128-CBC", "ECDH-SHA-1"), authenticated=False),
        Way("AES-256-GCM, SHA-256 KDF", "p256", ("AES-256-GCM", "ECDH-SHA-256")),
        Way("signed message", "rsa", ("SHA256withRSA",), signed=True),
        Way("signed message, PSS", "rsa", ("SHA256withRSAandMGF1",), signed=True),
        Way("signed message, SHA-384", "p256", ("SHA384withECDSA",), signed=True),
    )

    @classmethod
    def missing(cls) -> str | None:
        if shutil.which("java") is None:
            return "Java is not installed"
        return None if any(JARS.glob("bcpkix*.jar")) else f"no Bouncy Castle in {JARS}: ant lib"

    @classmethod
    def command(cls) -> list[str]:
        flags = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        jars = os.pathsep.join(map(str, sorted(JARS.glob("*.jar"))))
        return ["java", *flags, "-cp", jars, str(_SOURCE)]

    def opens_archive(self, message: bytes, secret: bytes) -> bytes:
        return self.ask("open", "AES", secret, message, "")
