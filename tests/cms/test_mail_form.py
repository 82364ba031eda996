"""Mail has the form that its readers understand, and more only where all of them announce it."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from asn1crypto import cms
from tests.cms.certified import certificate
from tests.cms.software_key import decrypted, ec_key, rsa_key

from twincard.cms import (
    IssuerAndSerial,
    KeyIdentifier,
    Recipient,
    RsaAlgorithm,
    RsaRecipient,
    SourceError,
    encrypt,
    read_recipients,
)

OAEP = "1.2.840.113549.1.1.7"
AES_256_GCM = "2.16.840.1.101.3.4.1.46"
AES_256_CBC = "2.16.840.1.101.3.4.1.42"
AES_128_CBC = "2.16.840.1.101.3.4.1.2"
CONTENT = b"Dear Alice,\n" * 1000


def person(*announced: str, says: bool = True) -> Recipient:
    """Alice, with RSA, whose certificate has a key identifier and announces these."""
    made = certificate(
        "Alice",
        rsa_key().private.public_key(),
        key_identifier=b"alice",
        capabilities=announced if says else None,
    )
    return Recipient.from_certificate(made)


def mail_to(*recipients: Recipient, content: bytes = CONTENT) -> bytes:
    sink = io.BytesIO()
    encrypt(io.BytesIO(content), sink, recipients, mail=True)
    return sink.getvalue()


def content_algorithm(message: bytes) -> tuple[str, str]:
    """The names of the content type and of the content encryption."""
    parsed = cms.ContentInfo.load(message, strict=True)
    inner = parsed["content"]
    part = "auth_encrypted_content_info"
    if parsed["content_type"].native == "enveloped_data":
        part = "encrypted_content_info"
    return (
        parsed["content_type"].native,
        inner[part]["content_encryption_algorithm"]["algorithm"].dotted,
    )


ENVELOPED, AUTHENTICATED = "enveloped_data", "authenticated_enveloped_data"


@pytest.mark.parametrize(
    ("recipients", "algorithm"),
    [
        ([person(says=False)], AES_256_CBC),
        ([person()], AES_256_CBC),
        ([person(AES_256_CBC, AES_128_CBC)], AES_256_CBC),
        ([person(AES_128_CBC)], AES_128_CBC),
        ([person(AES_256_GCM, AES_256_CBC), person(says=False)], AES_256_CBC),
        ([person(AES_256_GCM), person(AES_128_CBC)], AES_128_CBC),
        ([Recipient.of(ec_key().public)], AES_256_CBC),
    ],
)
def test_the_content_encryption_is_one_that_all_recipients_read(
    recipients: list[Recipient], algorithm: str
) -> None:
    assert content_algorithm(mail_to(*recipients)) == (ENVELOPED, algorithm)


def test_mail_is_authenticated_where_all_certificates_announce_that() -> None:
    message = mail_to(person(AES_256_GCM), person(AES_256_CBC, AES_256_GCM))
    assert b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17" in message[:32]
    assert decrypted(message, rsa_key()) == CONTENT


@pytest.mark.parametrize(
    ("recipient", "algorithm"),
    [
        (person(says=False), RsaAlgorithm.PKCS1_V15),
        (person(AES_256_CBC), RsaAlgorithm.PKCS1_V15),
        (person(OAEP, AES_256_CBC), RsaAlgorithm.OAEP_SHA256),
    ],
)
def test_a_certificate_is_named_by_issuer_and_serial_in_mail_alone(
    recipient: Recipient, algorithm: RsaAlgorithm
) -> None:
    message = mail_to(recipient)
    (found,) = read_recipients(io.BytesIO(message))
    assert isinstance(found, RsaRecipient)
    assert isinstance(found.identifier, IssuerAndSerial)
    assert found.algorithm is algorithm
    assert decrypted(message, rsa_key()) == CONTENT
    # RFC 5652, 6.1: version 0, where all are named so.
    assert cms.ContentInfo.load(message)["content"]["version"].native == "v0"
    sink = io.BytesIO()
    encrypt(io.BytesIO(CONTENT), sink, [recipient])
    (named,) = read_recipients(io.BytesIO(sink.getvalue()))
    assert (named.identifier, named.is_for(recipient)) == (KeyIdentifier(b"alice"), True)


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 127, 128, 65536, (1 << 20) + 1])
@pytest.mark.parametrize("announced", [(), (AES_256_GCM,)])
def test_mail_from_a_file_is_der(size: int, announced: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "letter").write_bytes(bytes(size))
    sink = io.BytesIO()
    with (tmp_path / "letter").open("rb") as file:
        encrypt(file, sink, [person(*announced)], mail=True)
    message = sink.getvalue()
    length = 2 + (message[1] & 0x7F) * (message[1] >> 7)
    told = message[1] if length == 2 else int.from_bytes(message[2:length])
    assert len(message) == length + told
    assert b"\x80\x30\x80" not in message[:64]
    assert decrypted(message, rsa_key()) == bytes(size)


def test_a_long_stream_cannot_be_der_and_is_read_all_the_same() -> None:
    content = os.urandom(1 << 20) + b"more"
    message = mail_to(person(says=False), content=content)
    assert message[:2] == b"\x30\x80"
    assert decrypted(message, rsa_key()) == content


@pytest.mark.parametrize("after", [b"", b"longer than it was"])
def test_a_file_that_changes_while_it_is_encrypted_is_not_published(
    after: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "letter"
    path.write_bytes(b"as it was")

    class Growing(io.BufferedReader):
        def tell(self) -> int:
            path.write_bytes(after)
            return super().tell()

    with Growing(io.FileIO(path)) as file, pytest.raises(SourceError, match="was changed"):
        encrypt(file, io.BytesIO(), [person()], mail=True)
