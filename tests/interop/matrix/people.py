"""The people of the matrix: their keys are in data/people.json, known to everybody.

The messages in data/ were written for them by programs that not every machine has.
`python -m tests.interop.matrix.people` makes other people; then those messages are to be made anew.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, mlkem, rsa, x25519
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from tests.cms.certified import SMIME_CAPABILITIES, announced
from tests.cms.software_key import PrivateKey, SoftwareKey
from tests.signed.signers import Person as Signer

from twincard.cms import ContentSigner, Recipient

AnyKey = PrivateKey | x25519.X25519PrivateKey | mlkem.MLKEM768PrivateKey | mlkem.MLKEM1024PrivateKey
PASSWORD = "well known"
"""Of all PKCS #12 files."""
DATA = Path(__file__).parent / "data"
PEOPLE = DATA / "people.json"
_STARTS, _ENDS = datetime(2020, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)
_USAGES = {
    "root": ("key_cert_sign", "crl_sign"),
    "rsa": ("digital_signature", "key_encipherment"),
    "p256": ("digital_signature", "key_agreement"),
}
_EVERY_USAGE = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
    *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


@dataclass(frozen=True)
class Person:
    """Somebody with a key that all programs know, for encryption and for signatures."""

    name: str
    key: AnyKey
    certificate: x509.Certificate
    key_file: bytes = b""
    """Key and certificate in PKCS #12. A file of its own for each test would not do: gpgsm 2.2
    cannot decrypt one in a hundred."""

    @property
    def card_key(self) -> PrivateKey:
        """The key, which is one that cards have."""
        assert isinstance(self.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        return self.key

    @property
    def opener(self) -> SoftwareKey:
        """The key for `decrypt`."""
        return SoftwareKey(self.card_key)

    @property
    def signer(self) -> ContentSigner:
        """The person for `sign`."""
        return Signer(self.card_key, self.certificate).signer()

    @property
    def recipient(self) -> Recipient:
        """The person by the certificate, which announces nothing."""
        return Recipient.from_certificate(self.certificate)

    def announcing(self, *capabilities: str) -> Recipient:
        """The person by another certificate of the same name and number, with SMIMECapabilities."""
        return Recipient.from_certificate(
            _certified(
                self.name, self.card_key, self.certificate.serial_number, root(), capabilities
            )
        )

    @property
    def private_der(self) -> bytes:
        """The key in PKCS #8."""
        return self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    @property
    def private_pem(self) -> bytes:
        """The key in PKCS #8."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def certificate_pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def certificate_der(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.DER)


def root() -> Person:
    """The authority that certified the others."""
    return _person("root")


def rsa_person() -> Person:
    """Somebody with RSA-2048."""
    return _person("rsa")


def ec_person() -> Person:
    """Somebody with P-256."""
    return _person("p256")


def both() -> tuple[Person, Person]:
    """Those to whom messages are written."""
    return rsa_person(), ec_person()


@cache
def _person(name: str) -> Person:
    entry = json.loads(PEOPLE.read_text())[name]
    key = load_der_private_key(base64.b64decode(entry["key"]), None)
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    certificate = x509.load_der_x509_certificate(base64.b64decode(entry["certificate"]))
    return Person(name, key, certificate, base64.b64decode(entry["key_file"]))


def _certified(
    name: str,
    key: PrivateKey,
    number: int,
    issuer: Person | None,
    capabilities: Sequence[str] = (),
) -> x509.Certificate:
    subject = _name(name)
    by = key if issuer is None else issuer.card_key
    builder = x509.CertificateBuilder(
        subject if issuer is None else issuer.certificate.subject,
        subject,
        key.public_key(),
        number,
        _STARTS,
        _ENDS,
    )
    is_root = issuer is None
    builder = builder.add_extension(x509.BasicConstraints(is_root, None), critical=True)
    flags = {one: one in _USAGES[name] for one in _EVERY_USAGE}
    builder = builder.add_extension(x509.KeyUsage(**flags), critical=True)
    named = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = builder.add_extension(named, critical=False)
    # cryptography's rules for chains ask for it.
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key())
    builder = builder.add_extension(authority, critical=False)
    if not is_root:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, critical=False)
        address = x509.SubjectAlternativeName([x509.RFC822Name(f"{name}@example.org")])
        builder = builder.add_extension(address, critical=False)
    if capabilities:
        extension = x509.UnrecognizedExtension(SMIME_CAPABILITIES, announced(capabilities))
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(by, SHA256())


def _name(name: str) -> x509.Name:
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
        x509.NameAttribute(NameOID.COMMON_NAME, f"matrix {name}"),
    ]
    return x509.Name(attributes)


def _key_file(person: Person, above: Person) -> bytes:
    """In the old form that all programs import."""
    protection = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(1000)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(SHA1())  # noqa: S303 -- what gpgsm 2.2 reads
        .build(PASSWORD.encode())
    )
    return pkcs12.serialize_key_and_certificates(
        person.name.encode(), person.card_key, person.certificate, [above.certificate], protection
    )


def _make() -> None:
    keys: dict[str, PrivateKey] = {
        "root": rsa.generate_private_key(65537, 2048),
        "rsa": rsa.generate_private_key(65537, 2048),
        "p256": ec.generate_private_key(ec.SECP256R1()),
    }
    made: dict[str, Person] = {}
    for name, key in keys.items():
        number = x509.random_serial_number()
        made[name] = Person(name, key, _certified(name, key, number, made.get("root")))
    entries = {
        name: {
            "key": base64.b64encode(one.private_der).decode(),
            "certificate": base64.b64encode(one.certificate_der).decode(),
            "key_file": base64.b64encode(_key_file(one, made["root"])).decode(),
        }
        for name, one in made.items()
    }
    PEOPLE.write_text(json.dumps(entries, indent=1) + "\n")


if __name__ == "__main__":
    _make()
