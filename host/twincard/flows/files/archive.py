"""Files for the archive key of a card, which need no public key."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from twincard.card.cryptogram import ArchiveCryptogram
from twincard.card.session import Card
from twincard.cms.decryption import Decrypted, decrypt_from_archive
from twincard.cms.encryption import encrypt_to_archive
from twincard.cms.errors import RecipientRejectedError
from twincard.cms.framing.output import Output
from twincard.cms.recipients.infos import ArchiveRecipient, KeyIdentifier
from twincard.flows.errors import NoKeyError
from twincard.flows.events import BytesEvent, Listener, counting, ignore
from twincard.flows.files.encrypt import open_source
from twincard.flows.files.opener import CardHolder, PinProvider
from twincard.ground.language import _
from twincard.iso.status import WrongDataError


class CardArchive(CardHolder):
    """The archive key of a card (twincard.cms.ArchiveWrapper and ArchiveOpener)."""

    def __init__(self, card: Card, pin: PinProvider | None = None) -> None:
        """With `pin`, the PIN is verified whenever the card asks for it.

        Raises NoKeyError when the card has no key.
        """
        super().__init__(card, pin)
        archive_id = card.kept_report().archive_id
        if archive_id is None:
            raise NoKeyError
        self.archive_id = archive_id

    def wrap(self, key: bytes, /) -> ArchiveRecipient:
        """See ArchiveWrapper. Raises CardError."""
        wrapped = self.with_pin(lambda: self.card.usage.wrap(key))
        return ArchiveRecipient(KeyIdentifier(self.archive_id), wrapped.wrapped_key)

    def open(self, recipient: ArchiveRecipient, /) -> bytes:
        """See ArchiveOpener. Also raises CardErrors with more specific reasons."""
        cryptogram = ArchiveCryptogram(recipient.wrapped_key)
        try:
            return self.with_pin(lambda: self.card.usage.unwrap(cryptogram))
        except WrongDataError:
            raise RecipientRejectedError(_("The card cannot decrypt the recipient info.")) from None


def encrypt_archive_file(
    card: Card,
    source: str | PathLike[str],
    output: Output,
    *,
    pin: PinProvider | None = None,
    on_event: Listener[BytesEvent] = ignore,
) -> None:
    """Encrypt a file for the archive key of a card: one card operation, whatever its size.

    Without `pin` the PIN must be verified. Raises FilesError, CardError, TransportError.
    """
    source = Path(source)
    archive = CardArchive(card, pin)
    progress = counting(on_event, source, (archive.card_id,))
    with output as sink, open_source(source) as stream:
        encrypt_to_archive(stream, sink, archive, progress=progress)


def decrypt_archive_file(
    card: Card,
    source: str | PathLike[str],
    output: Output,
    *,
    pin: PinProvider | None = None,
    on_event: Listener[BytesEvent] = ignore,
) -> Decrypted:
    """Decrypt a file that is for the archive key of a card. Otherwise as `encrypt_archive_file`."""
    source = Path(source)
    archive = CardArchive(card, pin)
    progress = counting(on_event, source, (archive.card_id,))
    with output as sink, open_source(source) as stream:
        return decrypt_from_archive(stream, sink, archive, progress=progress)
