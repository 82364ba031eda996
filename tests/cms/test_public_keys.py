"""Public keys and certificates of others, and what they are named by."""

from __future__ import annotations

import base64
import datetime
import hashlib
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from tests.cms.software_key import ec_key, key_of, rsa_key

from twincard.cms import IssuerAndSerial, KeyIdentifier, Recipient
from twincard.flows.certify.certificate_files import certified_digest
from twincard.keys.key_type import KeyAlgorithm
from twincard.keys.public import PublicKey, UnusablePublicKeyError

SPKI = PublicFormat.SubjectPublicKeyInfo
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Zoë")])


def certificate(kind: KeyAlgorithm, key_identifier: bytes | None) -> x509.Certificate:
    key = key_of(kind).private
    now = datetime.datetime.now(datetime.UTC)
    tomorrow = now + datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(NAME, NAME, key.public_key(), 77, now, tomorrow)
    if key_identifier is not None:
        extension = x509.SubjectKeyIdentifier(key_identifier)
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, hashes.SHA256())


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
@pytest.mark.parametrize("kind", KeyAlgorithm)
def test_keys_and_certificates_are_read_in_pem_and_der(
    kind: KeyAlgorithm, encoding: Encoding
) -> None:
    key = key_of(kind)
    bare = key.private.public_key().public_bytes(encoding, SPKI)
    for encoded in (bare, certificate(kind, None).public_bytes(encoding)):
        assert PublicKey.from_bytes(encoded) == key.public
    assert PublicKey.from_bytes(key.public.to_pem()) == key.public
    assert key.public.algorithm is kind


def with_an_at_sign() -> bytes:
    """A certificate whose names have a character that a PrintableString must not have."""
    printable = x509.name._ASN1Type.PrintableString
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "zoe.z", printable)])
    return named(name).replace(b"zoe.z", b"zoe@z")


def with_an_unsorted_set() -> bytes:
    """A certificate whose names have a set of two attributes in the wrong order."""
    pair = [
        x509.NameAttribute(x509.NameOID.COMMON_NAME, "zoe"),
        x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "z"),
    ]
    name = x509.Name([x509.RelativeDistinguishedName(pair)])
    first, second = (x509.Name([one]).public_bytes()[4:] for one in pair)
    return named(name).replace(second + first, first + second)


def named(name: x509.Name) -> bytes:
    key = ec_key().private
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 77, now, now)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.mark.parametrize("make", [with_an_at_sign, with_an_unsorted_set])
def test_certificates_whose_names_break_a_rule_of_der_are_read(make: Callable[[], bytes]) -> None:
    der = make()
    with pytest.raises(ValueError, match="parsing"):
        x509.load_der_x509_certificate(der)
    pem = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der)
    pem = b"CN=zoe@z\n" + pem + b"-----END CERTIFICATE-----\n"
    for encoded in (der, pem):
        assert PublicKey.from_bytes(encoded) == ec_key().public
    for length in range(len(der)):
        with pytest.raises(UnusablePublicKeyError):
            PublicKey.from_bytes(der[:length])


def test_the_digest_of_an_rsa_key_is_over_modulus_and_exponent() -> None:
    public = rsa_key().private.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    modulus = public.public_numbers().n.to_bytes(256)
    digest = hashlib.sha256(modulus + b"\x01\x00\x01").digest()
    assert rsa_key().public.digest == digest
    assert rsa_key().public.key_id == digest[:20]


def test_the_digest_of_an_elliptic_curve_key_is_over_its_point() -> None:
    point = (
        ec_key().private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )
    assert ec_key().public.digest == hashlib.sha256(point).digest()
    assert PublicKey.from_point(point) == ec_key().public


def test_a_bare_key_is_named_by_its_digest() -> None:
    recipient = Recipient.from_bytes(ec_key().public.to_pem())
    assert recipient == Recipient.of(ec_key().public)
    assert recipient.identifier == KeyIdentifier(ec_key().public.key_id)


