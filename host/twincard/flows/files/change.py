"""Recipients of an encrypted file added and removed; its body stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path

from twincard.card.session import Card
from twincard.cms.content.cipher import CipherMode, ContentCipher
from twincard.cms.decryption import decrypt
from twincard.cms.errors import FilesError, RecipientRejectedError, UnsupportedError
from twincard.cms.framing.message import MessageKind, MessageReader
from twincard.cms.framing.source import Readable, Writable
from twincard.cms.framing.unkept_output import UnkeptOutput
from twincard.cms.recipients.infos import (
    ArchiveRecipient,
    OpenableRecipient,
    Recipient,
    RecipientInfo,
)
from twincard.cms.recipients.mail import mail_identifier
from twincard.cms.recipients.opening import open_all
from twincard.cms.recipients.reading import Recipients
from twincard.cms.recipients.wrapping import wrap_key
from twincard.cms.transcoding import change_recipients
from twincard.flows.files.encrypt import open_source
from twincard.flows.files.opener import CardOpener, CardTranscoder, PinProvider
from twincard.flows.files.regular import open_regular
from twincard.flows.files.replacement import Replacement, sync_folders
from twincard.ground.file_metadata import MetadataLoss
from twincard.ground.language import _


class LastRecipientError(FilesError):
    """Nobody would be left who can open the file."""


@dataclass(frozen=True)
class Head:
    """What a file says before its content."""

    kind: MessageKind
    cipher: ContentCipher
    recipients: tuple[RecipientInfo, ...]


def read_head(path: str | PathLike[str]) -> Head:
    """Read the head of a file. Raises FilesError."""
    with open_source(path) as stream:
        message = MessageReader(stream)
        try:
            opening = message.opening()
            recipients = tuple(Recipients(opening.recipient_infos, message.budget))
            enveloped = opening.kind is MessageKind.ENVELOPED
            cipher = ContentCipher.decode(message.algorithm(), enveloped=enveloped)
        finally:
            message.close()
    return Head(opening.kind, cipher, recipients)


def add_recipients(
    card: Card,
    path: str | PathLike[str],
    targets: Sequence[Recipient],
    *,
    pin: PinProvider | None = None,
) -> MetadataLoss:
    """Let others open a file that the card opens, in place.

    The card gives the content-encryption key to RSA-2048 and P-256 keys itself (TRANSCODE); for any
    other key it leaves the card once (DECIPHER), and is wrapped here. Somebody may have added
    recipient infos that open too, with other keys: then the content shows which key is right.

    A target's recipient info that is there already is replaced. Without `pin` the PIN must be
    verified. Returns what of the file's metadata could not be kept. Raises UnsupportedError for an
    archive file, FilesError, CardError, TransportError.
    """
    path = Path(path)
    head = read_head(path)
    if any(isinstance(one, ArchiveRecipient) for one in head.recipients):
        raise UnsupportedError(
            _(
                "This is an archive file, for symmetric keys only. A recipient with a public key "
                "would undo that. Decrypt it, and encrypt it to the others."
            )
        )
    if head.kind is MessageKind.ENVELOPED:
        targets = [replace(one, identifier=mail_identifier(one)) for one in targets]
    giving = _Giving(card, path, head, pin)
    added = [giving.info_for(target) for target in targets]

    def dropped(info: RecipientInfo) -> bool:
        return any(info.is_for(target) for target in targets)

    return _rewrite(path, lambda source, sink: change_recipients(source, sink, added, dropped))


def remove_recipients(
    path: str | PathLike[str], dropped: Callable[[RecipientInfo], bool]
) -> MetadataLoss:
    """Remove recipient infos of a file, in place. No card is needed.

    Whoever could open the file can still open every copy of it. Raises LastRecipientError, before
    anything is written, FilesError.
    """
    path = Path(path)
    if all(map(dropped, read_head(path).recipients)):
        raise LastRecipientError(
            _("Nobody could open the file any more. Delete it if you no longer need it.")
        )
    return _rewrite(path, lambda source, sink: change_recipients(source, sink, (), dropped))


class _Giving:
    """Gives the content-encryption key of one file to others."""

    def __init__(self, card: Card, path: Path, head: Head, pin: PinProvider | None) -> None:
        self._card = card
        self._path = path
        self._head = head
        self._pin = pin
        self._right: OpenableRecipient | None = None

    def info_for(self, target: Recipient) -> RecipientInfo:
        """The recipient info for a target."""
        if target.is_for_cards:
            transcoder = CardTranscoder(self._card, target, self._pin)
            if self._right is None:
                opened = open_all(
                    self._head.recipients, transcoder, transcoder.transcode_with_check
                )
                if len({one.result.check for one in opened}) == 1:
                    self._right = opened[0].recipient
                    return opened[0].result.recipient
                self._right = self._found_by_content()
                transcoder = CardTranscoder(self._card, target, self._pin)
            return transcoder.transcode(self._right)
        opener = CardOpener(self._card, self._pin)
        if self._right is None:
            opened_keys = open_all(self._head.recipients, opener, self._attempt(opener))
            self._right = opened_keys[0].recipient
            if len({one.result for one in opened_keys}) > 1:
                self._right = self._found_by_content()
        mail = self._head.kind is MessageKind.ENVELOPED
        return wrap_key(opener.open(self._right), target, mail=mail)

    def _attempt(self, opener: CardOpener) -> Callable[[OpenableRecipient], bytes]:
        def attempt(recipient: OpenableRecipient) -> bytes:
            key = opener.open(recipient)
            if len(key) != self._head.cipher.key_length:
                raise RecipientRejectedError(
                    _("The recipient info does not contain a key of the right length.")
                )
            return key

        return attempt

    def _found_by_content(self) -> OpenableRecipient:
        """The recipient info whose key fits the content, which is read to its end."""
        if self._head.cipher.mode is not CipherMode.GCM:
            raise UnsupportedError(
                _(
                    "Several recipient infos open with this card, with different keys. In a file "
                    "without authentication it cannot be told which is right. Decrypt it, and "
                    "encrypt it anew."
                )
            )
        opener = CardOpener(self._card, self._pin)
        with UnkeptOutput() as sink, open_source(self._path) as stream:
            return decrypt(stream, sink, opener).recipient


def _rewrite(path: Path, rewrite: Callable[[Readable, Writable], None]) -> MetadataLoss:
    """Puts what `rewrite` makes of a file in its place, with its metadata; a link is followed."""
    real = path.resolve()
    with open_regular(real) as source:
        replacement = Replacement(real, source)
        try:
            with replacement:
                rewrite(source, replacement)
            replacement.sync()
            replacement.replace()
        finally:
            replacement.close()
    sync_folders([real.parent])
    return replacement.loss
