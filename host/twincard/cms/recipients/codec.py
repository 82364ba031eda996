"""Recipient infos between their encoding (RFC 5652, 6.2) and the dataclasses of this package."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from asn1crypto import cms, core, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from twincard.cms.framing import ber
from twincard.cms.recipients.identifiers import IssuerAndSerial, KeyIdentifier, RecipientIdentifier
from twincard.cms.recipients.infos import (
    AES256_WRAP_SHARED_INFO,
    ArchiveRecipient,
    EcRecipient,
    KdfHash,
    OtherKeyRecipient,
    RecipientInfo,
    RsaAlgorithm,
    RsaRecipient,
    UnsupportedRecipient,
)
from twincard.cms.recipients.structures import (
    AlgorithmIdentifier,
    KeyAgreeRecipientIdentifier,
    KeyAgreeRecipientInfo,
    OriginatorIdentifierOrKey,
    OtherRecipientInfo,
    RecipientEncryptedKeys,
    SharedInfo,
)
from twincard.ground.language import _

KEY_TRANSPORT_TAG = 0x30
KEY_AGREEMENT_TAG = 0xA1
ARCHIVE_TAG = 0xA2
OTHER_TAG = 0xA4
"""Of an OtherRecipientInfo (RFC 5652, 6.2)."""
KEM_RECIPIENT = bytes.fromhex("060B2A864886F70D0109100D03")
"""id-ori-kem (RFC 9629, 3), encoded."""
RSA_CRYPTOGRAM_BYTES = 256
MAX_SHARED_INFO_BYTES = 127
MAX_ENCRYPTED_KEYS = 10_000
WRAPPED_KEY_BYTES = (24, 32, 40)

EC_PUBLIC_KEY = "1.2.840.10045.2.1"
P256 = "1.2.840.10045.3.1.7"
AES256_WRAP = "2.16.840.1.101.3.4.1.45"
AES_WRAPS = {
    "2.16.840.1.101.3.4.1.5": 16,
    "2.16.840.1.101.3.4.1.25": 24,
    AES256_WRAP: 32,
}
STD_DH_SHA256 = "1.3.132.1.11.1"
# RFC 5753, 7.1.4: standard and cofactor Diffie-Hellman, the same thing where the cofactor is 1.
KDF_HASHES = {
    "1.3.133.16.840.63.0.2": KdfHash.SHA1,
    STD_DH_SHA256: KdfHash.SHA256,
    "1.3.132.1.11.2": KdfHash.SHA384,
    "1.3.132.1.11.3": KdfHash.SHA512,
    "1.3.133.16.840.63.0.3": KdfHash.SHA1,
    "1.3.132.1.14.1": KdfHash.SHA256,
    "1.3.132.1.14.2": KdfHash.SHA384,
    "1.3.132.1.14.3": KdfHash.SHA512,
}
OAEP_HASHES = {
    "sha256": RsaAlgorithm.OAEP_SHA256,
    "sha1": RsaAlgorithm.OAEP_SHA1,
    "sha384": RsaAlgorithm.OAEP_SHA384,
    "sha512": RsaAlgorithm.OAEP_SHA512,
}
_SHA256 = {"algorithm": "sha256", "parameters": core.Null()}
_OAEP_SHA256 = {
    "algorithm": "rsaes_oaep",
    "parameters": {
        "hash_algorithm": _SHA256,
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": _SHA256},
    },
}


class _UnsupportedFormError(Exception):
    """Why a card cannot open a recipient info."""


def decode_recipients(
    encoded: bytes, budget: ber.Budget | None = None
) -> tuple[RecipientInfo, ...]:
    """The recipients of one encoded RecipientInfo: several where they share a key agreement.

    ``budget``: of the message it is in. One that cannot be read or opened is an
    UnsupportedRecipient: it may be for someone else.
    """
    try:
        if encoded[0] == KEY_TRANSPORT_TAG:
            info = cms.KeyTransRecipientInfo.load(ber.check(encoded, budget), strict=True)
            return (_key_transport(info),)
        if encoded[0] == KEY_AGREEMENT_TAG:
            return _key_agreement(load_key_agreement(encoded, budget))
        if encoded[0] == ARCHIVE_TAG:
            info = cms.KEKRecipientInfo.load(ber.check(encoded, budget), strict=True, implicit=2)
            return (_archive(info),)
        if encoded[0] == OTHER_TAG and KEM_RECIPIENT in encoded:
            other = OtherRecipientInfo.load(ber.check(encoded, budget), strict=True, implicit=4)
            reason = _("it is for a key encapsulation mechanism, such as ML-KEM")
            return (UnsupportedRecipient(_identifier(other["ori_value"]["rid"]), reason),)
    except Exception:  # asn1crypto answers malformed input with exceptions of many classes
        return (UnsupportedRecipient(None, _("it is malformed")),)
    return (UnsupportedRecipient(None, _("it is not for a public key")),)


def decode_all(
    encoded: Iterable[bytes], budget: ber.Budget | None = None
) -> tuple[RecipientInfo, ...]:
    """The recipients of all these encoded RecipientInfos, of a message with this budget."""
    budget = budget or ber.Budget()
    return tuple(recipient for info in encoded for recipient in decode_recipients(info, budget))


def load_key_agreement(encoded: bytes, budget: ber.Budget | None = None) -> Any:
    """The KeyAgreeRecipientInfo in a RecipientInfo; raises any error where it is malformed."""
    return KeyAgreeRecipientInfo.load(ber.check(encoded, budget), strict=True, implicit=1)


def encode_recipient(recipient: RecipientInfo) -> bytes:
    """One RecipientInfo. Raises ValueError for a form that is only read, never written."""
    match recipient:
        case RsaRecipient():
            return _encode_key_transport(recipient)
        case EcRecipient(kek_length=32, kdf_hash=KdfHash.SHA256) if (
            recipient.shared_info == AES256_WRAP_SHARED_INFO
        ):
            return _encode_key_agreement(recipient)
        case ArchiveRecipient():
            return _encode_archive(recipient)
        case OtherKeyRecipient():
            return recipient.encoded
    raise ValueError("this form of recipient info is never written")


def without_encrypted_keys(encoded: bytes, dropped: frozenset[int]) -> bytes:
    """A key agreement without the encrypted keys at these places, counted from 0."""
    agreement = load_key_agreement(encoded)
    keys = agreement["recipient_encrypted_keys"]
    kept = [key for place, key in enumerate(keys) if place not in dropped]
    agreement["recipient_encrypted_keys"] = RecipientEncryptedKeys(kept)
    remaining: bytes = agreement.dump()
    return remaining


def _key_transport(info: Any) -> RecipientInfo:
    identifier = _identifier(info["rid"])
    try:
        cryptogram: bytes = info["encrypted_key"].native
        algorithm = _rsa_algorithm(info["key_encryption_algorithm"])
        if len(cryptogram) != RSA_CRYPTOGRAM_BYTES:
            raise _UnsupportedFormError(_("the RSA key does not have 2048 bits"))
    except _UnsupportedFormError as error:
        return UnsupportedRecipient(identifier, str(error))
    return RsaRecipient(identifier, algorithm, cryptogram)


def _rsa_algorithm(algorithm: Any) -> RsaAlgorithm:
    name = algorithm["algorithm"].native
    if name == "rsaes_pkcs1v15":
        return RsaAlgorithm.PKCS1_V15
    if name != "rsaes_oaep":
        raise _UnsupportedFormError(_("the key transport algorithm is unknown"))
    parameters = algorithm["parameters"].native
    mask = parameters["mask_gen_algorithm"]
    name = parameters["hash_algorithm"]["algorithm"]
    if name not in OAEP_HASHES:
        raise _UnsupportedFormError(_("the RSA-OAEP hash is unknown"))
    if mask["algorithm"] != "mgf1" or mask["parameters"]["algorithm"] != name:
        raise _UnsupportedFormError(_("RSA-OAEP and its mask (MGF1) use two different hashes"))
    source = parameters["p_source_algorithm"]
    if source["algorithm"] != "p_specified" or source["parameters"]:
        raise _UnsupportedFormError(_("the RSA-OAEP label is not empty"))
    return OAEP_HASHES[name]


def _archive(info: Any) -> RecipientInfo:
    identifier = KeyIdentifier(info["kekid"]["key_identifier"].native)
    wrapped = info["encrypted_key"].native
    if info["key_encryption_algorithm"]["algorithm"].dotted != AES256_WRAP:
        return UnsupportedRecipient(identifier, _("the key wrap algorithm is not AES-256 key wrap"))
    if len(wrapped) not in WRAPPED_KEY_BYTES:
        return UnsupportedRecipient(identifier, _("the wrapped key is not an AES key"))
    return ArchiveRecipient(identifier, wrapped)


def _key_agreement(info: Any) -> tuple[RecipientInfo, ...]:
    if len(info["recipient_encrypted_keys"]) > MAX_ENCRYPTED_KEYS:
        return (UnsupportedRecipient(None, _("it is for more than 10,000 keys")),)
    keys = [(_identifier(k["rid"]), k) for k in info["recipient_encrypted_keys"]]
    try:
        point = _ephemeral_point(info["originator"])
        kdf_hash, kek_length, shared_info = _key_derivation(info)
    except _UnsupportedFormError as error:
        return tuple(UnsupportedRecipient(identifier, str(error)) for identifier, _ in keys)
    recipients: list[RecipientInfo] = []
    for identifier, key in keys:
        wrapped = key["encrypted_key"].native
        if len(wrapped) in WRAPPED_KEY_BYTES:
            recipients.append(
                EcRecipient(identifier, point, kdf_hash, kek_length, shared_info, wrapped)
            )
        else:
            recipients.append(
                UnsupportedRecipient(identifier, _("the wrapped key is not an AES key"))
            )
    return tuple(recipients)


def _ephemeral_point(originator: Any) -> bytes:
    if originator.name != "originator_key":
        raise _UnsupportedFormError(_("the sender's key is not a one-time key"))
    key = originator.chosen
    if key["algorithm"]["algorithm"].dotted != EC_PUBLIC_KEY:
        raise _UnsupportedFormError(_("the sender's one-time key is not on an elliptic curve"))
    parameters = key["algorithm"]["parameters"].dump()
    # If no curve is given, it is the recipient's; older senders write NULL for that.
    if parameters not in (b"", core.Null().dump(), core.ObjectIdentifier(P256).dump()):
        raise _UnsupportedFormError(_("the curve is not P-256"))
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), key["public_key"].native
        )
    except ValueError as error:
        raise _UnsupportedFormError(
            _("the sender's one-time key is not a point on P-256")
        ) from error
    return point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _key_derivation(info: Any) -> tuple[KdfHash, int, bytes]:
    algorithm = info["key_encryption_algorithm"]
    kdf_hash = KDF_HASHES.get(algorithm["algorithm"].dotted)
    if kdf_hash is None:
        raise _UnsupportedFormError(_("the key agreement algorithm is unknown"))
    wrap = AlgorithmIdentifier.load(algorithm["parameters"].dump(), strict=True)
    kek_length = AES_WRAPS.get(wrap["algorithm"].dotted)
    if kek_length is None:
        raise _UnsupportedFormError(_("the key wrap algorithm is not AES key wrap"))
    shared = {"key_info": wrap, "supp_pub_info": (kek_length * 8).to_bytes(4)}
    if info["ukm"].native is not None:
        shared["entity_u_info"] = info["ukm"].native
    shared_info: bytes = SharedInfo(shared).dump(force=True)
    if len(shared_info) > MAX_SHARED_INFO_BYTES:
        raise _UnsupportedFormError(_("its user keying material is too long for a card"))
    return kdf_hash, kek_length, shared_info


def _identifier(rid: Any) -> RecipientIdentifier:
    """Of either kind of recipient info, which name their choices differently."""
    match rid.name:
        case "subject_key_identifier":
            return KeyIdentifier(rid.chosen.native)
        case "r_key_id":
            return KeyIdentifier(rid.chosen["subject_key_identifier"].native)
    return IssuerAndSerial(rid.chosen["issuer"].dump(), rid.chosen["serial_number"].native)


def _encode_key_transport(recipient: RsaRecipient) -> bytes:
    identifier = recipient.identifier
    by_key = isinstance(identifier, KeyIdentifier)
    rid = (
        {"subject_key_identifier": identifier.value}
        if isinstance(identifier, KeyIdentifier)
        else {"issuer_and_serial_number": _issuer_and_serial(identifier)}
    )
    if recipient.algorithm not in (RsaAlgorithm.OAEP_SHA256, RsaAlgorithm.PKCS1_V15):
        raise ValueError("this form of recipient info is never written")
    oaep = recipient.algorithm is RsaAlgorithm.OAEP_SHA256
    info = cms.KeyTransRecipientInfo(
        {
            "version": "v2" if by_key else "v0",
            "rid": cms.RecipientIdentifier(rid),
            "key_encryption_algorithm": (
                cms.KeyEncryptionAlgorithm.load(_oaep_sha256())
                if oaep
                else {"algorithm": "rsaes_pkcs1v15"}
            ),
            "encrypted_key": recipient.cryptogram,
        }
    )
    encoded: bytes = info.dump()
    return encoded


@functools.cache
def _oaep_sha256() -> bytes:
    """Encoded once: this takes most of the time of encoding a recipient info."""
    encoded: bytes = cms.KeyEncryptionAlgorithm(_OAEP_SHA256).dump()
    return encoded


def _encode_archive(recipient: ArchiveRecipient) -> bytes:
    info = cms.KEKRecipientInfo(
        {
            "version": "v4",
            "kekid": {"key_identifier": recipient.identifier.value},
            "key_encryption_algorithm": {"algorithm": "aes256_wrap"},
            "encrypted_key": recipient.wrapped_key,
        },
        implicit=2,
    )
    encoded: bytes = info.dump()
    return encoded


def _encode_key_agreement(recipient: EcRecipient) -> bytes:
    one_time_key = {
        "algorithm": {"algorithm": EC_PUBLIC_KEY},
        "public_key": recipient.ephemeral_point,
    }
    identifier = recipient.identifier
    rid = (
        {"r_key_id": {"subject_key_identifier": identifier.value}}
        if isinstance(identifier, KeyIdentifier)
        else {"issuer_and_serial_number": _issuer_and_serial(identifier)}
    )
    encrypted_key = {
        "rid": KeyAgreeRecipientIdentifier(rid),
        "encrypted_key": recipient.wrapped_key,
    }
    info = KeyAgreeRecipientInfo(
        {
            "version": 3,
            "originator": OriginatorIdentifierOrKey({"originator_key": one_time_key}),
            "key_encryption_algorithm": {
                "algorithm": STD_DH_SHA256,
                "parameters": AlgorithmIdentifier({"algorithm": AES256_WRAP}),
            },
            "recipient_encrypted_keys": [encrypted_key],
        },
        implicit=1,
    )
    encoded: bytes = info.dump()
    return encoded


def _issuer_and_serial(identifier: IssuerAndSerial) -> Any:
    issuer = x509.Name.load(identifier.issuer)
    return {"issuer": issuer, "serial_number": identifier.serial}
