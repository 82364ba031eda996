"""A second opinion on CMS: the program openssl, with a software key."""

from __future__ import annotations

import datetime
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from twincard.cms.recipients.infos import Recipient
from twincard.ground.private_file import write_private
from twincard.keys.key_type import KeyType

_SECONDS = 60
_FIRST_VERSION = "OpenSSL 3."


class OpenSsl:
    """The openssl program, 3.0 or later: the first that reads AuthEnvelopedData."""

    def __init__(self, program: str, version: str) -> None:
        self._program = program
        self.version = version

    @classmethod
    def find(cls) -> OpenSsl | None:
        """The one on PATH; None when it is missing or too old."""
        program = shutil.which("openssl")
        if program is None:
            return None
        answer = subprocess.run([program, "version"], capture_output=True, text=True, check=False)
        version = " ".join(answer.stdout.split()[:2])
        return cls(program, version) if version.startswith(_FIRST_VERSION) else None

    def describe(self, message: Path) -> str:
        """What openssl reads in a CMS file; empty when it cannot."""
        return self._run("-cmsout", "-noout", "-print", "-inform", "DER", "-in", message)

    def decrypt(self, message: Path, key: SoftwareKey, output: Path) -> bool:
        """Whether openssl opens the file with a key in software, into `output`."""
        options = ("-decrypt", "-binary", "-inform", "DER", "-in", message, "-out", output)
        self._run(*options, "-recip", key.certificate, "-inkey", key.private_key)
        return output.exists()

    def _run(self, *options: str | Path) -> str:
        command = [self._program, "cms", *map(str, options)]
        answer = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        return answer.stdout.decode(errors="replace") if answer.returncode == 0 else ""


@dataclass(frozen=True)
class SoftwareKey:
    """Files with a private key and its certificate, both in PEM."""

    private_key: Path
    certificate: Path

    @classmethod
    def make(cls, folder: Path, key_type: KeyType) -> SoftwareKey:
        """Generate a key, and a self-signed certificate for it."""
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
        if key_type is KeyType.RSA_2048:
            key = rsa.generate_private_key(65537, 2048)
        else:
            key = ec.generate_private_key(ec.SECP256R1())
        made = cls(folder / "bob.key", folder / "bob.crt")
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(made.private_key, pem)
        made.certificate.write_bytes(_certificate(key).public_bytes(Encoding.PEM))
        return made

    def recipient(self) -> Recipient:
        """The key as a recipient, named as the certificate names it."""
        return Recipient.from_bytes(self.certificate.read_bytes())


def _certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bob")])
    today = datetime.datetime.now(datetime.UTC)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today)
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(identifier, critical=False)
        .sign(key, SHA256())
    )
