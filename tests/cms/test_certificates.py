"""Whom a certificate lets files be encrypted to, and which of several certificates are meant."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric import (
    dsa,
    ec,
    ed448,
    ed25519,
    mlkem,
    rsa,
    x448,
    x25519,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.cms.certified import DAY, MAIL, Public, certificate, pem
from tests.cms.software_key import ec_key, rsa_key

from twincard.cms import (
    AmbiguousCertificatesError,
    CertificateDateError,
    IssuerAndSerial,
    KeyIdentifier,
    Recipient,
    UnsuitableCertificateError,
)
from twincard.keys.public import UnusablePublicKeyError

RSA, EC = rsa_key().private.public_key(), ec_key().private.public_key()
ML_KEM = mlkem.MLKEM768PrivateKey.generate().public_key()
X25519 = x25519.X25519PrivateKey.generate().public_key()


@pytest.mark.parametrize(
    ("key", "usage"),
    [
        (RSA, ("key_encipherment",)),
        (RSA, ("key_encipherment", "digital_signature")),
        (EC, ("key_agreement",)),
        (X25519, ("key_agreement",)),
        (ML_KEM, ("key_encipherment",)),
        (RSA, None),
        (EC, None),
    ],
)
def test_a_certificate_for_encryption_is_taken(key: Public, usage: tuple[str, ...] | None) -> None:
    made = certificate("Alice", key, usage=usage)
    for encoding in (Encoding.PEM, Encoding.DER):
        assert Recipient.from_bytes(made.public_bytes(encoding)) == Recipient.from_certificate(made)


@pytest.mark.parametrize(
    ("key", "usage", "lacks"),
    [
        (RSA, ("digital_signature",), "keyEncipherment"),
        (RSA, ("data_encipherment", "key_agreement"), "keyEncipherment"),
        (EC, ("digital_signature", "key_encipherment"), "keyAgreement"),
        (X25519, ("digital_signature",), "keyAgreement"),
        (ML_KEM, ("key_agreement",), "keyEncipherment"),
    ],
)
def test_a_certificate_for_signatures_alone_is_refused(
    key: Public, usage: tuple[str, ...], lacks: str
) -> None:
    made = certificate("Alice", key, usage=usage)
    with pytest.raises(UnsuitableCertificateError, match=rf"CN=Alice.*key usage lacks {lacks}"):
        Recipient.from_certificate(made)
    with pytest.raises(UnsuitableCertificateError, match=rf"CN=Alice.*key usage lacks {lacks}"):
        Recipient.from_bytes(pem(made), any_date=True)


@pytest.mark.parametrize(
    ("purposes", "is_taken"),
    [
        (None, True),
        (MAIL, True),
        ((ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,), True),
        ((ExtendedKeyUsageOID.CLIENT_AUTH, *MAIL), True),
        ((ExtendedKeyUsageOID.CLIENT_AUTH,), False),
        ((ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CODE_SIGNING), False),
    ],
)
def test_the_purposes_of_a_certificate_must_allow_mail(
    purposes: tuple[object, ...] | None, is_taken: bool
) -> None:
    made = certificate("Alice", EC, purposes=purposes)  # type: ignore[arg-type]
    if is_taken:
        Recipient.from_certificate(made)
    else:
        with pytest.raises(UnsuitableCertificateError, match="emailProtection"):
            Recipient.from_certificate(made)


def test_an_authority_is_refused_and_a_certificate_without_constraints_is_not() -> None:
    with pytest.raises(UnsuitableCertificateError, match="certification authority"):
        Recipient.from_certificate(certificate("Some CA", RSA, ca=True))
    Recipient.from_certificate(certificate("Alice", RSA, ca=None))


def test_expired_and_future_certificates_are_taken_only_if_asked_for() -> None:
    old = certificate("Alice", RSA, starts=-3 * DAY, ends=-2 * DAY)
    new = certificate("Alice", RSA, starts=2 * DAY, ends=3 * DAY)
    for made, words in ((old, "expired on 2"), (new, "not valid before 2")):
        with pytest.raises(CertificateDateError, match=words):
            Recipient.from_certificate(made)
        assert Recipient.from_certificate(made, any_date=True).key == rsa_key().public
        # That is for dates only.
    signing = certificate("Alice", RSA, usage=("digital_signature",), ends=-DAY / 2)
    with pytest.raises(UnsuitableCertificateError, match="key usage"):
        Recipient.from_certificate(signing, any_date=True)


def test_a_chain_stands_for_its_end_in_any_order() -> None:
    alice = certificate("Alice", EC, issuer="Office CA")
    office = certificate("Office CA", RSA, issuer="Root CA", ca=True)
    root = certificate("Root CA", rsa_key("root").private.public_key(), issuer="Root CA", ca=True)
    for chain in itertools.permutations((alice, office, root)):
        assert [one.key for one in Recipient.all_from_bytes(pem(*chain))] == [ec_key().public]


def test_all_of_several_people_are_taken_and_the_same_key_once() -> None:
    alice, bob = certificate("Alice", EC), certificate("Bob", RSA)
    root = certificate("Some CA", ec_key("root").private.public_key(), issuer="Some CA", ca=True)
    found = Recipient.all_from_bytes(pem(root, alice, bob, alice) + ec_key().public.to_pem())
    assert {one.key for one in found} == {ec_key().public, rsa_key().public}
    assert len(found) == 2
    with pytest.raises(AmbiguousCertificatesError, match="2 people"):
        Recipient.from_bytes(pem(alice, bob))


def test_bare_keys_of_several_people_are_all_taken() -> None:
    both = ec_key().public.to_pem() + rsa_key().public.to_pem()
    assert [one.key for one in Recipient.all_from_bytes(both)] == [
        ec_key().public,
        rsa_key().public,
    ]


def test_of_one_persons_certificates_the_one_for_encryption_is_taken() -> None:
    signing = certificate("Alice", RSA, usage=("digital_signature",))
    expired = certificate("Alice", RSA, starts=-3 * DAY, ends=-2 * DAY)
    encryption = certificate("Alice", EC, usage=("key_agreement",))
    for order in itertools.permutations((signing, expired, encryption)):
        assert Recipient.from_bytes(pem(*order)).key == ec_key().public


def test_a_renewed_certificate_of_the_same_key_names_it() -> None:
    old = certificate("Alice", EC, starts=-2 * DAY)
    new = certificate("Alice", EC)
    for order in ((old, new), (new, old)):
        found = Recipient.from_bytes(pem(*order))
        assert isinstance(found.identifier, IssuerAndSerial)
        assert found.identifier.serial == new.serial_number


def test_what_is_ambiguous_is_refused() -> None:
    alice, other = certificate("Alice", EC), certificate("Alice", RSA)
    with pytest.raises(AmbiguousCertificatesError, match=r"several certificates.*CN=Alice"):
        Recipient.all_from_bytes(pem(alice, other))
    stranger = certificate("Bob", RSA, issuer="Bob", ca=True)
    with pytest.raises(AmbiguousCertificatesError, match=r"CN=Bob.*issued none"):
        Recipient.all_from_bytes(pem(alice, stranger))


def test_nobody_of_several_people_is_left_out() -> None:
    alice = certificate("Alice", EC)
    bob = certificate("Bob", RSA, usage=("digital_signature",))
    with pytest.raises(UnsuitableCertificateError, match="CN=Bob"):
        Recipient.all_from_bytes(pem(alice, bob))
    for damaged in (
        pem(bob).replace(b"A", b"", 1),
        pem(bob)[:-10],
        pem(bob).replace(b"CERTIFICATE", b"TRUSTED CERTIFICATE"),
        pem(bob).replace(b"\nMI", b"\nAA"),
    ):
        with pytest.raises(UnusablePublicKeyError, match="neither a public key nor"):
            Recipient.all_from_bytes(pem(alice) + damaged)


def test_a_certificate_that_breaks_the_rules_of_names_is_read() -> None:
    made = asn1_x509.Certificate.load(
        certificate("alice-example.org", EC, key_identifier=b"me").public_bytes(Encoding.DER)
    ).dump()
    printable = made.replace(b"\x0c\x11alice-example.org", b"\x13\x11alice@example.org")
    assert printable != made
    found = Recipient.from_bytes(printable)
    assert (found.key, found.identifier) == (ec_key().public, KeyIdentifier(b"me"))


@pytest.mark.parametrize(
    ("generate", "words"),
    [
        (ed25519.Ed25519PrivateKey.generate, "can only sign"),
        (ed448.Ed448PrivateKey.generate, "can only sign"),
        (x448.X448PrivateKey.generate, "keys only"),
        (partial(dsa.generate_private_key, 2048), "keys only"),
        (partial(ec.generate_private_key, ec.SECP256K1()), "on the curve P-256, P-384 or P-521"),
        (partial(rsa.generate_private_key, 65537, 1024), "2048 to 4096"),
    ],
)
def test_keys_that_nothing_can_be_encrypted_to_are_refused(
    generate: Callable[[], Any], words: str
) -> None:
    public = generate().public_key()
    encoded = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(UnusablePublicKeyError, match=words):
        Recipient.from_bytes(encoded)


def test_an_x25519_key_with_the_same_secret_for_everybody_is_refused() -> None:
    public = x25519.X25519PublicKey.from_public_bytes(bytes(32))
    encoded = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(UnusablePublicKeyError, match="not a valid X25519 key"):
        Recipient.from_bytes(encoded)
