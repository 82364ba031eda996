"""X.509 certificates and requests (RFC 5280, RFC 2986), signed by a key that only gives signatures.

Where the cryptography package wants the private key itself, a card has nothing to give.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from asn1crypto import algos, core, csr, keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from twincard.ground.language import _
from twincard.keys.public import KeyKind, PublicKey

_NAME_LENGTHS = range(1, 64 + 1)
_IDEOGRAPHIC_SPACE = "\u3000"
_SERIAL_BITS = 127
_FIRST_GENERALIZED_YEAR = 2050
_SIGNATURE_UNIT = "signature key"
_ALGORITHMS = {
    # RFC 5758, 3.2: no parameters. RFC 4055, 5: NULL.
    KeyKind.EC: {"algorithm": "sha256_ecdsa"},
    KeyKind.RSA: {"algorithm": "sha256_rsa", "parameters": core.Null()},
}


class CertificateError(ValueError):
    """A certificate cannot be made so; the message is one plain sentence."""


class WrongSignatureError(CertificateError):
    """What should have signed a certificate gave something else."""


@dataclass(frozen=True)
class Subject:
    """Whose certificate it is: a name, and an e-mail address or None."""

    name: str
    mail: str | None = None

    def __post_init__(self) -> None:
        spaced = self.name.replace(_IDEOGRAPHIC_SPACE, " ")
        if len(self.name) not in _NAME_LENGTHS or not spaced.isprintable() or spaced.isspace():
            raise CertificateError(_("A certificate's name has 1 to 64 printable characters."))
        if self.mail is not None:
            local, at, domain = self.mail.rpartition("@")
            plain = self.mail.isascii() and self.mail.isprintable() and " " not in self.mail
            if not (local and at and domain and plain):
                raise CertificateError(
                    _("An e-mail address in a certificate is ASCII, with one @.")
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


@dataclass(frozen=True)
class SigningKey:
    """A key that signs: its public half, and what turns a SHA-256 hash into a signature.

    RSA: RSASSA-PKCS1-v1_5; EC: a DER ECDSA-Sig-Value.
    """

    public: PublicKey
    sign: Callable[[bytes], bytes]


def make_root(subject: Subject, validity: Validity, key: SigningKey) -> x509.Certificate:
    """The signing key's own certificate, which may sign others. Raises WrongSignatureError."""
    name = _name(subject, _SIGNATURE_UNIT)
    extensions = [
        _extension("basic_constraints", asn1.BasicConstraints(_AUTHORITY), critical=True),
        _extension("key_usage", asn1.KeyUsage(_SIGNS), critical=True),
        _extension("key_identifier", core.OctetString(key.public.key_id)),
        *_alternative_name(subject),
    ]
    made = _certificate(name, name, validity, key.public, extensions, key)
    return _verified(made, made)


def make_decipher_certificate(
    subject: Subject,
    validity: Validity,
    public: PublicKey,
    root: x509.Certificate,
    key: SigningKey,
) -> x509.Certificate:
    """A certificate for a decipher key, signed by the key of `root`. Raises WrongSignatureError."""
    issuer = asn1.Certificate.load(root.public_bytes(Encoding.DER)).subject
    usage = {"key_encipherment"} if public.kind is KeyKind.RSA else {"key_agreement"}
    authority = asn1.AuthorityKeyIdentifier({"key_identifier": key_identifier(root)})
    extensions = [
        _extension("basic_constraints", asn1.BasicConstraints({"ca": False}), critical=True),
        _extension("key_usage", asn1.KeyUsage(usage), critical=True),
        _extension("extended_key_usage", asn1.ExtKeyUsageSyntax(["email_protection"])),
        _extension("key_identifier", core.OctetString(public.key_id)),
        _extension("authority_key_identifier", authority),
        *_alternative_name(subject),
    ]
    made = _certificate(issuer, _name(subject), validity, public, extensions, key)
    return _verified(made, root)


