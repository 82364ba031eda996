"""Certificates of recipients: which of a file are meant, and which are for encryption.

They are read part by part, since many in use break a rule of X.509 somewhere that does not matter
here, such as an `@` in a PrintableString.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import core, x509

from twincard.cms.framing import ber
from twincard.cms.recipients.identifiers import (
    IssuerAndSerial,
    KeyIdentifier,
    RecipientIdentifier,
)
from twincard.cms.recipients.names import rfc4514
from twincard.cms.recipients.other_keys import (
    OtherAlgorithm,
    RecipientKey,
    load_recipient_key,
)
from twincard.ground.language import _
from twincard.keys.key_type import KeyAlgorithm
from twincard.keys.public import UnusablePublicKeyError

_PARTS_OF_CERTIFICATE = 3
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_CERTIFICATES = (b"CERTIFICATE", b"X509 CERTIFICATE")
_KEYS = (b"PUBLIC KEY", b"RSA PUBLIC KEY")
_IGNORED = (b"X509 CRL", b"EC PARAMETERS", b"DH PARAMETERS")
_KEY_IDENTIFIER = "2.5.29.14"
_KEY_USAGE = "2.5.29.15"
_BASIC_CONSTRAINTS = "2.5.29.19"
_EXTENDED_KEY_USAGE = "2.5.29.37"
_SMIME_CAPABILITIES = "1.2.840.113549.1.9.15"
_TRANSPORT = frozenset(("key_encipherment",))
_AGREEMENT = frozenset(("key_agreement",))
_USAGES: dict[KeyAlgorithm | OtherAlgorithm, tuple[frozenset[str], str]] = {
    KeyAlgorithm.RSA: (_TRANSPORT, "keyEncipherment"),
    OtherAlgorithm.ML_KEM_768: (_TRANSPORT, "keyEncipherment"),
    OtherAlgorithm.ML_KEM_1024: (_TRANSPORT, "keyEncipherment"),
}
"""The key usage (RFC 5280, 4.2.1.3) that encryption needs; keyAgreement for all other keys."""
_PURPOSES = frozenset(
    (
        "1.3.6.1.5.5.7.3.4",  # emailProtection
        "2.5.29.37.0",  # anyExtendedKeyUsage
        "1.3.6.1.4.1.311.80.1",  # document encryption, of Microsoft
    )
)
"""One of these is needed where the extended key usage is restricted (RFC 8550, 4.4.4)."""


class UnsuitableCertificateError(UnusablePublicKeyError):
    """A certificate whose key files must not be encrypted to."""


class CertificateDateError(UnsuitableCertificateError):
    """The same, because it has expired or is not valid yet."""


class AmbiguousCertificatesError(UnusablePublicKeyError):
    """Several certificates, of which it is not clear which are meant."""


@dataclass(frozen=True, slots=True)
class RecipientCertificate:
    """What a certificate says that matters to encryption; names are DER, None is "not said".

    ``capabilities`` are the object identifiers of its SMIMECapabilities (RFC 4262), in its order.
    """

    der: bytes
    spki: bytes
    subject: bytes
    issuer: bytes
    serial: int
    not_before: datetime
    not_after: datetime
    is_version_1: bool
    is_authority: bool
    key_identifier: bytes | None
    usage: frozenset[str] | None
    purposes: frozenset[str] | None
    capabilities: tuple[str, ...] | None

    @property
    def name(self) -> str:
        """The subject as RFC 4514 writes it."""
        return rfc4514(self.subject)

    @property
    def issuer_name(self) -> str:
        """The issuer, in the same way."""
        return rfc4514(self.issuer)

    @property
    def issuer_and_serial(self) -> IssuerAndSerial:
        """Its identifier by issuer and serial number, which every certificate has."""
        return IssuerAndSerial(self.issuer, self.serial)

    @property
    def identifier(self) -> RecipientIdentifier:
        """The subject key identifier; without one, issuer and serial number."""
        if self.key_identifier is None:
            return self.issuer_and_serial
        return KeyIdentifier(self.key_identifier)

    def to_pem(self) -> bytes:
        """The certificate in PEM (RFC 7468, 5)."""
        return b"-----BEGIN CERTIFICATE-----\n%b-----END CERTIFICATE-----\n" % _lines(self.der)

    def key(self) -> RecipientKey:
        """Its public key. Raises UnusablePublicKeyError."""
        return load_recipient_key(self.spki)


def read_certificate(der: bytes) -> RecipientCertificate | None:
    """A certificate in DER, or None where this is something else, or malformed."""
    try:
        whole = core.Sequence.load(ber.check(der), strict=True)
        if len(whole) != _PARTS_OF_CERTIFICATE:
            return None
        parsed = x509.Certificate.load(der, strict=True)["tbs_certificate"]
        if parsed["version"].native not in ("v1", "v2", "v3"):
            return None
        found = _extensions(parsed)
        constraints = found.get(_BASIC_CONSTRAINTS)
        usage = found.get(_KEY_USAGE)
        return RecipientCertificate(
            der=der,
            spki=parsed["subject_public_key_info"].dump(),
            subject=parsed["subject"].dump(),
            issuer=parsed["issuer"].dump(),
            serial=parsed["serial_number"].native,
            not_before=parsed["validity"]["not_before"].native.astimezone(UTC),
            not_after=parsed["validity"]["not_after"].native.astimezone(UTC),
            is_version_1=parsed["version"].native == "v1",
            is_authority=constraints is not None
            and bool(x509.BasicConstraints.load(constraints, strict=True)["ca"].native),
            key_identifier=_octets(found.get(_KEY_IDENTIFIER)),
            usage=None
            if usage is None
            else frozenset(x509.KeyUsage.load(usage, strict=True).native),
            purposes=_purposes(found.get(_EXTENDED_KEY_USAGE)),
            capabilities=_capabilities(found.get(_SMIME_CAPABILITIES)),
        )
    except Exception:  # asn1crypto answers malformed input with exceptions of many classes
        return None


def check_suitable(
    certificate: RecipientCertificate, algorithm: KeyAlgorithm | OtherAlgorithm, at: datetime | None
) -> None:
    """Check that files may be encrypted to a certificate, ``at`` a time; None: at any.

    Raises UnsuitableCertificateError.
    """
    if certificate.is_authority:
        raise UnsuitableCertificateError(
            _(
                "The certificate of {name} belongs to a certification authority (CA). Give the "
                "certificate of the person, or the public key alone."
            ).format(name=certificate.name)
        )
    needed, told = _USAGES.get(algorithm, (_AGREEMENT, "keyAgreement"))
    if certificate.usage is not None and not needed & certificate.usage:
        raise UnsuitableCertificateError(
            _(
                "The certificate of {name} is not for encryption: its key usage lacks {usage}. Ask "
                "for the certificate for encryption."
            ).format(name=certificate.name, usage=told)
        )
    if certificate.purposes is not None and not _PURPOSES & certificate.purposes:
        raise UnsuitableCertificateError(
            _(
                "The certificate of {name} is neither for mail nor for files: its extended key "
                "usage lacks emailProtection. Ask for the certificate for encryption."
            ).format(name=certificate.name)
        )
    if at is not None:
        _check_dates(certificate, at)


def _check_dates(certificate: RecipientCertificate, at: datetime) -> None:
    if at > certificate.not_after:
        raise CertificateDateError(
            _("The certificate of {name} expired on {date}. Ask for the current one.").format(
                name=certificate.name, date=certificate.not_after.date().isoformat()
            )
        )
    if at < certificate.not_before:
        raise CertificateDateError(
            _(
                "The certificate of {name} is not valid before {date}. Check the date of this "
                "computer, or ask for the current one."
            ).format(name=certificate.name, date=certificate.not_before.date().isoformat())
        )


def holders(
    certificates: Sequence[RecipientCertificate], at: datetime | None
) -> list[RecipientCertificate]:
    """Of the certificates in one file, those to encrypt to: one of each person.

    Certificates that issued others of the file are left out, so that a chain stands for its end in
    any order. Of several with one subject, the one that is for encryption is taken. Raises
    UnsuitableCertificateError if a person has none, AmbiguousCertificatesError.
    """
    distinct = list(dict.fromkeys(certificates))
    left = [one for one in distinct if not _issued_another(one, distinct)]
    people: dict[bytes, list[RecipientCertificate]] = {}
    for one in left:
        people.setdefault(one.subject, []).append(one)
    if len(people) > 1:
        for one in left:
            if one.is_authority:
                raise AmbiguousCertificatesError(
                    _(
                        "It is not clear whose certificate is meant: {name} is a certification "
                        "authority (CA) that issued none of the others in this file. Give a file "
                        "without it."
                    ).format(name=one.name)
                )
    return [_usable(several, at) for several in people.values()]


def _issued_another(
    certificate: RecipientCertificate, others: Sequence[RecipientCertificate]
) -> bool:
    may_issue = certificate.is_authority or certificate.is_version_1
    return may_issue and any(
        one.issuer == certificate.subject and one is not certificate and one.issuer != one.subject
        for one in others
    )


def _usable(several: Sequence[RecipientCertificate], at: datetime | None) -> RecipientCertificate:
    usable, reasons = [], []
    for one in several:
        try:
            check_suitable(one, one.key().algorithm, at)
            usable.append(one)
        except UnusablePublicKeyError as error:
            reasons.append(error)
    if not usable:
        raise reasons[0]
    if len({one.spki for one in usable}) > 1:
        raise AmbiguousCertificatesError(
            _(
                "There are several certificates for encryption of {name} in this file. Give a file "
                "with the current one alone."
            ).format(name=usable[0].name)
        )
    # The same key was certified again: the newest names it as its owner's programs do now.
    return max(usable, key=lambda one: one.not_before)


def read_all(encoded: bytes) -> tuple[list[RecipientCertificate], list[RecipientKey]]:
    """The certificates and the bare public keys in DER, or in a text with several in PEM.

    Raises UnusablePublicKeyError where there are none, or one cannot be read.
    """
    if b"PRIVATE KEY-----" in encoded:
        raise UnusablePublicKeyError(_("This is a private key. Give the public key."))
    # A certificate may contain somebody else's PEM as text, so PEM inside it is not searched.
    certificate = read_certificate(encoded)
    if certificate is not None:
        return [certificate], []
    certificates: list[RecipientCertificate] = []
    keys: list[RecipientKey] = []
    for label, der in _blocks(encoded):
        if label in _CERTIFICATES:
            certificate = read_certificate(der)
            if certificate is None:
                raise _unreadable()
            certificates.append(certificate)
        elif label in _KEYS:
            keys.append(_bare(der))
        elif label not in _IGNORED:
            raise _unreadable()
    if not certificates and not keys:
        keys.append(_bare(encoded))
    return certificates, keys


def _bare(der: bytes) -> RecipientKey:
    try:
        core.Sequence.load(ber.check(der), strict=True).native  # noqa: B018 -- it parses
    except Exception:
        raise _unreadable() from None
    return load_recipient_key(der)


def _blocks(encoded: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    blocks = _PEM.findall(encoded)
    if len(blocks) != encoded.count(b"-----BEGIN "):
        raise _unreadable()  # a block without its end would be somebody who is left out
    for label, text in blocks:
        try:
            found.append((label, base64.b64decode(b"".join(text.split()), validate=True)))
        except binascii.Error:
            raise _unreadable() from None
    return found


def _lines(der: bytes) -> bytes:
    text = base64.b64encode(der)
    return b"".join(text[at : at + 64] + b"\n" for at in range(0, len(text), 64))


def _unreadable() -> UnusablePublicKeyError:
    return UnusablePublicKeyError(
        _("This is neither a public key nor a certificate, in PEM or DER.")
    )


def _extensions(parsed: object) -> dict[str, bytes]:
    """The contents of the extensions, by object identifier. Raises ValueError for one twice."""
    found: dict[str, bytes] = {}
    for one in parsed["extensions"] or ():  # type: ignore[index]
        name = one["extn_id"].dotted
        if name in found:
            raise ValueError(name)
        found[name] = bytes(one["extn_value"].contents)
    return found


def _octets(encoded: bytes | None) -> bytes | None:
    if encoded is None:
        return None
    value: bytes = core.OctetString.load(encoded, strict=True).native
    return value


def _purposes(encoded: bytes | None) -> frozenset[str] | None:
    if encoded is None:
        return None
    return frozenset(one.dotted for one in _ObjectIdentifiers.load(encoded, strict=True))


class _ObjectIdentifiers(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.ObjectIdentifier


class _Capabilities(core.SequenceOf):  # type: ignore[misc]
    """SMIMECapabilities (RFC 8551, 2.5.2)."""

    _child_spec = core.Sequence


def _capabilities(encoded: bytes | None) -> tuple[str, ...] | None:
    if encoded is None:
        return None
    try:
        return tuple(one[0].dotted for one in _Capabilities.load(encoded, strict=True))
    except Exception:  # it is a hint; a malformed one says nothing
        return None
