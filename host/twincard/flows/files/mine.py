"""Which recipients of a file a card is; nothing is decrypted, and no PIN is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from twincard.card.files import DECIPHER_CERTIFICATE
from twincard.card.session import Card
from twincard.cms.recipients.identifiers import KeyIdentifier
from twincard.cms.recipients.infos import (
    Recipient,
    RecipientInfo,
)
from twincard.flows.certify.certificate_files import certificate_for
from twincard.flows.files.opener import CardHolder


def own_recipients(card: Card, recipients: Iterable[RecipientInfo]) -> tuple[RecipientInfo, ...]:
    """Those that name the card: by its key, by the certificate that is on it, by its archive key.

    A file may name the key by a certificate that is kept elsewhere: RecipientInfo.is_for says so.
    Raises NoKeyError when the card has no key, CardError, TransportError.
    """
    holder = CardHolder(card)
    report = card.kept_report()
    digest = b"" if report.key is None else report.key.digest
    certificate = certificate_for(card, DECIPHER_CERTIFICATE, digest)
    named = None if certificate is None else Recipient.named_by(certificate)
    archive = report.archive_id
    return tuple(
        one
        for one in recipients
        if one.is_for(holder)
        or (named is not None and one.is_for(named))
        or (archive is not None and one.identifier == KeyIdentifier(archive))
    )
