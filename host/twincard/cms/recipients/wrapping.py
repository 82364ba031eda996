"""Wrapping a content-encryption key for a recipient, in software: no card is needed to encrypt."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from twincard.cms.recipients.infos import (
    AES256_WRAP_SHARED_INFO,
    EcRecipient,
    KdfHash,
    PublicKeyRecipient,
    Recipient,
    RsaAlgorithm,
    RsaRecipient,
)

_KEK_BYTES = 32


def wrap_key(cek: bytes, recipient: Recipient) -> PublicKeyRecipient:
    """The recipient info with this content-encryption key for the recipient.

    RSA: RSAES-OAEP with SHA-256 (RFC 3560). EC: ephemeral-static ECDH, X9.63 KDF with SHA-256 and
    AES-256 key wrap (RFC 5753, 3.1).
    """
    key = recipient.key.loaded()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _agree(cek, key, recipient)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), label=None)
    return RsaRecipient(recipient.identifier, RsaAlgorithm.OAEP_SHA256, key.encrypt(cek, oaep))


def _agree(cek: bytes, key: ec.EllipticCurvePublicKey, recipient: Recipient) -> EcRecipient:
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    secret = ephemeral.exchange(ec.ECDH(), key)
    kek = X963KDF(hashes.SHA256(), _KEK_BYTES, AES256_WRAP_SHARED_INFO).derive(secret)
    return EcRecipient(
        recipient.identifier,
        ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        KdfHash.SHA256,
        _KEK_BYTES,
        AES256_WRAP_SHARED_INFO,
        aes_key_wrap(kek, cek),
    )
