"""X.509 certificates and requests (RFC 5280, RFC 2986), signed by a key on a card."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from twincard.ground.language import _
from twincard.identity.signing_key import SigningKey, for_builder
from twincard.keys.key_type import KeyAlgorithm
from twincard.keys.public import PublicKey

_NAME_LENGTHS = range(1, 64 + 1)
_IDEOGRAPHIC_SPACE = "\u3000"
_SERIAL_BITS = 127
_SIGNATURE_UNIT = "signature key"


class CertificateError(ValueError):
    """A certificate cannot be made with these values; one plain sentence."""


class WrongSignatureError(CertificateError):
    """The signature on a certificate or request is wrong."""


@dataclass(frozen=True)
class Subject:
    """The subject of a certificate: a name, and an e-mail address or None."""

    name: str
    mail: str | None = None

    def __post_init__(self) -> None:
        spaced = self.name.replace(_IDEOGRAPHIC_SPACE, " ")
        if len(self.name) not in _NAME_LENGTHS or not spaced.isprintable() or spaced.isspace():
            raise CertificateError(
                _("The name in a certificate must have 1 to 64 printable characters.")
            )
        if self.mail is not None:
            local, at, domain = self.mail.rpartition("@")
            plain = self.mail.isascii() and self.mail.isprintable() and " " not in self.mail
            if not (local and at and domain and plain and _is_address(self.mail)):
                raise CertificateError(
                    _("The e-mail address in a certificate must be ASCII, with one @.")
                )


@dataclass(frozen=True)
class Validity:
    """From when to when a certificate is valid; whole seconds, UTC."""

    not_before: datetime
    not_after: datetime

    @classmethod
    def from_now(cls, days: int) -> Self:
        """From now on, for so many days."""
        now = datetime.now(UTC).replace(microsecond=0)
        return cls(now, now + timedelta(days=days))


def make_root(subject: Subject, validity: Validity, key: SigningKey) -> x509.Certificate:
    """The signing key's own certificate, which may sign others. Raises WrongSignatureError."""
    name = _name(subject, _SIGNATURE_UNIT)
    builder = (
        _certificate(name, name, validity, key.public)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage("key_cert_sign", "digital_signature"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier(key.public.key_id), critical=False)
    )
    if subject.mail is not None:
        builder = builder.add_extension(_alternative_name(subject.mail), critical=False)
    made = builder.sign(for_builder(key), SHA256())
    return _verified(made, made)


def make_decipher_certificate(
    subject: Subject,
    validity: Validity,
    public: PublicKey,
    root: x509.Certificate,
    key: SigningKey,
) -> x509.Certificate:
    """A certificate for a decipher key, signed by the key of `root`. Raises WrongSignatureError."""
    usage = "key_encipherment" if public.algorithm is KeyAlgorithm.RSA else "key_agreement"
    builder = (
        _certificate(subject_of(root), _name(subject), validity, public)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(usage), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier(public.key_id), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier(key_identifier(root), None, None), critical=False
        )
    )
    if subject.mail is not None:
        builder = builder.add_extension(_alternative_name(subject.mail), critical=False)
    return _verified(builder.sign(for_builder(key), SHA256()), root)


def is_such(
    certificate: x509.Certificate, root: x509.Certificate, subject: Subject, validity: Validity
) -> bool:
    """Whether the key of `root` signed a certificate with this subject and validity.

    It must be valid now.
    """
    if not has_issued(root, certificate):
        return False
    not_before, not_after = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not not_before <= datetime.now(UTC) <= not_after:
        return False
    names = subject_of(certificate).get_attributes_for_oid(NameOID.COMMON_NAME)
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        mails = found.value.get_values_for_type(x509.RFC822Name)
    except x509.ExtensionNotFound:
        mails = []
    return (
        [name.value for name in names] == [subject.name]
        and mails == ([] if subject.mail is None else [subject.mail])
        and not_after - not_before == validity.not_after - validity.not_before
    )


def make_request(subject: Subject, key: SigningKey) -> x509.CertificateSigningRequest:
    """A certificate signing request (PKCS #10) for the key. Raises WrongSignatureError."""
    builder = x509.CertificateSigningRequestBuilder(_name(subject))
    if subject.mail is not None:
        builder = builder.add_extension(_alternative_name(subject.mail), critical=False)
    made = builder.sign(for_builder(key), SHA256())
    if not made.is_signature_valid:
        raise WrongSignatureError(_("The card's signature on the certificate request is wrong."))
    return made


def may_sign_others(certificate: x509.Certificate) -> bool:
    """Whether it is a certificate authority's (RFC 5280, 4.2.1.9), and can be read at all."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    return found.value.ca


def has_issued(certificate: x509.Certificate, other: x509.Certificate) -> bool:
    """Whether the key of a certificate signed another one; not whether it was allowed to."""
    try:
        other.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def subject_of(certificate: x509.Certificate | x509.CertificateSigningRequest) -> x509.Name:
    """Its subject, without a warning where a name is long."""
    with _of_any_length():
        return certificate.subject


def issuer_of(certificate: x509.Certificate) -> x509.Name:
    """Its issuer, in the same way."""
    with _of_any_length():
        return certificate.issuer


def key_identifier(certificate: x509.Certificate) -> bytes:
    """The subject key identifier: its own, or the one twincard would give it."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return PublicKey.from_bytes(certificate.public_bytes(Encoding.DER)).key_id
    return found.value.digest


def _certificate(
    issuer: x509.Name, subject: x509.Name, validity: Validity, public: PublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(
            issuer,
            subject,
            public.loaded(),
            # RFC 5280, 4.1.2.2: positive, and long enough to be unguessable.
            secrets.randbits(_SERIAL_BITS - 1) | 1 << (_SERIAL_BITS - 1),
        )
        .not_valid_before(validity.not_before)
        .not_valid_after(validity.not_after)
    )


def _verified(made: x509.Certificate, issuer: x509.Certificate) -> x509.Certificate:
    try:
        made.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        raise WrongSignatureError(_("The card's signature on the certificate is wrong.")) from None
    return made


def _name(subject: Subject, unit: str | None = None) -> x509.Name:
    parts = [_common_name(subject.name)]
    if unit is not None:
        # Names of issuer and holder must differ where the certificate is not its own issuer's.
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit))
    return x509.Name(parts)


def _common_name(name: str) -> x509.NameAttribute[str]:
    if len(name.encode()) in _NAME_LENGTHS:
        return x509.NameAttribute(NameOID.COMMON_NAME, name)
    with _of_any_length():
        return x509.NameAttribute(NameOID.COMMON_NAME, name, _validate=False)


@contextmanager
def _of_any_length() -> Iterator[None]:
    # RFC 5280, appendix A.1, counts characters; the package counts bytes, and warns of more than 64
    # when it reads a name, too.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Attribute's length must be", UserWarning)
        yield


def _is_address(mail: str) -> bool:
    try:
        x509.RFC822Name(mail)
    except ValueError:
        return False
    return True


def _alternative_name(mail: str) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.RFC822Name(mail)])


def _usage(*wanted: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in wanted for usage in _USAGES})


_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
