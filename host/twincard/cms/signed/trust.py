"""Whose signatures are believed: chains to trusted certificates (RFC 5280, 6)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from twincard.cms.errors import UntrustedError
from twincard.cms.signed.names import name_of
from twincard.ground.language import _
from twincard.identity.x509 import has_issued, issuer_of, subject_of

_MAX_DEPTH = 8
_Extension = TypeVar("_Extension", x509.KeyUsage, x509.ExtendedKeyUsage)
_DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336


class Purpose(Enum):
    """What a signature is for; the values are the extended key usages that allow it."""

    SIGNATURE = (
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        _DOCUMENT_SIGNING,
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    )
    TIME_STAMP = (ExtendedKeyUsageOID.TIME_STAMPING,)


@dataclass(frozen=True)
class Trust:
    """Certificates that are trusted.

    `authorities` certify signers, directly or through other certificates; one may sign itself, too.
    `signers` are believed without any authority, whoever certified them. So is somebody of the same
    name who certified one of them, and nobody else did: the signature key of a card certifies the
    decipher key.
    """

    authorities: tuple[x509.Certificate, ...] = ()
    signers: tuple[x509.Certificate, ...] = ()


def chain_of(
    certificate: x509.Certificate,
    trust: Trust,
    others: Sequence[x509.Certificate],
    at: datetime,
    purpose: Purpose = Purpose.SIGNATURE,
) -> tuple[x509.Certificate, ...]:
    """The certificates from a signer's to a trusted one, all valid at this time.

    `others` may be used in between. Raises UntrustedError. Whether a certificate was revoked is not
    looked up.
    """
    check_usable(certificate, at, purpose)
    if certificate in trust.signers or any(_is_own(certificate, one) for one in trust.signers):
        return (certificate,)
    if trust.authorities:
        policy = ExtensionPolicy.webpki_defaults_ca()
        # The defaults are for web servers: they demand a key usage of each authority, which
        # those of `openssl req -x509` lack, and know only the usages of TLS.
        policy = policy.may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_certify)
        policy = policy.may_be_present(
            x509.ExtendedKeyUsage,
            Criticality.AGNOSTIC,
            lambda _policy, _certificate, usage: _check_usage(usage, purpose),
        )
        builder = PolicyBuilder().store(Store(list(trust.authorities))).time(at)
        builder = builder.max_chain_depth(_MAX_DEPTH).extension_policies(
            ca_policy=policy, ee_policy=ExtensionPolicy.permit_all()
        )
        try:
            return tuple(builder.build_client_verifier().verify(certificate, list(others)).chain)
        except VerificationError:
            pass
    raise UntrustedError(
        _("The certificate of {name} does not lead to one that you trust.").format(
            name=name_of(certificate)
        )
    )


def check_usable(certificate: x509.Certificate, at: datetime, purpose: Purpose) -> None:
    """Raises UntrustedError for a certificate that is not valid then, or not for this purpose."""
    name = name_of(certificate)
    if at < certificate.not_valid_before_utc:
        raise UntrustedError(
            _("The certificate of {name} is not valid before {date:%Y-%m-%d}.").format(
                name=name, date=certificate.not_valid_before_utc
            )
        )
    if at > certificate.not_valid_after_utc:
        raise UntrustedError(
            _("The certificate of {name} expired on {date:%Y-%m-%d}.").format(
                name=name, date=certificate.not_valid_after_utc
            )
        )
    if not _may_sign(certificate, purpose):
        raise UntrustedError(
            _("The certificate of {name} is not for such signatures.").format(name=name)
        )


def load_certificates(encoded: Sequence[bytes]) -> list[x509.Certificate]:
    """Those that can be read, of certificates as a message has them, in DER."""
    found = []
    with warnings.catch_warnings():
        # Of serial numbers that are not positive, and such, which are no reason to refuse it.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        for one in encoded:
            try:
                found.append(x509.load_der_x509_certificate(one))
            except (ValueError, x509.InvalidVersion):
                continue  # of a form that is not an X.509 certificate, or breaks its rules
    return found


def der(certificate: x509.Certificate) -> bytes:
    """As it is signed."""
    return certificate.public_bytes(Encoding.DER)


def _may_sign(certificate: x509.Certificate, purpose: Purpose) -> bool:
    try:
        extensions = certificate.extensions
    except (ValueError, x509.DuplicateExtension):
        return False
    usage = _extension(extensions, x509.KeyUsage)
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        return False
    extended = _extension(extensions, x509.ExtendedKeyUsage)
    if purpose is Purpose.TIME_STAMP:
        # RFC 3161, 2.3: this purpose and no other.
        return extended is not None and list(extended) == list(purpose.value)
    return extended is None or not set(purpose.value).isdisjoint(extended)


def _is_own(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Whether somebody certified this key alone, under the same common name."""
    names = [
        [name.value for name in subject_of(one).get_attributes_for_oid(NameOID.COMMON_NAME)]
        for one in (issuer, certificate)
    ]
    if not names[0] or names[0] != names[1] or subject_of(issuer) != issuer_of(issuer):
        return False
    return has_issued(issuer, certificate)


def _extension(extensions: x509.Extensions, kind: type[_Extension]) -> _Extension | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _may_certify(
    _policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None
) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("not for certificates")


def _check_usage(usage: x509.ExtendedKeyUsage | None, purpose: Purpose) -> None:
    if usage is None or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usage:
        return
    if set(purpose.value).isdisjoint(usage):
        raise ValueError("not for this purpose")
