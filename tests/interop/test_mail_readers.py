"""Other programs read the mail that we write: openssl, NSS (Thunderbird's library), gpgsm, pyca."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)
from tests.cms.certified import MAIL, certificate, pem
from tests.cms.software_key import ec_key, rsa_key

from twincard.cms import Recipient, encrypt

CONTENT = b"Dear Alice,\r\n\r\nthis is mail.\r\n" * 500
PASSWORD = "well known"
Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Reader:
    """A person with a key that several programs have, and their folders."""

    folder: Path
    key: Private
    certificate: x509.Certificate

    def mail(self, *others: Recipient) -> Path:
        """A file with mail for the person."""
        path = self.folder / "letter.p7m"
        with path.open("wb") as file:
            to = [Recipient.from_certificate(self.certificate), *others]
            encrypt(io.BytesIO(CONTENT), file, to, mail=True)
        return path

    def run(self, *command: str | Path, given: bytes = b"") -> bytes:
        """The standard output of a program."""
        environment = os.environ | {"GNUPGHOME": str(self.folder / "gnupg")}
        ran = subprocess.run(
            [str(word) for word in command],
            input=given,
            capture_output=True,
            check=False,
            env=environment,
            cwd=self.folder,
            timeout=60,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    # The sockets of gpg-agent want a short path.
    folder = Path(tempfile.mkdtemp(prefix="twincard-"))
    key = rsa_key().private
    made = Reader(
        folder,
        key,
        certificate(
            "Alice",
            key.public_key(),
            usage=("key_encipherment",),
            purposes=MAIL,
            key_identifier=b"alice",
        ),
    )
    (folder / "alice.crt").write_bytes(pem(made.certificate))
    (folder / "alice.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    yield made
    shutil.rmtree(folder)


def test_openssl_and_pyca_read_mail_beside_other_recipients(reader: Reader) -> None:
    letter = reader.mail(Recipient.of(ec_key().public))
    opened = reader.run(
        *("openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", letter),
        *("-recip", "alice.crt", "-inkey", "alice.key"),
    )
    assert opened == CONTENT
    # pyca reads only what has one recipient for the certificate, in DER.
    message = reader.mail().read_bytes()
    assert isinstance(reader.key, rsa.RSAPrivateKey)
    assert pkcs7.pkcs7_decrypt_der(message, reader.certificate, reader.key, []) == CONTENT


def pkcs12_file(reader: Reader) -> Path:
    """Key and certificate in the old form that all programs import."""
    path = reader.folder / "alice.p12"
    protection = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(1000)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(SHA1())  # noqa: S303 -- what gpgsm 2.2 reads
        .build(PASSWORD.encode())
    )
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"alice", reader.key, reader.certificate, None, protection
        )
    )
    return path


@pytest.mark.skipif(shutil.which("cmsutil") is None, reason="tools of NSS are not installed")
def test_nss_reads_mail(reader: Reader) -> None:
    letter = reader.mail()
    (reader.folder / "nss").mkdir()
    database = "sql:" + str(reader.folder / "nss")
    reader.run("certutil", "-N", "-d", database, "--empty-password")
    reader.run("pk12util", "-i", pkcs12_file(reader), "-d", database, "-W", PASSWORD)
    assert reader.run("cmsutil", "-D", "-d", database, "-p", "", "-i", letter) == CONTENT


@pytest.mark.skipif(shutil.which("gpgsm") is None, reason="gpgsm is not installed")
def test_gpgsm_reads_mail(reader: Reader) -> None:
    letter = reader.mail()
    (reader.folder / "gnupg").mkdir(mode=0o700)
    gpgsm = ("gpgsm", "--batch", "--disable-dirmngr", "--pinentry-mode", "loopback")
    typed = (*gpgsm, "--passphrase-fd", "0")
    password = PASSWORD.encode() + b"\n"
    try:
        reader.run(*typed, "--import", pkcs12_file(reader), given=password)
        assert reader.run(*typed, "--decrypt", letter, given=password) == CONTENT
    finally:
        reader.run("gpgconf", "--kill", "gpg-agent")
