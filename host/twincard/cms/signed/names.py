"""Names of signers, as people read them."""

from __future__ import annotations

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from twincard.cms.recipients.identifiers import IssuerAndSerial, KeyIdentifier
from twincard.cms.recipients.names import rfc4514
from twincard.ground.control_characters import visible


def name_of(certificate: x509.Certificate) -> str:
    """The subject (RFC 4514), and the e-mail addresses that its issuer confirms."""
    parsed = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    name = rfc4514(parsed.subject.dump())
    mails = mails_of(certificate)
    return f"{name} <{', '.join(mails)}>" if mails else name


def mails_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """The e-mail addresses in a certificate (RFC 8550, 3)."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return ()
    return tuple(visible(mail) for mail in found.value.get_values_for_type(x509.RFC822Name))


def is_named(certificate: x509.Certificate, identifier: IssuerAndSerial | KeyIdentifier) -> bool:
    """Whether a signer identifier is of this certificate (RFC 5652, 5.3)."""
    if isinstance(identifier, IssuerAndSerial):
        parsed = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
        issuer: bytes = parsed.issuer.dump()
        return (issuer, certificate.serial_number) == (identifier.issuer, identifier.serial)
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return False
    return found.value.digest == identifier.value
