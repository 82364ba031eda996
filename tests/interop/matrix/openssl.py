"""`openssl cms`."""

from __future__ import annotations

import shutil

from tests.interop.matrix.people import Person, both, root
from tests.interop.matrix.program import CONTENT, Program, Way

_OAEP = ("-keyopt", "rsa_padding_mode:oaep")
_PSS = ("-keyopt", "rsa_padding_mode:pss")


class OpenSsl(Program):
    """The command."""

    name = "`openssl cms`"
    seen = "3.0"
    asked = frozenset({"mail", "file", "letter", "signature", "P-384", "archive"})
    ways = (
        Way("its defaults: S/MIME, 3DES, v1.5", "rsa", (), authenticated=False),
        Way("AES-256-CBC, OAEP with SHA-1", "rsa", ("-aes256", *_OAEP), authenticated=False),
        Way(
            "AES-256-GCM, OAEP with SHA-256",
            "rsa",
            ("-aes-256-gcm", "-stream", "-outform", "DER", *_OAEP, "-keyopt", "rsa_oaep_md:sha256"),
        ),
        Way("AES-256-CBC, SHA-1 KDF", "p256", ("-aes256", "-outform", "PEM"), authenticated=False),
        Way(
            "AES-256-GCM, SHA-256 KDF",
            "p256",
            ("-aes-256-gcm", "-outform", "DER", "-keyopt", "ecdh_kdf_md:sha256"),
        ),
        Way("signed message, S/MIME", "rsa", ("-nodetach",), signed=True),
        Way("signed message, PSS", "rsa", ("-nodetach", "-outform", "DER", *_PSS), signed=True),
        Way("signed message", "p256", ("-nodetach", "-outform", "DER", "-cades"), signed=True),
    )

    @classmethod
    def missing(cls) -> str | None:
        return None if shutil.which("openssl") else "openssl is not installed"

    def version(self) -> str:
        return self.run("openssl", "version").decode().split()[1]

    def prepare(self) -> None:
        for one in both():
            self.file(f"{one.name}.crt", one.certificate_pem)
            self.file(f"{one.name}.key", one.private_pem)
        self.file("root.crt", root().certificate_pem)
        self.file("content", CONTENT)

    def opens(self, message: bytes, person: Person) -> bytes:
        form = "DER" if message.startswith(b"\x30") else "SMIME"
        read = ("-decrypt", "-binary", "-inform", form, "-in", self.file("message", message))
        key = self.file("private", person.private_pem)
        return self.run("openssl", "cms", *read, "-inkey", key, "-recip", self._certificate(person))

    def _certificate(self, person: Person) -> str:
        self.file("public", person.certificate_pem)
        return "public"

    def opens_archive(self, message: bytes, secret: bytes) -> bytes:
        read = ("-decrypt", "-binary", "-inform", "DER", "-in", self.file("message", message))
        return self.run("openssl", "cms", *read, "-secretkey", secret.hex())

    def verifies(self, message: bytes, content: bytes | None) -> None:
        apart = () if content is None else ("-content", self.file("signed", content))
        read = ("-verify", "-binary", "-inform", "DER", "-in", self.file("message", message))
        self.run("openssl", "cms", *read, *apart, "-CAfile", "root.crt")

    def writes(self, way: Way, person: Person) -> bytes:
        files = (f"{person.name}.crt", f"{person.name}.key")
        to = ["-encrypt", "-recip", files[0]]
        if way.signed:
            to = ["-sign", "-signer", files[0], "-inkey", files[1]]
        return self.run("openssl", "cms", "-binary", "-in", "content", *to, *way.words)
