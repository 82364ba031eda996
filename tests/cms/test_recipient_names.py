"""Recipients of a file as people read them, and the question whether one of them is me."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from tests.cms.software_key import ec_key, key_of, rsa_key

from twincard.cms import (
    ArchiveRecipient,
    IssuerAndSerial,
    KeyIdentifier,
    Recipient,
    UnsupportedRecipient,
    wrap_key,
)
from twincard.keys.key_type import KeyAlgorithm

CEK = bytes(range(32))


def issuer(**names: str) -> bytes:
    """A DER Name, in the order given."""
    return bytes(cms.Name.build(names).dump())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (issuer(country_name="JP", common_name="山田"), "CN=山田,C=JP"),
        (issuer(organization_name="Sharp, Inc.", common_name="#1+2"), r"CN=\#1\+2,O=Sharp\, Inc."),
        (issuer(common_name="a\x1b[31m\n"), r"CN=a\x1b[31m\x0a"),
        (issuer(common_name="abc\u202edef"), r"CN=abc\u202edef"),
        # What is no name is shown as it is.
        (b"\x30\x00", ""),
        (b"\x30\x03\x02\x01\x07", "#3003020107"),
        (b"junk", "#6a756e6b"),
        (issuer(country_name="Japan"), f"#{issuer(country_name='Japan').hex()}"),
    ],
)
def test_a_name_is_written_as_rfc_4514_has_it(name: bytes, text: str) -> None:
    assert str(IssuerAndSerial(name, 0x1F)) == f"{text}, serial number 0x1f"


@pytest.mark.parametrize("kind", KeyAlgorithm)
def test_recipients_are_told_by_kind_and_name(kind: KeyAlgorithm) -> None:
    by_key = wrap_key(CEK, key_of(kind).recipient)
    word = {KeyAlgorithm.RSA: "RSA", KeyAlgorithm.EC: "P-256"}[kind]
    assert str(by_key) == f"{word}: key identifier {key_of(kind).public.key_id.hex()}"
    named = IssuerAndSerial(issuer(common_name="CA"), 7)
    by_name = wrap_key(CEK, Recipient(key_of(kind).public, named))
    assert str(by_name) == f"{word}: CN=CA, serial number 0x7"


def test_other_recipients_are_told_too() -> None:
    assert (
        str(ArchiveRecipient(KeyIdentifier(b"\x01"), bytes(40))) == "archive key: key identifier 01"
    )
    assert str(UnsupportedRecipient(None, "malformed")) == "unsupported: no name (malformed)"


def certificate() -> x509.Certificate:
    """Of the EC key, without a key identifier: it is named by issuer and serial number."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA")])
    builder = x509.CertificateBuilder(name, name, ec_key().public.loaded(), 7)
    builder = builder.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    return builder.not_valid_after(datetime(2126, 1, 1, tzinfo=UTC)).sign(
        rsa_key().private, SHA256()
    )


def test_a_recipient_is_held_against_keys_and_certificates() -> None:
    owner = Recipient.from_certificate(certificate())
    by_name, by_key = wrap_key(CEK, owner), wrap_key(CEK, ec_key().recipient)
    assert isinstance(by_name.identifier, IssuerAndSerial)
    assert [one.is_for(owner) for one in (by_name, by_key)] == [True, True]
    assert [one.is_for(ec_key().public) for one in (by_name, by_key)] == [False, True]
    assert [one.is_for(ec_key()) for one in (by_name, by_key)] == [False, True]
    for stranger in (rsa_key(), rsa_key().public, rsa_key().recipient):
        assert not by_key.is_for(stranger)
    # A name alone is not enough: of the other kind of key it cannot be.
    misleading = wrap_key(CEK, Recipient(rsa_key().public, KeyIdentifier(ec_key().public.key_id)))
    assert not misleading.is_for(ec_key().public)
    assert not UnsupportedRecipient(None, "malformed").is_for(owner)
