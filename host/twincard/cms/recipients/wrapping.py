"""Wrapping a content-encryption key for a recipient, in software: no card is needed to encrypt."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from twincard.cms.recipients.identifiers import RecipientIdentifier
from twincard.cms.recipients.infos import (
    AES256_WRAP_SHARED_INFO,
    EcRecipient,
    KdfHash,
    OtherKeyRecipient,
    PublicKeyRecipient,
    Recipient,
    RsaAlgorithm,
    RsaRecipient,
)
from twincard.cms.recipients.mail import mail_identifier, mail_rsa_algorithm
from twincard.cms.recipients.other_keys import OtherPublicKey
from twincard.cms.recipients.other_kinds import wrap_for_other_key

_KEK_BYTES = 32


def wrap_key(
    cek: bytes, recipient: Recipient, *, mail: bool = False
) -> PublicKeyRecipient | OtherKeyRecipient:
    """The recipient info with this content-encryption key for the recipient.

    RSA: RSAES-OAEP with SHA-256 (RFC 3560). P-256: ephemeral-static ECDH, X9.63 KDF with SHA-256
    and AES-256 key wrap (RFC 5753, 3.1). Keys that no card has: see ``wrap_for_other_key``. With
    ``mail``, what the recipient's mail program reads.
    """
    if isinstance(recipient.key, OtherPublicKey):
        identifier = mail_identifier(recipient) if mail else recipient.identifier
        return wrap_for_other_key(cek, recipient.key, identifier)
    return wrap_for_card_key(cek, recipient, mail=mail)


def wrap_for_card_key(
    cek: bytes, recipient: Recipient, *, mail: bool = False
) -> PublicKeyRecipient:
    """The same for an RSA or P-256 key; raises UnusablePublicKeyError for any other."""
    identifier = mail_identifier(recipient) if mail else recipient.identifier
    key = recipient.card_key().loaded()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _agree(cek, key, identifier)
    return _transport(cek, key, identifier, by_v15=mail and _reads_v15_only(recipient))


def _reads_v15_only(recipient: Recipient) -> bool:
    return mail_rsa_algorithm(recipient) is RsaAlgorithm.PKCS1_V15


def _transport(
    cek: bytes, key: rsa.RSAPublicKey, identifier: RecipientIdentifier, *, by_v15: bool
) -> RsaRecipient:
    if by_v15:
        cryptogram = key.encrypt(cek, padding.PKCS1v15())
        return RsaRecipient(identifier, RsaAlgorithm.PKCS1_V15, cryptogram)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), label=None)
    return RsaRecipient(identifier, RsaAlgorithm.OAEP_SHA256, key.encrypt(cek, oaep))


def _agree(
    cek: bytes, key: ec.EllipticCurvePublicKey, identifier: RecipientIdentifier
) -> EcRecipient:
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    secret = ephemeral.exchange(ec.ECDH(), key)
    kek = X963KDF(hashes.SHA256(), _KEK_BYTES, AES256_WRAP_SHARED_INFO).derive(secret)
    return EcRecipient(
        identifier,
        ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        KdfHash.SHA256,
        _KEK_BYTES,
        AES256_WRAP_SHARED_INFO,
        aes_key_wrap(kek, cek),
    )
