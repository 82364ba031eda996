"""Contacts as results and as text."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from twincard.addressbook.book import Contact
from twincard.cms.recipients.certificates import check_suitable
from twincard.cms.recipients.infos import Recipient
from twincard.cms.recipients.other_keys import OtherPublicKey, RecipientKey
from twincard.ground.language import _
from twincard.keys.public import UnusablePublicKeyError
from twincard.results.contacts import ContactInfo


def contact_info(contact: Contact) -> ContactInfo:
    """All about a contact."""
    recipient = contact.recipient
    certificate = recipient.certificate
    return ContactInfo(
        contact.name,
        contact.file,
        key_type(recipient.key),
        recipient.key.digest,
        None if certificate is None else certificate.name,
        None if certificate is None else certificate.issuer_name,
        None if certificate is None else certificate.not_before.isoformat(),
        None if certificate is None else certificate.not_after.isoformat(),
        _problem(recipient),
    )


def key_type(key: RecipientKey) -> str:
    """The type of a key: "RSA-3072", "P-256"."""
    if isinstance(key, OtherPublicKey):
        return key.algorithm.value
    loaded = key.loaded()
    return f"RSA-{loaded.key_size}" if isinstance(loaded, rsa.RSAPublicKey) else "P-256"


def rows(info: ContactInfo) -> list[tuple[str, str]]:
    """Names and values, for people."""
    found = [
        (_("name"), info.name),
        (_("key"), info.type),
        ("SHA-256", info.public_key_sha256.hex()),
    ]
    if info.subject is not None and info.not_before is not None and info.not_after is not None:
        validity = _("{start} to {end}").format(start=info.not_before[:10], end=info.not_after[:10])
        found += [
            (_("certificate of"), info.subject),
            (_("issued by"), info.issuer or ""),
            (_("valid"), validity),
        ]
    found.append((_("file"), str(info.file)))
    return found


def _problem(recipient: Recipient) -> str | None:
    if recipient.certificate is None:
        return None
    try:
        check_suitable(recipient.certificate, recipient.key.algorithm, datetime.now(UTC))
    except UnusablePublicKeyError as error:
        return str(error)
    return None
