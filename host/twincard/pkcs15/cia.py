"""Structures of ISO/IEC 7816-15, the information on a card about its keys (once PKCS #15).

Alternatives and members that our cards never have are left out. What the standard writes as a type
with parameters, in tags that are explicit then, is written out here.
"""

from __future__ import annotations

from typing import Any, ClassVar

from asn1crypto import core


class Path(core.Sequence):  # type: ignore[misc]
    """A file, by its path from the MF or from the application's DF."""

    _fields: ClassVar[list[Any]] = [
        ("ef_id_or_path", core.OctetString),
        ("index", core.Integer, {"optional": True}),
        ("length", core.Integer, {"optional": True, "implicit": 0}),
    ]


class CommonObjectFlags(core.BitString):  # type: ignore[misc]
    """CommonObjectFlags."""

    _map: ClassVar[dict[int, str]] = {0: "private", 1: "modifiable", 2: "internal"}


class CommonObjectAttributes(core.Sequence):  # type: ignore[misc]
    """What all objects have; `auth_id` names the password that the object needs.

    `user_consent` is how many operations may follow a verification of it; without it any number.
    """

    _fields: ClassVar[list[Any]] = [
        ("label", core.UTF8String, {"optional": True}),
        ("flags", CommonObjectFlags, {"optional": True}),
        ("auth_id", core.OctetString, {"optional": True}),
        ("user_consent", core.Integer, {"optional": True}),
    ]


class KeyUsageFlags(core.BitString):  # type: ignore[misc]
    """KeyUsageFlags."""

    _map: ClassVar[dict[int, str]] = {
        0: "encipher",
        1: "decipher",
        2: "sign",
        3: "sign_recover",
        4: "key_encipher",
        5: "key_decipher",
        6: "verify",
        7: "verify_recover",
        8: "key_agreement",
        9: "non_repudiation",
    }


class KeyAccessFlags(core.BitString):  # type: ignore[misc]
    """KeyAccessFlags."""

    _map: ClassVar[dict[int, str]] = {
        0: "sensitive",
        1: "extractable",
        2: "always_sensitive",
        3: "never_extractable",
        4: "card_generated",
    }


class CommonKeyAttributes(core.Sequence):  # type: ignore[misc]
    """CommonKeyAttributes."""

    _fields: ClassVar[list[Any]] = [
        ("id", core.OctetString),
        ("usage", KeyUsageFlags),
        ("native", core.Boolean, {"default": True}),
        ("access_flags", KeyAccessFlags, {"optional": True}),
        ("key_reference", core.Integer, {"optional": True}),
    ]


class RsaKeyAttributes(core.Sequence):  # type: ignore[misc]
    """PrivateRSAKeyAttributes and PublicRSAKeyAttributes; the length is in bits."""

    _fields: ClassVar[list[Any]] = [("value", Path), ("modulus_length", core.Integer)]


class EcKeyAttributes(core.Sequence):  # type: ignore[misc]
    """PrivateECKeyAttributes and PublicECKeyAttributes.

    The standard has no `field_size`, in bits: OpenSC does, and looks for it.
    """

    _fields: ClassVar[list[Any]] = [
        ("value", Path),
        ("field_size", core.Integer, {"optional": True}),
    ]


class RsaKey(core.Sequence):  # type: ignore[misc]
    """PrivateKeyObject and PublicKeyObject of RSA."""

    _fields: ClassVar[list[Any]] = [
        ("common", CommonObjectAttributes),
        ("key", CommonKeyAttributes),
        ("type", RsaKeyAttributes, {"explicit": 1}),
    ]


class EcKey(core.Sequence):  # type: ignore[misc]
    """PrivateKeyObject and PublicKeyObject of elliptic curves."""

    _fields: ClassVar[list[Any]] = [
        ("common", CommonObjectAttributes),
        ("key", CommonKeyAttributes),
        ("type", EcKeyAttributes, {"explicit": 1}),
    ]


