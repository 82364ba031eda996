"""What mail programs read: algorithms and identifiers for the recipients of a mail (RFC 8551).

Certificates may say it in their SMIMECapabilities (RFC 4262). Those that say nothing get what all
programs read: AES-256-CBC, RSA PKCS #1 v1.5, and the certificate's issuer and serial number.
"""

from __future__ import annotations

from collections.abc import Sequence

from twincard.cms.content.cipher import CipherMode
from twincard.cms.recipients.identifiers import RecipientIdentifier
from twincard.cms.recipients.infos import Recipient, RsaAlgorithm

_OAEP = "1.2.840.113549.1.1.7"
_AES_256_GCM = "2.16.840.1.101.3.4.1.46"
_AES_256_CBC = "2.16.840.1.101.3.4.1.42"
_AES_128_CBC = "2.16.840.1.101.3.4.1.2"


def mail_cipher(recipients: Sequence[Recipient]) -> tuple[CipherMode, int]:
    """The strongest content encryption that all recipients read, with its key length in bytes.

    AES-GCM only if all certificates announce it.
    """
    announced = [_capabilities(one) for one in recipients]
    if all(one is not None and _AES_256_GCM in one for one in announced):
        return CipherMode.GCM, 32
    for one in announced:
        if one is not None and _AES_128_CBC in one and _AES_256_CBC not in one:
            return CipherMode.CBC, 16
    return CipherMode.CBC, 32


def mail_identifier(recipient: Recipient) -> RecipientIdentifier:
    """Issuer and serial number; of a bare key, which has none, its key identifier."""
    if recipient.certificate is None:
        return recipient.identifier
    return recipient.certificate.issuer_and_serial


def mail_rsa_algorithm(recipient: Recipient) -> RsaAlgorithm:
    """PKCS #1 v1.5, unless the certificate announces OAEP; a bare key is for no mail program."""
    if recipient.certificate is None or _OAEP in (recipient.certificate.capabilities or ()):
        return RsaAlgorithm.OAEP_SHA256
    return RsaAlgorithm.PKCS1_V15


def _capabilities(recipient: Recipient) -> tuple[str, ...] | None:
    return None if recipient.certificate is None else recipient.certificate.capabilities
