"""The files of ISO/IEC 7816-15 in which OpenSC finds a card's keys and certificates.

OpenSC looks for them on cards whose applet has its driver's AID (see docs/opensc.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from asn1crypto import core
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from twincard.card.files import CERTIFICATE_CHAIN, DECIPHER_CERTIFICATE, SIGNATURE_CERTIFICATE
from twincard.iso import tlv
from twincard.keys.key_type import KeyAlgorithm, KeyType
from twincard.keys.public import PublicKey
from twincard.pkcs15 import cia

EF_DIR = 0x2F00
DF = 0x5015
OBJECT_DIRECTORY = 0x5031
CARD_INFORMATION = 0x5032
PASSWORDS = 0x4401
PRIVATE_KEYS = 0x4402
PUBLIC_KEYS = 0x4403
CERTIFICATES = 0x4404

LIST_BYTES = 256
"""The size of a file that lists keys."""
CERTIFICATE_LIST_BYTES = 512
"""The size of that which lists certificates."""
PUBLIC_KEY_BYTES = 272
"""The size of a file for a public key; that of RSA-2048 takes 270."""
FILE_BYTES = 10240
"""The size of a card's pool of file contents that has room for all."""
INSTALLATION = tlv.encode(0x82, FILE_BYTES.to_bytes(2, "big"))
"""Of the data of INSTALL: that size."""
TOKEN_LABEL_BYTES = 32
"""What PKCS #11 shows of a card's label."""

_MF = 0x3F00
_AID = bytes.fromhex("A000000063504B43532D3135")  # PKCS #15, to which OpenSC holds
_NAME = "twincard"
_PASSWORD_ID = b"\x01"
_PIN_REFERENCE = 1
_PIN_LENGTHS = (6, 16)
_RSA_BITS = 2048
_P256_BITS = 256
_FIRST_ISSUER = 0x10
"""What PKCS #11 calls the first certificate above those of the card's keys by."""


@dataclass(frozen=True)
class KeyPlace:
    """One of the two keys that a card may have, and its files.

    `id` is the key's id in PKCS #11, `reference` its number on the card. `file` is never read: it
    stands for the private key, which is not a file.
    """

    id: bytes
    reference: int
    label: str
    file: int
    public_key: int
    certificate: int


DECIPHER = KeyPlace(b"\x01", 0, "Decryption key", 0x4B01, 0x4D01, DECIPHER_CERTIFICATE)
SIGNATURE = KeyPlace(b"\x02", 1, "Signature key", 0x4B02, 0x4D02, SIGNATURE_CERTIFICATE)


@dataclass(frozen=True)
class KnownKey:
    """A key on a card, as OpenSC sees it.

    `usable`: whether the card uses the private key. `made_here`: whether this card made it.
    `readable`: whether its public key is in the file. `certificate_bytes`: how many bytes the
    certificate in its file has, 0 without one. `pin_each_time`: whether each use of it needs the
    PIN again.
    """

    place: KeyPlace
    type: KeyType
    usable: bool
    made_here: bool
    readable: bool
    certificate_bytes: int
    pin_each_time: bool = False


@dataclass(frozen=True)
class KnownIssuer:
    """An issuer's certificate: its name, and its place in the chain file."""

    label: str
    offset: int
    bytes: int


def directory() -> bytes:
    """The content of EF.DIR: the place of the application."""
    path = tlv.encode(0x51, _path(_MF, DF))
    return tlv.encode(0x61, tlv.encode(0x4F, _AID), tlv.encode(0x50, _NAME.encode()), path)


def object_directory() -> bytes:
    """The content of EF.OD: the places of the lists."""
    lists = {
        "private_keys": PRIVATE_KEYS,
        "public_keys": PUBLIC_KEYS,
        "certificates": CERTIFICATES,
        "authentication_objects": PASSWORDS,
    }
    return _all([cia.ObjectDirectory(kind, _place(DF, fid)) for kind, fid in lists.items()])


def card_information(label: str, serial_number: bytes) -> bytes:
    """The content of EF.CIAInfo; the label is cut where PKCS #11 would cut it."""
    information = cia.CiaInfo(
        {
            "version": 1,  # of ISO/IEC 7816-15
            "serial_number": serial_number,
            "manufacturer_id": _NAME,
            "label": _cut(label),
            "card_flags": set(),
        }
    )
    return bytes(information.dump())


def passwords() -> bytes:
    """The content of EF.AOD: the PIN."""
    shortest, longest = _PIN_LENGTHS
    pin = cia.Password(
        {
            "common": {"label": "PIN", "flags": {"private", "modifiable"}},
            "authentication": {"auth_id": _PASSWORD_ID},
            "type": {
                "flags": {"case_sensitive", "local", "initialized", "needs_padding"},
                "type": "utf8",
                "min_length": shortest,
                "stored_length": longest,
                "max_length": longest,
                "reference": _PIN_REFERENCE,
                "pad_char": b"\0",
                "path": _place(DF),
            },
        }
    )
    return bytes(pin.dump())