@pytest.mark.parametrize("kind", KeyAlgorithm)
def test_a_certificate_is_named_as_it_names_itself(kind: KeyAlgorithm) -> None:
    named = certificate(kind, b"my name").public_bytes(Encoding.PEM)
    unnamed = certificate(kind, None).public_bytes(Encoding.DER)
    assert Recipient.from_bytes(named).identifier == KeyIdentifier(b"my name")
    assert Recipient.from_bytes(unnamed).identifier == IssuerAndSerial(NAME.public_bytes(), 77)


def test_rsa_keys_of_up_to_4096_bits_can_be_recipients() -> None:
    for bits in (3072, 4096):
        public = rsa.generate_private_key(65537, bits).public_key()
        key = PublicKey.from_bytes(public.public_bytes(Encoding.DER, SPKI))
        assert len(key.value) == bits // 8 + 3


@pytest.mark.parametrize(
    ("public", "message"),
    [
        (ec.generate_private_key(ec.SECP384R1()).public_key(), "on the curve P-256"),
        (ed25519.Ed25519PrivateKey.generate().public_key(), "Only RSA and P-256"),
        (rsa.generate_private_key(65537, 1024).public_key(), "2048 to"),  # noqa: S505
    ],
)
def test_other_keys_are_refused(
    public: ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey, message: str
) -> None:
    with pytest.raises(UnusablePublicKeyError, match=message):
        PublicKey.from_bytes(public.public_bytes(Encoding.PEM, SPKI))


def test_a_certificate_inside_of_another_does_not_stand_for_it() -> None:
    inner = certificate(KeyAlgorithm.EC, None).public_bytes(Encoding.PEM)
    key, now = rsa_key().private, datetime.datetime.now(datetime.UTC)
    outer = (
        x509.CertificateBuilder(NAME, NAME, key.public_key(), 78, now, now)
        .add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\n" + inner), False
        )
        .sign(key, hashes.SHA256())
    )
    for encoding in (Encoding.DER, Encoding.PEM):
        assert PublicKey.from_bytes(outer.public_bytes(encoding)) == rsa_key().public
    assert certified_digest(outer) == rsa_key().public.digest


def test_text_may_stand_before_a_certificate_in_pem() -> None:
    encoded = b"Certificate:\n" + certificate(KeyAlgorithm.EC, None).public_bytes(Encoding.PEM)
    assert PublicKey.from_bytes(encoded) == ec_key().public


def unknown_version(encoding: Encoding) -> bytes:
    made = certificate(KeyAlgorithm.EC, None).public_bytes(Encoding.DER)
    spoiled = made.replace(bytes.fromhex("A003020102"), bytes.fromhex("A003020109"), 1)
    assert spoiled != made
    if encoding is Encoding.DER:
        return spoiled
    text = base64.encodebytes(spoiled)
    return b"-----BEGIN CERTIFICATE-----\n" + text + b"-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"text",
        b"-----BEGIN PUBLIC KEY-----\n",
        b"-----BEGIN CERTIFICATE-----\nAAAA",
        bytes(99),
        unknown_version(Encoding.DER),
        unknown_version(Encoding.PEM),
    ],
)
def test_what_is_no_key_is_refused(encoded: bytes) -> None:
    with pytest.raises(UnusablePublicKeyError, match="neither a public key nor a certificate"):
        PublicKey.from_bytes(encoded)


def test_a_private_key_given_by_mistake_is_called_so() -> None:
    private = ec_key().private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(UnusablePublicKeyError, match="private key") as caught:
        PublicKey.from_bytes(private)
    assert private.decode() not in repr(caught.value)


@pytest.mark.parametrize("point", [b"", b"\x04" + bytes(64), b"\x04" + b"\x01" * 64, b"\x00"])
def test_what_is_no_point_of_the_curve_is_refused(point: bytes) -> None:
    with pytest.raises(UnusablePublicKeyError):
        PublicKey.from_point(point)


@pytest.mark.parametrize(
    ("modulus", "exponent"),
    [
        (b"", b""),
        (b"\xff" * 256, b"\x02"),
        (b"\xff" * 128, b"\x01\x00\x01"),
        (b"\xff" * 256, b"\x01"),
    ],
)
def test_what_is_no_rsa_key_is_refused(modulus: bytes, exponent: bytes) -> None:
    with pytest.raises(UnusablePublicKeyError):
        PublicKey.from_rsa(modulus, exponent)