class Key(core.Choice):  # type: ignore[misc]
    """PrivateKeyType and PublicKeyType: an entry of EF.PrKD or EF.PuKD."""

    _alternatives: ClassVar[list[Any]] = [("rsa", RsaKey), ("ec", EcKey, {"implicit": 0})]


class CommonCertificateAttributes(core.Sequence):  # type: ignore[misc]
    """CommonCertificateAttributes; `authority`: whether it is for one who certifies others."""

    _fields: ClassVar[list[Any]] = [
        ("id", core.OctetString),
        ("authority", core.Boolean, {"default": False}),
    ]


class X509CertificateAttributes(core.Sequence):  # type: ignore[misc]
    """X509CertificateAttributes."""

    _fields: ClassVar[list[Any]] = [("value", Path)]


class X509Certificate(core.Sequence):  # type: ignore[misc]
    """CertificateType: an entry of EF.CD."""

    _fields: ClassVar[list[Any]] = [
        ("common", CommonObjectAttributes),
        ("certificate", CommonCertificateAttributes),
        ("type", X509CertificateAttributes, {"explicit": 1}),
    ]


class PasswordFlags(core.BitString):  # type: ignore[misc]
    """PasswordFlags."""

    _map: ClassVar[dict[int, str]] = {
        0: "case_sensitive",
        1: "local",
        2: "change_disabled",
        3: "unblock_disabled",
        4: "initialized",
        5: "needs_padding",
        6: "unblocking_password",
        7: "so_password",
    }


class PasswordType(core.Enumerated):  # type: ignore[misc]
    """PasswordType."""

    _map: ClassVar[dict[int, str]] = {0: "bcd", 1: "ascii_numeric", 2: "utf8"}


class PasswordAttributes(core.Sequence):  # type: ignore[misc]
    """PasswordAttributes; lengths in bytes."""

    _fields: ClassVar[list[Any]] = [
        ("flags", PasswordFlags),
        ("type", PasswordType),
        ("min_length", core.Integer),
        ("stored_length", core.Integer),
        ("max_length", core.Integer, {"optional": True}),
        ("reference", core.Integer, {"implicit": 0, "default": 0}),
        ("pad_char", core.OctetString, {"optional": True}),
        ("path", Path, {"optional": True}),
    ]


class CommonAuthenticationObjectAttributes(core.Sequence):  # type: ignore[misc]
    """CommonAuthenticationObjectAttributes."""

    _fields: ClassVar[list[Any]] = [("auth_id", core.OctetString)]


class Password(core.Sequence):  # type: ignore[misc]
    """AuthenticationType: an entry of EF.AOD."""

    _fields: ClassVar[list[Any]] = [
        ("common", CommonObjectAttributes),
        ("authentication", CommonAuthenticationObjectAttributes),
        ("type", PasswordAttributes, {"explicit": 1}),
    ]


class ObjectDirectory(core.Choice):  # type: ignore[misc]
    """CIOChoice: an entry of EF.OD, which says where the entries of one kind are."""

    _alternatives: ClassVar[list[Any]] = [
        ("private_keys", Path, {"explicit": 0}),
        ("public_keys", Path, {"explicit": 1}),
        ("certificates", Path, {"explicit": 4}),
        ("authentication_objects", Path, {"explicit": 8}),
    ]


class CardFlags(core.BitString):  # type: ignore[misc]
    """CardFlags."""

    _map: ClassVar[dict[int, str]] = {0: "readonly", 1: "auth_required", 2: "prn_generation"}


class CiaInfo(core.Sequence):  # type: ignore[misc]
    """The content of EF.CIAInfo, once EF.TokenInfo."""

    _fields: ClassVar[list[Any]] = [
        ("version", core.Integer),
        ("serial_number", core.OctetString, {"optional": True}),
        ("manufacturer_id", core.UTF8String, {"optional": True}),
        ("label", core.UTF8String, {"optional": True, "implicit": 0}),
        ("card_flags", CardFlags),
    ]
