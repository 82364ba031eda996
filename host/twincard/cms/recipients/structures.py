"""ASN.1 structures that asn1crypto lacks, or models without room for unknown parts."""

from __future__ import annotations

from typing import Any, ClassVar

from asn1crypto import cms, core


class AlgorithmIdentifier(core.Sequence):  # type: ignore[misc]
    """RFC 5280, 4.1.1.2."""

    _fields: ClassVar[list[Any]] = [
        ("algorithm", core.ObjectIdentifier),
        ("parameters", core.Any, {"optional": True}),
    ]


class OriginatorPublicKey(core.Sequence):  # type: ignore[misc]
    """RFC 5652, 6.2.2."""

    _fields: ClassVar[list[Any]] = [
        ("algorithm", AlgorithmIdentifier),
        ("public_key", core.OctetBitString),
    ]


class OriginatorIdentifierOrKey(core.Choice):  # type: ignore[misc]
    """RFC 5652, 6.2.2."""

    _alternatives: ClassVar[list[Any]] = [
        ("issuer_and_serial_number", cms.IssuerAndSerialNumber),
        ("subject_key_identifier", core.OctetString, {"implicit": 0}),
        ("originator_key", OriginatorPublicKey, {"implicit": 1}),
    ]


class RecipientKeyIdentifier(core.Sequence):  # type: ignore[misc]
    """RFC 5652, 6.2.2."""

    _fields: ClassVar[list[Any]] = [
        ("subject_key_identifier", core.OctetString),
        ("date", core.GeneralizedTime, {"optional": True}),
        ("other", cms.OtherKeyAttribute, {"optional": True}),
    ]


class KeyAgreeRecipientIdentifier(core.Choice):  # type: ignore[misc]
    """RFC 5652, 6.2.2."""

    _alternatives: ClassVar[list[Any]] = [
        ("issuer_and_serial_number", cms.IssuerAndSerialNumber),
        ("r_key_id", RecipientKeyIdentifier, {"implicit": 0}),
    ]


class RecipientEncryptedKey(core.Sequence):  # type: ignore[misc]
    """RFC 5652, 6.2.2."""

    _fields: ClassVar[list[Any]] = [
        ("rid", KeyAgreeRecipientIdentifier),
        ("encrypted_key", core.OctetString),
    ]


class RecipientEncryptedKeys(core.SequenceOf):  # type: ignore[misc]
    """RFC 5652, 6.2.2."""

    _child_spec = RecipientEncryptedKey


class KeyAgreeRecipientInfo(core.Sequence):  # type: ignore[misc]
    """RFC 5652, 6.2.2; its tag in a RecipientInfo is [1]."""

    _fields: ClassVar[list[Any]] = [
        ("version", core.Integer),
        ("originator", OriginatorIdentifierOrKey, {"explicit": 0}),
        ("ukm", core.OctetString, {"explicit": 1, "optional": True}),
        ("key_encryption_algorithm", AlgorithmIdentifier),
        ("recipient_encrypted_keys", RecipientEncryptedKeys),
    ]


class SharedInfo(core.Sequence):  # type: ignore[misc]
    """ECC-CMS-SharedInfo of RFC 5753, 7.2."""

    _fields: ClassVar[list[Any]] = [
        ("key_info", AlgorithmIdentifier),
        ("entity_u_info", core.OctetString, {"explicit": 0, "optional": True}),
        ("supp_pub_info", core.OctetString, {"explicit": 2}),
    ]


class KemRecipientInfo(core.Sequence):  # type: ignore[misc]
    """RFC 9629, 3."""

    _fields: ClassVar[list[Any]] = [
        ("version", core.Integer),
        ("rid", cms.RecipientIdentifier),
        ("kem", AlgorithmIdentifier),
        ("kemct", core.OctetString),
        ("kdf", AlgorithmIdentifier),
        ("kek_length", core.Integer),
        ("ukm", core.OctetString, {"explicit": 0, "optional": True}),
        ("wrap", AlgorithmIdentifier),
        ("encrypted_key", core.OctetString),
    ]


class OtherRecipientInfo(core.Sequence):  # type: ignore[misc]
    """RFC 5652, 6.2.5, with a KEMRecipientInfo; its tag in a RecipientInfo is [4]."""

    _fields: ClassVar[list[Any]] = [
        ("ori_type", core.ObjectIdentifier),
        ("ori_value", KemRecipientInfo),
    ]


class KemOtherInfo(core.Sequence):  # type: ignore[misc]
    """CMSORIforKEMOtherInfo of RFC 9629, 5."""

    _fields: ClassVar[list[Any]] = [
        ("wrap", AlgorithmIdentifier),
        ("kek_length", core.Integer),
        ("ukm", core.OctetString, {"explicit": 0, "optional": True}),
    ]


class GcmParameters(core.Sequence):  # type: ignore[misc]
    """RFC 5084, 3.2."""

    _fields: ClassVar[list[Any]] = [
        ("nonce", core.OctetString),
        ("icv_length", core.Integer, {"default": 12}),
    ]
