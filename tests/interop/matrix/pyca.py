"""`cryptography` of Python, whose serialization.pkcs7 has messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import cryptography
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from tests.interop.matrix.people import Person
from tests.interop.matrix.program import CONTENT, CannotError, Lack, Program, Way

_NO_AEAD = Lack("no AuthEnvelopedData", "not an EnvelopedData structure")
_NO_EC = Lack("no ECDH", "Only certificate with RSA public keys are supported")


class Pyca(Program):
    """The library; it verifies no signatures."""

    name = "pyca `cryptography`"
    seen = "50.0"
    asked = frozenset({"mail", "file", "letter"})
    lacks: ClassVar[Mapping[str, Lack]] = {
        "file, RSA": Lack("no BER", "InvalidLength"),
        "file, P-256": _NO_EC,
        "mail, RSA, AES-GCM announced": _NO_AEAD,
        "mail, RSA, OAEP announced": Lack("no RSA-OAEP", r"Only RSA with PKCS #1 v1\.5 padding"),
        "mail, P-256": _NO_EC,
        "mail, RSA and P-256": Lack("only RSA recipients", "recipient_infos"),
    }
    ways = (
        Way("AES-128-CBC, v1.5", "rsa", ("AES128", "DER"), authenticated=False),
        Way("AES-256-CBC, v1.5", "rsa", ("AES256", "SMIME"), authenticated=False),
        Way("signed message", "rsa", ("v1.5",), signed=True),
        Way("signed message, PSS", "rsa", ("PSS",), signed=True),
        Way("signed message", "p256", ("ECDSA",), signed=True),
    )

    @classmethod
    def missing(cls) -> str | None:
        return None

    def version(self) -> str:
        return cryptography.__version__

    def opens(self, message: bytes, person: Person) -> bytes:
        read = pkcs7.pkcs7_decrypt_der if message.startswith(b"\x30") else pkcs7.pkcs7_decrypt_smime
        try:
            return read(message, person.certificate, person.key, [])  # type: ignore[arg-type]
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise CannotError(str(error)) from error

    def writes(self, way: Way, person: Person) -> bytes:
        if way.signed:
            return self._signs(way, person)
        builder = pkcs7.PKCS7EnvelopeBuilder().set_data(CONTENT).add_recipient(person.certificate)
        builder = builder.set_content_encryption_algorithm(getattr(algorithms, way.words[0]))
        return builder.encrypt(getattr(Encoding, way.words[1]), [pkcs7.PKCS7Options.Binary])

    def _signs(self, way: Way, person: Person) -> bytes:
        pss = padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH)
        builder = pkcs7.PKCS7SignatureBuilder().set_data(CONTENT)
        builder = builder.add_signer(
            person.certificate,
            person.card_key,
            SHA256(),
            rsa_padding=pss if way.words[0] == "PSS" else None,
        )
        return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
