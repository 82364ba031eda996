"""Files for people without cards: P-384, P-521, RSA up to 4096 bits, X25519 and ML-KEM.

openssl reads those that it knows. X25519 and ML-KEM are opened here as the RFCs say, from the
encoding alone.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import subprocess
from functools import cache
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric import ec, mlkem, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from tests.cms.certified import certificate, pem
from tests.cms.software_key import decrypted, ec_key, encrypted, key_unwrap, rsa_key

from twincard.cms import (
    FilesError,
    OtherKeyRecipient,
    Recipient,
    UnsupportedRecipient,
    encrypt,
    read_recipients,
    wrap_key,
)

CONTENT = b"\x00for people without cards\r\n" * 100
AES256_WRAP = bytes.fromhex("300B060960864801650304012D")


def message_to(*recipients: Recipient, mail: bool = False) -> bytes:
    sink = io.BytesIO()
    encrypt(io.BytesIO(CONTENT), sink, recipients, mail=mail)
    return sink.getvalue()


@cache
def key_named(name: str) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey:
    if name.startswith("RSA-"):
        return rsa.generate_private_key(65537, int(name.removeprefix("RSA-")))
    return ec.generate_private_key({"P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}[name])


@pytest.mark.parametrize("mail", [False, True])
@pytest.mark.parametrize("name", ["P-384", "P-521", "RSA-3072", "RSA-4096"])
def test_openssl_opens_files_for_keys_that_no_card_has(
    name: str, mail: bool, tmp_path: Path
) -> None:
    key = key_named(name)
    made = certificate("Alice", key.public_key(), key_identifier=b"alice")
    message = message_to(Recipient.from_certificate(made), ec_key().recipient, mail=mail)
    (tmp_path / "message").write_bytes(message)
    (tmp_path / "alice.crt").write_bytes(pem(made))
    (tmp_path / "alice.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    command = "openssl cms -decrypt -binary -inform DER -in message -recip alice.crt"
    ran = subprocess.run(
        [*command.split(), "-inkey", "alice.key"], cwd=tmp_path, capture_output=True, check=True
    )
    assert ran.stdout == CONTENT
    # A card's own recipient info beside it is found.
    assert decrypted(message, ec_key()) == CONTENT


def hkdf_sha256(secret: bytes, info: bytes) -> bytes:
    """32 bytes of HKDF without salt (RFC 5869, 2)."""
    prk = hmac.digest(bytes(32), secret, "sha256")
    return hmac.digest(prk, info + b"\x01", "sha256")


def bare(
    key: x25519.X25519PrivateKey | mlkem.MLKEM768PrivateKey | mlkem.MLKEM1024PrivateKey,
) -> Recipient:
    public = key.public_key()
    return Recipient.from_bytes(
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )


def split(encoded: bytes) -> tuple[bytes, bytes, bytes]:
    """The first element of DER, whole and its contents, and what follows it."""
    length, at = encoded[1], 2
    if length >= 0x80:
        at += length & 0x7F
        length = int.from_bytes(encoded[2:at])
    return encoded[: at + length], encoded[at : at + length], encoded[at + length :]


def contents(encoded: bytes) -> bytes:
    return split(encoded)[1]


def parts(encoded: bytes) -> list[bytes]:
    """The elements inside an element."""
    found, rest = [], contents(encoded)
    while rest:
        whole, _, rest = split(rest)
        found.append(whole)
    return found


def test_x25519_is_as_rfc_8418_has_it() -> None:
    key = x25519.X25519PrivateKey.generate()
    cek = bytes(range(32))
    recipient = bare(key)
    made = wrap_key(cek, recipient)
    assert isinstance(made, OtherKeyRecipient)
    assert made.encoded[0] == 0xA1
    version, originator, algorithm, keys = parts(made.encoded)
    assert version == b"\x02\x01\x03"
    assert originator[:1] + parts(originator)[0][:1] == b"\xa0\xa1"
    key_algorithm, one_time = parts(parts(originator)[0])
    assert key_algorithm == bytes.fromhex("300506032B656E")
    assert one_time[:3] == b"\x03\x21\x00"
    public = x25519.X25519PublicKey.from_public_bytes(one_time[3:])
    scheme = bytes.fromhex("060B2A864886F70D0109100313")  # 1.2.840.113549.1.9.16.3.19
    assert parts(algorithm) == [scheme, AES256_WRAP]
    shared_info = bytes.fromhex("3015") + AES256_WRAP + bytes.fromhex("A206040400000100")
    kek = hkdf_sha256(key.exchange(public), shared_info)
    identifier, wrapped = parts(parts(keys)[0])
    assert identifier == b"\xa0\x16\x04\x14" + recipient.key.key_id
    assert key_unwrap(kek, contents(wrapped)) == cek
    digest = hashlib.sha256(key.public_key().public_bytes_raw()).digest()
    assert recipient.key.key_id == digest[:20]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (mlkem.MLKEM768PrivateKey.generate(), "0609608648016503040402"),
        (mlkem.MLKEM1024PrivateKey.generate(), "0609608648016503040403"),
    ],
    ids=["ML-KEM-768", "ML-KEM-1024"],
)
def test_ml_kem_is_as_rfc_9629_and_9936_have_it(
    key: mlkem.MLKEM768PrivateKey | mlkem.MLKEM1024PrivateKey, name: str
) -> None:
    cek = bytes(range(32))
    made = wrap_key(cek, bare(key))
    assert isinstance(made, OtherKeyRecipient)
    assert made.encoded[0] == 0xA4
    kind, info = parts(made.encoded)
    assert kind == bytes.fromhex("060B2A864886F70D0109100D03")  # 1.2.840.113549.1.9.16.13.3
    version, _rid, kem, ciphertext, kdf, length, wrap, wrapped = parts(info)
    assert (version, length) == (b"\x02\x01\x00", b"\x02\x01\x20")
    assert parts(kem) == [bytes.fromhex(name)]
    assert parts(kdf) == [bytes.fromhex("060B2A864886F70D010910031C")]  # HKDF with SHA-256
    assert wrap == AES256_WRAP
    other_info = bytes.fromhex("3010") + AES256_WRAP + bytes.fromhex("020120")
    kek = hkdf_sha256(key.decapsulate(contents(ciphertext)), other_info)
    assert key_unwrap(kek, contents(wrapped)) == cek


def test_a_mail_with_a_kem_has_version_3() -> None:
    message = message_to(bare(mlkem.MLKEM768PrivateKey.generate()), ec_key().recipient, mail=True)
    assert cms.ContentInfo.load(message)["content"]["version"].native == "v3"
    assert decrypted(message, ec_key()) == CONTENT


def test_other_kinds_stay_beside_a_cards_own() -> None:
    others = [
        bare(mlkem.MLKEM768PrivateKey.generate()),
        bare(x25519.X25519PrivateKey.generate()),
        rsa_key("other").recipient,
    ]
    message = message_to(*others, rsa_key().recipient)
    found = read_recipients(io.BytesIO(message))
    assert len(found) == 4
    assert sum(isinstance(one, UnsupportedRecipient) for one in found) == 2
    assert decrypted(message, rsa_key()) == CONTENT
    with pytest.raises(FilesError):
        decrypted(encrypted(CONTENT, rsa_key("other")), rsa_key())
