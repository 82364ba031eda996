"""Recipient infos are read to what a card takes, or said to be what no card opens."""

from __future__ import annotations

from typing import Any

import pytest
from asn1crypto import cms, core
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.cms.software_key import ec_key, key_of, rsa_key

from twincard.cms import (
    AES256_WRAP_SHARED_INFO,
    ArchiveRecipient,
    EcRecipient,
    IssuerAndSerial,
    KdfHash,
    KeyIdentifier,
    OpenableRecipient,
    Recipient,
    RecipientInfo,
    RsaAlgorithm,
    RsaRecipient,
    UnsupportedRecipient,
    wrap_for_card_key,
)
from twincard.cms.recipients.codec import decode_recipients, encode_recipient, load_key_agreement
from twincard.cms.recipients.structures import AlgorithmIdentifier
from twincard.keys.key_type import KeyAlgorithm

CEK = bytes(range(32))
ISSUER = cms.Name.build({"common_name": "山田", "country_name": "JP"}).dump()
AES128_WRAP = "2.16.840.1.101.3.4.1.5"
TRIPLE_DES_WRAP = "1.2.840.113549.1.9.16.3.6"
SHA224, SHA256, SHA384 = (f"1.3.132.1.11.{last}" for last in (0, 1, 2))
AES256_WRAP = "2.16.840.1.101.3.4.1.45"


def decoded(encoded: bytes) -> RecipientInfo:
    (recipient,) = decode_recipients(encoded)
    return recipient


def agreement(**changes: object) -> RecipientInfo:
    """A key agreement with some fields changed."""
    info = load_key_agreement(encode_recipient(wrap_for_card_key(CEK, ec_key().recipient)))
    for name, value in changes.items():
        info[name] = value
    return decoded(info.dump(force=True))


def transport(recipient: OpenableRecipient, parameters: object) -> RecipientInfo:
    """A key transport with other parameters of OAEP."""
    info = cms.KeyTransRecipientInfo.load(encode_recipient(recipient))
    info["key_encryption_algorithm"]["parameters"] = parameters
    return decoded(info.dump(force=True))


def derivation(scheme: str, wrap: str, parameters: Any = None) -> AlgorithmIdentifier:
    fields = {"algorithm": wrap}
    if parameters is not None:
        fields["parameters"] = parameters
    return AlgorithmIdentifier({"algorithm": scheme, "parameters": AlgorithmIdentifier(fields)})


@pytest.mark.parametrize(
    "name", [KeyIdentifier(b"20 bytes of a digest"), IssuerAndSerial(ISSUER, 7)]
)
@pytest.mark.parametrize("kind", KeyAlgorithm)
def test_what_is_written_is_read_back(
    kind: KeyAlgorithm, name: KeyIdentifier | IssuerAndSerial
) -> None:
    recipient = wrap_for_card_key(CEK, Recipient(key_of(kind).public, name))
    assert decoded(encode_recipient(recipient)) == recipient
    assert key_of(kind).open(recipient) == CEK


def test_rsa_pkcs1_v15_is_read_back() -> None:
    recipient = RsaRecipient(KeyIdentifier(b"name"), RsaAlgorithm.PKCS1_V15, bytes(256))
    assert decoded(encode_recipient(recipient)) == recipient


@pytest.mark.parametrize("key_length", [16, 24, 32])
def test_content_encryption_keys_of_every_length_are_wrapped(key_length: int) -> None:
    for key in (rsa_key(), ec_key()):
        assert key.open(wrap_for_card_key(CEK[:key_length], key.recipient)) == CEK[:key_length]


def test_the_shared_info_of_aes256_wrap_is_computed_as_written() -> None:
    recipient = agreement()
    assert isinstance(recipient, EcRecipient)
    assert recipient.shared_info == AES256_WRAP_SHARED_INFO
    assert (recipient.kdf_hash, recipient.kek_length) == (KdfHash.SHA256, 32)


def test_user_keying_material_and_parameters_enter_the_shared_info() -> None:
    recipient = agreement(
        ukm=b"material",
        key_encryption_algorithm=derivation(SHA384, AES128_WRAP, core.Null()),
    )
    assert isinstance(recipient, EcRecipient)
    assert (recipient.kdf_hash, recipient.kek_length) == (KdfHash.SHA384, 16)
    assert recipient.shared_info == bytes.fromhex(
        "3023 300D 0609608648016503040105 0500 A00A 0408 6D6174657269616C A206 0404 00000080"
    )


def test_user_keying_material_of_64_bytes_fits() -> None:
    recipient = agreement(ukm=bytes(64))
    assert isinstance(recipient, EcRecipient)
    assert len(recipient.shared_info) == 91


