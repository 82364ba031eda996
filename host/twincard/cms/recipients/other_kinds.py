"""Recipient infos for keys that no card has: RFC 5753 (P-384, P-521), 8418 (X25519), 9629 (ML-KEM).

They are written only: their owners read them with other programs.
"""

from __future__ import annotations

from typing import Any

from asn1crypto import cms, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, mlkem, x25519
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from twincard.cms.framing import ber
from twincard.cms.recipients.codec import KEM_RECIPIENT, OTHER_TAG
from twincard.cms.recipients.identifiers import KeyIdentifier, RecipientIdentifier
from twincard.cms.recipients.infos import AES256_WRAP_SHARED_INFO, OtherKeyRecipient
from twincard.cms.recipients.other_keys import OtherAlgorithm, OtherPublicKey
from twincard.cms.recipients.structures import (
    AlgorithmIdentifier,
    KemOtherInfo,
    KemRecipientInfo,
    KeyAgreeRecipientIdentifier,
    KeyAgreeRecipientInfo,
    OriginatorIdentifierOrKey,
)

_KEK_BYTES = 32
_AES256_WRAP = "2.16.840.1.101.3.4.1.45"
_EC_PUBLIC_KEY = "1.2.840.10045.2.1"
_X25519 = "1.3.101.110"
_HKDF_SHA256 = "1.2.840.113549.1.9.16.3.28"
_STD_DH_HKDF_SHA256 = "1.2.840.113549.1.9.16.3.19"
# RFC 5753, 7.1.4: with hashes as strong as the curves.
_STD_DH: dict[OtherAlgorithm, tuple[str, hashes.HashAlgorithm]] = {
    OtherAlgorithm.P_384: ("1.3.132.1.11.2", hashes.SHA384()),
    OtherAlgorithm.P_521: ("1.3.132.1.11.3", hashes.SHA512()),
}
_KEMS = {
    OtherAlgorithm.ML_KEM_768: "2.16.840.1.101.3.4.4.2",
    OtherAlgorithm.ML_KEM_1024: "2.16.840.1.101.3.4.4.3",
}


def wrap_for_other_key(
    cek: bytes, key: OtherPublicKey, identifier: RecipientIdentifier
) -> OtherKeyRecipient:
    """The recipient info with this content-encryption key, always under AES-256 key wrap."""
    loaded = key.loaded()
    if isinstance(loaded, ec.EllipticCurvePublicKey):
        encoded = _agree_on_curve(cek, key.algorithm, loaded, identifier)
    elif isinstance(loaded, x25519.X25519PublicKey):
        encoded = _agree_by_x25519(cek, loaded, identifier)
    else:
        encoded = _encapsulate(cek, key.algorithm, loaded, identifier)
    return OtherKeyRecipient(identifier, key.algorithm, encoded)


def _agree_on_curve(
    cek: bytes,
    algorithm: OtherAlgorithm,
    key: ec.EllipticCurvePublicKey,
    identifier: RecipientIdentifier,
) -> bytes:
    """ECDH with a one-time key and the X9.63 KDF (RFC 5753, 3.1)."""
    ephemeral = ec.generate_private_key(key.curve)
    scheme, kdf_hash = _STD_DH[algorithm]
    secret = ephemeral.exchange(ec.ECDH(), key)
    kek = X963KDF(kdf_hash, _KEK_BYTES, AES256_WRAP_SHARED_INFO).derive(secret)
    point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    # Without parameters, the curve is that of the recipient's key.
    return _key_agreement(_EC_PUBLIC_KEY, point, scheme, identifier, aes_key_wrap(kek, cek))


def _agree_by_x25519(
    cek: bytes, key: x25519.X25519PublicKey, identifier: RecipientIdentifier
) -> bytes:
    """X25519 with a one-time key and HKDF (RFC 8418, 2.2)."""
    ephemeral = x25519.X25519PrivateKey.generate()
    secret = ephemeral.exchange(key)
    kek = HKDF(hashes.SHA256(), _KEK_BYTES, salt=None, info=AES256_WRAP_SHARED_INFO).derive(secret)
    public = ephemeral.public_key().public_bytes_raw()
    wrapped = aes_key_wrap(kek, cek)
    return _key_agreement(_X25519, public, _STD_DH_HKDF_SHA256, identifier, wrapped)


def _key_agreement(
    key_algorithm: str,
    one_time_key: bytes,
    scheme: str,
    identifier: RecipientIdentifier,
    wrapped: bytes,
) -> bytes:
    rid = (
        {"r_key_id": {"subject_key_identifier": identifier.value}}
        if isinstance(identifier, KeyIdentifier)
        else {"issuer_and_serial_number": _issuer_and_serial(identifier)}
    )
    originator_key = {"algorithm": {"algorithm": key_algorithm}, "public_key": one_time_key}
    info = KeyAgreeRecipientInfo(
        {
            "version": 3,
            "originator": OriginatorIdentifierOrKey({"originator_key": originator_key}),
            "key_encryption_algorithm": {
                "algorithm": scheme,
                "parameters": AlgorithmIdentifier({"algorithm": _AES256_WRAP}),
            },
            "recipient_encrypted_keys": [
                {"rid": KeyAgreeRecipientIdentifier(rid), "encrypted_key": wrapped}
            ],
        },
        implicit=1,
    )
    encoded: bytes = info.dump()
    return encoded


def _encapsulate(
    cek: bytes,
    algorithm: OtherAlgorithm,
    key: mlkem.MLKEM768PublicKey | mlkem.MLKEM1024PublicKey,
    identifier: RecipientIdentifier,
) -> bytes:
    """ML-KEM with HKDF-SHA-256 (RFC 9936, 2)."""
    secret, ciphertext = key.encapsulate()
    wrap = {"algorithm": _AES256_WRAP}
    other_info = KemOtherInfo({"wrap": wrap, "kek_length": _KEK_BYTES}).dump()
    kek = HKDF(hashes.SHA256(), _KEK_BYTES, salt=None, info=other_info).derive(secret)
    rid = (
        {"subject_key_identifier": identifier.value}
        if isinstance(identifier, KeyIdentifier)
        else {"issuer_and_serial_number": _issuer_and_serial(identifier)}
    )
    info = KemRecipientInfo(
        {
            "version": 0,
            "rid": cms.RecipientIdentifier(rid),
            "kem": {"algorithm": _KEMS[algorithm]},
            "kemct": ciphertext,
            "kdf": {"algorithm": _HKDF_SHA256},
            "kek_length": _KEK_BYTES,
            "wrap": wrap,
            "encrypted_key": aes_key_wrap(kek, cek),
        }
    )
    return ber.encode(OTHER_TAG, KEM_RECIPIENT, info.dump())


def _issuer_and_serial(identifier: Any) -> Any:
    return {"issuer": x509.Name.load(identifier.issuer), "serial_number": identifier.serial}