def private_keys(keys: Sequence[KnownKey]) -> bytes:
    """The content of EF.PrKD, without keys that the card would not use."""
    return _all([_private(key) for key in keys if key.usable])


def public_keys(keys: Sequence[KnownKey]) -> bytes:
    """The content of EF.PuKD: the public keys that have a file."""
    return _all([_public(key) for key in keys if key.readable])


def public_key(key: PublicKey) -> bytes:
    """The content of a public key's file: RSAPublicKey (RFC 8017, A.1.1), or SubjectPublicKeyInfo.

    The latter for curves, as OpenSC writes it itself, since a bare point does not name its curve.
    """
    if key.algorithm is KeyAlgorithm.EC:
        return key.spki
    return key.loaded().public_bytes(Encoding.DER, PublicFormat.PKCS1)


def certificates(
    keys: Sequence[KnownKey],
    issuers: Sequence[KnownIssuer] = (),
    room: int = CERTIFICATE_LIST_BYTES,
) -> bytes:
    """The content of EF.CD: the certificates that are for these keys, and those above them.

    Certificates above that do not fit into a list of `room` bytes are left out.
    """
    listed = _all([_certificate(key) for key in keys if key.certificate_bytes])
    for number, issuer in enumerate(issuers):
        entry = _issuer(issuer, _FIRST_ISSUER + number).dump()
        if len(listed) + len(entry) <= room:
            listed += entry
    return listed


def _private(key: KnownKey) -> cia.Key:
    access = {"sensitive", "always_sensitive"}
    if key.place is SIGNATURE:
        access.add("never_extractable")
        usage = {"sign"}
    elif key.type is KeyType.RSA_2048:
        usage = {"decipher", "key_decipher"}
    else:
        usage = {"key_agreement"}
    if key.made_here:
        access.add("card_generated")
    common: dict[str, object] = {
        "label": key.place.label,
        "flags": {"private"},
        "auth_id": _PASSWORD_ID,
    }
    if key.pin_each_time:
        common["user_consent"] = 1
    attributes = {
        "id": key.place.id,
        "usage": usage,
        "access_flags": access,
        "key_reference": key.place.reference,
    }
    return _key(key, common, attributes, key.place.file, {"field_size": _P256_BITS})


def _public(key: KnownKey) -> cia.Key:
    if key.place is SIGNATURE:
        usage = {"verify"}
    elif key.type is KeyType.RSA_2048:
        usage = {"encipher", "key_encipher"}
    else:
        usage = {"key_agreement"}
    attributes = {"id": key.place.id, "usage": usage}
    return _key(key, {"label": key.place.label}, attributes, key.place.public_key, {})


def _key(
    key: KnownKey,
    common: Mapping[str, object],
    attributes: Mapping[str, object],
    file: int,
    of_curve: Mapping[str, object],
) -> cia.Key:
    value: dict[str, object] = {"value": _place(DF, file)}
    whole = {"common": common, "key": attributes, "type": value}
    if key.type is KeyType.RSA_2048:
        value["modulus_length"] = _RSA_BITS
        return cia.Key("rsa", cia.RsaKey(whole))
    value.update(of_curve)
    return cia.Key("ec", cia.EcKey(whole))


def _certificate(key: KnownKey) -> cia.X509Certificate:
    place = key.place
    return cia.X509Certificate(
        {
            "common": {"label": place.label, "flags": {"modifiable"}},
            "certificate": {"id": place.id},
            "type": {"value": _piece(place.certificate, 0, key.certificate_bytes)},
        }
    )


def _issuer(issuer: KnownIssuer, number: int) -> cia.X509Certificate:
    return cia.X509Certificate(
        {
            "common": {"label": _cut(issuer.label), "flags": {"modifiable"}},
            "certificate": {"id": bytes([number]), "authority": True},
            "type": {"value": _piece(CERTIFICATE_CHAIN, issuer.offset, issuer.bytes)},
        }
    )


def _cut(label: str) -> str:
    """What PKCS #11 shows of a label."""
    return label.encode()[:TOKEN_LABEL_BYTES].decode(errors="ignore")


def _place(*fids: int) -> cia.Path:
    return cia.Path({"ef_id_or_path": _path(_MF, *fids)})


def _piece(fid: int, offset: int, length: int) -> cia.Path:
    """A part of a file, so that the zeros behind it are not read."""
    return cia.Path({"ef_id_or_path": _path(_MF, fid), "index": offset, "length": length})


def _path(*fids: int) -> bytes:
    return b"".join(fid.to_bytes(2, "big") for fid in fids)


def _all(entries: Sequence[core.Asn1Value]) -> bytes:
    return b"".join(entry.dump() for entry in entries)