@pytest.mark.parametrize(
    ("name", "algorithm"),
    [
        ("sha1", RsaAlgorithm.OAEP_SHA1),
        ("sha384", RsaAlgorithm.OAEP_SHA384),
        ("sha512", RsaAlgorithm.OAEP_SHA512),
    ],
)
def test_oaep_with_another_hash_is_read_and_never_written(
    name: str, algorithm: RsaAlgorithm
) -> None:
    hashed = {"algorithm": name}
    parameters = {
        "hash_algorithm": hashed,
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": hashed},
    }
    recipient = transport(wrap_for_card_key(CEK, rsa_key().recipient), parameters)
    assert isinstance(recipient, RsaRecipient)
    assert recipient.algorithm is algorithm
    with pytest.raises(ValueError, match="never written"):
        encode_recipient(recipient)


def test_an_archive_recipient_is_read_as_it_was_written() -> None:
    recipient = ArchiveRecipient(KeyIdentifier(bytes(range(16))), bytes(40))
    encoded = encode_recipient(recipient)
    assert decoded(encoded) == recipient
    # RFC 5652, 6.2.3: [2] { version 4, kekid, aes256-wrap, encrypted key }
    assert encoded.hex().startswith("a24e02010430120410000102")


def test_a_compressed_one_time_key_is_given_to_the_card_uncompressed() -> None:
    public = ec_key("one-time").private.public_key()
    compressed = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    info = load_key_agreement(encode_recipient(wrap_for_card_key(CEK, ec_key().recipient)))
    info["originator"].chosen["public_key"] = compressed
    recipient = decoded(info.dump(force=True))
    assert isinstance(recipient, EcRecipient)
    assert recipient.ephemeral_point == ec_key("one-time").public.value


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ukm": bytes(101)}, "keying material is too long"),
        ({"key_encryption_algorithm": derivation(SHA224, AES256_WRAP)}, "agreement algorithm"),
        ({"key_encryption_algorithm": derivation(SHA256, TRIPLE_DES_WRAP)}, "not AES key wrap"),
        ({"originator": {"subject_key_identifier": b"static"}}, "not a one-time key"),
    ],
)
def test_a_key_agreement_that_no_card_opens_says_why(
    changes: dict[str, object], reason: str
) -> None:
    recipient = agreement(**changes)
    assert isinstance(recipient, UnsupportedRecipient)
    assert recipient.identifier == KeyIdentifier(ec_key().key_id)
    assert reason in recipient.reason


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("public_key", b"\x04" + bytes(64), "not a point on P-256"),
        ("public_key", b"\x04" + bytes(63), "not a point on P-256"),
        ("algorithm", {"algorithm": "1.2.840.113549.1.1.1"}, "not on an elliptic curve"),
        (
            "algorithm",
            {"algorithm": "1.2.840.10045.2.1", "parameters": core.ObjectIdentifier("1.3.132.0.34")},
            "the curve is not P-256",
        ),
    ],
)
def test_a_one_time_key_that_no_card_takes_says_why(field: str, value: object, reason: str) -> None:
    info = load_key_agreement(encode_recipient(wrap_for_card_key(CEK, ec_key().recipient)))
    info["originator"].chosen[field] = value
    recipient = decoded(info.dump(force=True))
    assert isinstance(recipient, UnsupportedRecipient)
    assert reason in recipient.reason


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"hash_algorithm": {"algorithm": "sha224"}}, "hash is unknown"),
        ({"hash_algorithm": {"algorithm": "sha256"}}, "two different hashes"),
        (
            {
                "hash_algorithm": {"algorithm": "sha256"},
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": "sha256"}},
                "p_source_algorithm": {"algorithm": "p_specified", "parameters": b"label"},
            },
            "label is not empty",
        ),
    ],
)
def test_an_oaep_that_no_card_opens_says_why(parameters: object, reason: str) -> None:
    recipient = transport(wrap_for_card_key(CEK, rsa_key().recipient), parameters)
    assert isinstance(recipient, UnsupportedRecipient)
    assert recipient.identifier == KeyIdentifier(rsa_key().key_id)
    assert reason in recipient.reason


def test_an_rsa_key_of_another_size_is_for_no_card() -> None:
    recipient = RsaRecipient(KeyIdentifier(b"name"), RsaAlgorithm.OAEP_SHA256, bytes(384))
    assert isinstance(decoded(encode_recipient(recipient)), UnsupportedRecipient)


def test_a_wrapped_key_that_is_no_aes_key_is_for_no_card() -> None:
    info = load_key_agreement(encode_recipient(wrap_for_card_key(CEK, ec_key().recipient)))
    info["recipient_encrypted_keys"][0]["encrypted_key"] = bytes(36)
    assert isinstance(decoded(info.dump(force=True)), UnsupportedRecipient)


def test_a_password_recipient_is_for_no_card() -> None:
    assert isinstance(decoded(bytes.fromhex("A303020100")), UnsupportedRecipient)


def test_forms_that_are_only_read_are_not_written() -> None:
    recipient = agreement(key_encryption_algorithm=derivation(SHA256, AES128_WRAP))
    assert isinstance(recipient, EcRecipient)
    for unwritten in (recipient, UnsupportedRecipient(None, "no reason")):
        with pytest.raises(ValueError, match="never written"):
            encode_recipient(unwritten)
