"""Signers with keys in software, and certificates of every kind, for tests only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from twincard.cms.signed.signing import ContentSigner
from twincard.identity.signing_key import SigningKey
from twincard.keys.public import PublicKey

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
NOW = datetime.now(UTC).replace(microsecond=0)
EMAIL = ExtendedKeyUsageOID.EMAIL_PROTECTION
TIME = ExtendedKeyUsageOID.TIME_STAMPING


@cache
def key(name: str) -> Key:
    """A key of its own for each name: P-256, unless the name begins with another type."""
    if name.startswith("rsa"):
        return rsa.generate_private_key(65537, 2048)
    if name.startswith("ed25519"):
        return ed25519.Ed25519PrivateKey.generate()
    if name.startswith("p384"):
        return ec.generate_private_key(ec.SECP384R1())
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Person:
    """A key in software and its certificate, with those above it."""

    private: Key
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()

    def signer(self) -> ContentSigner:
        spki = self.private.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        return ContentSigner(
            SigningKey(PublicKey.from_bytes(spki), self._sign), self.certificate, self.above
        )

    def write(self, folder: Path, name: str) -> list[str]:
        """Files for `openssl cms -sign`; its options."""
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.key").write_bytes(
            self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        (folder / f"{name}.pem").write_bytes(self.certificate.public_bytes(Encoding.PEM))
        options = ["-signer", f"{folder}/{name}.pem", "-inkey", f"{folder}/{name}.key"]
        if self.above:
            pem = b"".join(one.public_bytes(Encoding.PEM) for one in self.above)
            (folder / f"{name}.above").write_bytes(pem)
            options += ["-certfile", f"{folder}/{name}.above"]
        return options

    def _sign(self, digest: bytes) -> bytes:
        hashed = Prehashed(hashes.SHA256())
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(digest, padding.PKCS1v15(), hashed)
        assert isinstance(self.private, ec.EllipticCurvePrivateKey)
        return self.private.sign(digest, ec.ECDSA(hashed))


def person(
    name: str,
    issuer: Person | None = None,
    *,
    ca: bool | None = False,
    usage: Iterable[str] | None = ("digital_signature",),
    extended: Sequence[x509.ObjectIdentifier] = (),
    mail: str | None = None,
    days: tuple[int, int] = (-1, 10),
    serial: int | None = None,
    subject: str | None = None,
) -> Person:
    """Somebody whose certificate `issuer` signed, or who did so alone."""
    private = key(name)
    by = private if issuer is None else issuer.private
    builder = x509.CertificateBuilder(
        _name(subject or name) if issuer is None else issuer.certificate.subject,
        _name(subject or name),
        private.public_key(),
        serial or x509.random_serial_number(),
        NOW + timedelta(days[0]),
        NOW + timedelta(days[1]),
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
    if usage is not None:
        builder = builder.add_extension(_usage(usage), critical=True)
    if extended:
        builder = builder.add_extension(x509.ExtendedKeyUsage(extended), critical=True)
    if mail is not None:
        names = x509.SubjectAlternativeName([x509.RFC822Name(mail)])
        builder = builder.add_extension(names, critical=False)
    builder = builder.add_extension(
        x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False
    )
    hash_function = None if isinstance(by, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    made = builder.sign(by, hash_function)
    over = () if issuer is None else (issuer.certificate, *issuer.above)
    return Person(private, made, over)


def authority(name: str, issuer: Person | None = None, **options: object) -> Person:
    """Somebody who may certify others."""
    return person(name, issuer, ca=True, usage=("key_cert_sign",), **options)  # type: ignore[arg-type]


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(wanted: Iterable[str]) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in set(wanted) for name in every})
