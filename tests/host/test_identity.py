"""Certificates, device keys and the issuer's signing key: one form, and every byte of it counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.trust.authority import Issuer, SigningKey

from twincard.card.report import Role
from twincard.identity.device_certificate import CardCertificate, DeviceKeys, IdentityError
from twincard.identity.issuer_signing_key import (
    IssuerKeyError,
    IssuerSigningKey,
    read_issuer_public_key,
)

CARD_ID = bytes(range(16))
ISSUER = IssuerSigningKey.draw()
DEVICE = IssuerSigningKey.draw().public_key
CERTIFICATE = ISSUER.certify(CARD_ID, Role.BACKUP, DEVICE)


def test_a_certificate_is_read_as_it_was_written() -> None:
    encoded = CERTIFICATE.encode()
    assert len(encoded) == 181
    assert CardCertificate.parse(encoded) == CERTIFICATE
    assert (CERTIFICATE.card_id, CERTIFICATE.role, CERTIFICATE.device_key) == (CARD_ID, 2, DEVICE)
    CERTIFICATE.verify(ISSUER.public_key)


def test_every_byte_of_a_certificate_counts() -> None:
    encoded = CERTIFICATE.encode()
    for at in range(len(encoded)):
        altered = encoded[:at] + bytes([encoded[at] ^ 1]) + encoded[at + 1 :]
        with pytest.raises(IdentityError):
            CardCertificate.parse(altered).verify(ISSUER.public_key)
    for wrong in (b"", encoded[:-1], encoded + b"\x00"):
        with pytest.raises(IdentityError, match="not a card's certificate"):
            CardCertificate.parse(wrong)


def test_another_issuers_certificate_is_not_taken() -> None:
    with pytest.raises(IdentityError, match="from another issuer"):
        CERTIFICATE.verify(IssuerSigningKey.draw().public_key)
    other = IssuerSigningKey.draw()
    renamed = replace(CERTIFICATE, issuer=other.certify(CARD_ID, 2, DEVICE).issuer)
    with pytest.raises(IdentityError, match="forged"):
        renamed.verify(other.public_key)


def test_another_implementation_writes_the_same_certificates() -> None:
    theirs = Issuer.of("somebody else")
    certificate = CardCertificate.parse(theirs.certificate(CARD_ID, Role.ORIGINAL, DEVICE))
    certificate.verify(theirs.key.point)
    assert (certificate.card_id, certificate.role) == (CARD_ID, Role.ORIGINAL)


def test_the_channel_key_is_the_one_that_the_device_key_signed() -> None:
    device = SigningKey.of("a device")
    signature = device.sign(b"twincard/channel/1" + CARD_ID + DEVICE)
    keys = DeviceKeys(device.point, DEVICE, signature)
    keys.verify(CARD_ID)
    for wrong, card_id in (
        (keys, bytes(16)),
        (replace(keys, channel_key=device.point), CARD_ID),
        (replace(keys, device_key=DEVICE), CARD_ID),
        (replace(keys, signature=bytes(64)), CARD_ID),
        (replace(keys, signature=signature[:-1]), CARD_ID),
    ):
        with pytest.raises(IdentityError, match="not signed by its device key"):
            wrong.verify(card_id)
    with pytest.raises(IdentityError, match="not a point"):
        replace(keys, device_key=b"\x04" + bytes(64)).verify(CARD_ID)


def test_a_device_key_off_the_curve_is_not_certified() -> None:
    for wrong in (b"", b"\x00", DEVICE[:-1], DEVICE[:-1] + bytes([DEVICE[-1] ^ 1])):
        with pytest.raises(IdentityError):
            ISSUER.certify(CARD_ID, Role.BACKUP, wrong)


def test_the_signing_key_is_kept_in_a_private_file(tmp_path: Path) -> None:
    path, public = tmp_path / "issuer.key", tmp_path / "issuer.pem"
    ISSUER.write(path)
    public.write_bytes(ISSUER.public_pem())
    assert path.stat().st_mode & 0o777 == 0o600
    assert IssuerSigningKey.read(path).public_key == ISSUER.public_key
    assert read_issuer_public_key(public) == ISSUER.public_key
    with pytest.raises(FileExistsError):
        ISSUER.write(path)


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no key at all",
        ISSUER.public_pem(),
        pem(ec.generate_private_key(ec.SECP384R1())),
        pem(rsa.generate_private_key(65537, 2048)),
    ],
    ids=["empty", "text", "public", "P-384", "RSA"],
)
def test_other_files_are_no_signing_key(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(IssuerKeyError, match="not an issuer's signing key"):
        IssuerSigningKey.read(path)


def test_a_private_key_is_not_taken_for_the_public_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    ISSUER.write(path)
    with pytest.raises(IssuerKeyError, match="private key"):
        read_issuer_public_key(path)
