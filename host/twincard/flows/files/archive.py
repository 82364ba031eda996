"""Files for the archive key of a card, which need no public key."""

from __future__ import annotations

from twincard.card.cryptogram import AnyCryptogram, ArchiveCryptogram, Kept
from twincard.card.session import Card
from twincard.card.usage import Padding
from twincard.cms.decryption import decrypt
from twincard.cms.encryption import EncryptedOutput, encrypt_to_archive
from twincard.cms.framing.output import Output
from twincard.cms.recipients.identifiers import KeyIdentifier
from twincard.cms.recipients.infos import (
    ArchiveRecipient,
    OpenableRecipient,
    PublicKeyRecipient,
)
from twincard.cms.transcoding import keep_for_archive
from twincard.flows.errors import NoKeyError
from twincard.flows.events import BytesEvent, Listener, counting, ignore
from twincard.flows.files.encrypt import Source, name_of, reading_into
from twincard.flows.files.opener import CardHolder, CardOpener, PinProvider


class CardArchive(CardHolder):
    """The archive key of a card (twincard.cms.ArchiveWrapper and ArchiveKeeper)."""

    def __init__(self, card: Card, pin: PinProvider | None = None) -> None:
        """With `pin`, the PIN is verified whenever the card asks for it.

        Raises NoKeyError when the card has no key.
        """
        super().__init__(card, pin)
        if self.archive_id is None:
            raise NoKeyError
        self._identifier = KeyIdentifier(self.archive_id)

    def wrap(self, key: bytes, /) -> ArchiveRecipient:
        """See ArchiveWrapper. Raises CardError."""
        wrapped = self.with_pin(lambda: self.card.usage.wrap(key))
        return ArchiveRecipient(self._identifier, wrapped.wrapped_key)

    def keep(self, recipient: OpenableRecipient, /) -> ArchiveRecipient:
        """See ArchiveKeeper. Also raises CardErrors with more specific reasons."""
        if isinstance(recipient, ArchiveRecipient):
            self.use(recipient, self.card.usage.check)
            return recipient
        return self.keep_with_check(recipient)[0]

    def keep_with_check(self, recipient: PublicKeyRecipient) -> tuple[ArchiveRecipient, bytes]:
        """The same, with the check (8 bytes) of the content-encryption key."""

        def command(cryptogram: AnyCryptogram, padding: Padding) -> Kept:
            if isinstance(cryptogram, ArchiveCryptogram):  # which `recipient` does not give
                raise TypeError
            return self.card.usage.keep(cryptogram, padding)

        kept = self.use(recipient, command)
        return ArchiveRecipient(self._identifier, kept.cryptogram.wrapped_key), kept.check


def encrypt_archive_file(
    card: Card,
    source: Source,
    output: Output,
    *,
    pin: PinProvider | None = None,
    on_event: Listener[BytesEvent] = ignore,
) -> None:
    """Encrypt a file for the archive key of a card: one card operation, whatever its size.

    Without `pin` the PIN must be verified. Raises FilesError, CardError, TransportError.
    """
    archive = CardArchive(card, pin)
    progress = counting(on_event, name_of(source), (archive.card_id,))
    with reading_into(source, output) as (stream, sink):
        encrypt_to_archive(stream, sink, archive, progress=progress)


def archive_file(
    card: Card,
    source: Source,
    output: Output,
    *,
    same_body: bool = False,
    pin: PinProvider | None = None,
    on_event: Listener[BytesEvent] = ignore,
) -> None:
    """Make an archive file of one that is encrypted to the public key of a card.

    Its content is encrypted anew, with another content-encryption key: somebody who recorded the
    file, and breaks its public-key encryption in years, opens that copy but not the archive file.
    With `same_body` only the recipient infos change, one card operation (KEEP), and the computer
    never sees the content; then whoever opens such a copy opens the archive file too.

    The archive file has no other recipients. Raises NotAuthenticatedError for a file that is
    encrypted like mail, other FilesErrors, CardError, TransportError.
    """
    archive = CardArchive(card, pin)
    progress = counting(on_event, name_of(source), (archive.card_id,))
    if same_body:
        with reading_into(source, output) as (stream, sink):
            keep_for_archive(stream, sink, archive, progress=progress)
        return
    opener = CardOpener(card, pin)
    with reading_into(source, EncryptedOutput(output, archive)) as (stream, sink):
        decrypt(stream, sink, opener, progress=progress)
