"""Certificates of people and of authorities, as others make them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, mlkem, rsa, x25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from tests.cms.software_key import ec_key

Public = (
    rsa.RSAPublicKey
    | ec.EllipticCurvePublicKey
    | x25519.X25519PublicKey
    | mlkem.MLKEM768PublicKey
    | mlkem.MLKEM1024PublicKey
)
DAY = timedelta(days=1)
SMIME_CAPABILITIES = x509.ObjectIdentifier("1.2.840.113549.1.9.15")
MAIL = (ExtendedKeyUsageOID.EMAIL_PROTECTION,)
_USAGES = (
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


def name(common: str) -> x509.Name:
    """A name with a common name alone."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def certificate(
    person: str,
    key: Public,
    *,
    issuer: str = "Some CA",
    ca: bool | None = False,
    usage: Sequence[str] | None = None,
    purposes: Sequence[x509.ObjectIdentifier] | None = None,
    starts: timedelta = -DAY,
    ends: timedelta = DAY,
    capabilities: Sequence[str] | None = None,
    key_identifier: bytes | None = None,
) -> x509.Certificate:
    """A certificate; `starts` and `ends` are counted from now. None leaves an extension out."""
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name(issuer), name(person), key, x509.random_serial_number(), now + starts, now + ends
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
    if usage is not None:
        flags = {one: one in usage for one in _USAGES}
        builder = builder.add_extension(x509.KeyUsage(**flags), critical=True)
    if purposes is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if key_identifier is not None:
        builder = builder.add_extension(x509.SubjectKeyIdentifier(key_identifier), critical=False)
    if capabilities is not None:
        extension = x509.UnrecognizedExtension(SMIME_CAPABILITIES, announced(capabilities))
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(ec_key("authority").private, SHA256())


def announced(capabilities: Sequence[str]) -> bytes:
    """The value of an SMIMECapabilities extension (RFC 4262)."""
    parts = b"".join(_sequence(core.ObjectIdentifier(one).dump()) for one in capabilities)
    return _sequence(parts)


def _sequence(contents: bytes) -> bytes:
    assert len(contents) < 0x80
    return bytes((0x30, len(contents))) + contents


def pem(*certificates: x509.Certificate) -> bytes:
    """A file with these certificates, in this order."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)