def is_such(
    certificate: x509.Certificate, root: x509.Certificate, subject: Subject, validity: Validity
) -> bool:
    """Whether one signed by the key of `root` says the same of its holder, and is valid as long.

    It counts no more where it has ended, or has not begun.
    """
    try:
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        return False
    not_before, not_after = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not not_before <= datetime.now(UTC) <= not_after:
        return False
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
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
    wanted = _alternative_name(subject)
    attributes = [{"type": "extension_request", "values": [wanted]}] if wanted else []
    information = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": _name(subject),
            "subject_pk_info": keys.PublicKeyInfo.load(key.public.spki),
            "attributes": attributes,
        }
    )
    request = csr.CertificationRequest(
        {
            "certification_request_info": information,
            "signature_algorithm": algos.SignedDigestAlgorithm(_ALGORITHMS[key.public.kind]),
            "signature": _sign(information, key),
        }
    )
    made = x509.load_der_x509_csr(request.dump())
    if not made.is_signature_valid:
        raise WrongSignatureError(_("The card's signature of the request is not right."))
    return made


def may_sign_others(certificate: x509.Certificate) -> bool:
    """Whether it is a certificate authority's (RFC 5280, 4.2.1.9), and can be read at all."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    return found.value.ca


def key_identifier(certificate: x509.Certificate) -> bytes:
    """The subject key identifier, by its own word or as twincard gives it."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return PublicKey.from_bytes(certificate.public_bytes(Encoding.DER)).key_id
    return found.value.digest


_AUTHORITY = {"ca": True, "path_len_constraint": 0}
_SIGNS = {"key_cert_sign", "digital_signature"}


def _certificate(
    issuer: asn1.Name,
    subject: asn1.Name,
    validity: Validity,
    public: PublicKey,
    extensions: Sequence[dict[str, Any]],
    key: SigningKey,
) -> x509.Certificate:
    algorithm = algos.SignedDigestAlgorithm(_ALGORITHMS[key.public.kind])
    content = asn1.TbsCertificate(
        {
            "version": "v3",
            # RFC 5280, 4.1.2.2: positive, and here too long to be guessed.
            "serial_number": secrets.randbits(_SERIAL_BITS - 1) | 1 << (_SERIAL_BITS - 1),
            "signature": algorithm,
            "issuer": issuer,
            "validity": {
                "not_before": _time(validity.not_before),
                "not_after": _time(validity.not_after),
            },
            "subject": subject,
            "subject_public_key_info": keys.PublicKeyInfo.load(public.spki),
            "extensions": list(extensions),
        }
    )
    made = asn1.Certificate(
        {
            "tbs_certificate": content,
            "signature_algorithm": algorithm,
            "signature_value": _sign(content, key),
        }
    )
    return x509.load_der_x509_certificate(made.dump())


def _sign(content: core.Sequence, key: SigningKey) -> bytes:
    return key.sign(hashlib.sha256(content.dump()).digest())


def _verified(made: x509.Certificate, issuer: x509.Certificate) -> x509.Certificate:
    try:
        made.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        raise WrongSignatureError(
            _("The card's signature of the certificate is not right.")
        ) from None
    return made


def _name(subject: Subject, unit: str | None = None) -> asn1.Name:
    parts = {"common_name": subject.name}
    if unit is not None:
        # Names of issuer and holder must differ where the certificate is not its own issuer's.
        parts["organizational_unit_name"] = unit
    return asn1.Name.build(parts)


def _alternative_name(subject: Subject) -> list[dict[str, Any]]:
    if subject.mail is None:
        return []
    names = asn1.GeneralNames([asn1.GeneralName("rfc822_name", subject.mail)])
    return [_extension("subject_alt_name", names)]


def _extension(name: str, value: core.Asn1Value, *, critical: bool = False) -> dict[str, Any]:
    return {"extn_id": name, "critical": critical, "extn_value": value}


def _time(moment: datetime) -> asn1.Time:
    # RFC 5280, 4.1.2.5.
    kind = "utc_time" if moment.year < _FIRST_GENERALIZED_YEAR else "general_time"
    return asn1.Time({kind: moment})
