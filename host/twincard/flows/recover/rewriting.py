"""Writes the new version of a file: with other recipients, or encrypted anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, ClassVar, Protocol

from twincard.cms.decryption import decrypt
from twincard.cms.encryption import EncryptedOutput
from twincard.cms.errors import RecipientRejectedError, UnsupportedError
from twincard.cms.framing.message import DATA_CONTENT
from twincard.cms.recipients.identifiers import RecipientIdentifier
from twincard.cms.recipients.infos import (
    ArchiveRecipient,
    ArchiveWrapper,
    OpenableRecipient,
    Recipient,
    RecipientInfo,
)
from twincard.cms.recipients.opening import open_all
from twincard.cms.transcoding import read_recipients, replace_recipients
from twincard.flows.files.opener import CardOpener
from twincard.flows.files.regular import open_regular
from twincard.flows.files.replacement import ChangedMeanwhileError, Replacement
from twincard.flows.files.safely import failing_alone
from twincard.flows.recover.inspection import Inspected
from twincard.flows.recover.line import Line, Replacements
from twincard.ground.language import _

_Progress = Callable[[int], None]


class Rewriter(Protocol):
    """Writes new versions. `takes_mailboxes`: messages in a mailbox can be moved with it, too."""

    takes_mailboxes: ClassVar[bool]

    def __call__(
        self, path: Path, inspected: Inspected, replacements: Replacements, progress: _Progress, /
    ) -> Replacement:
        """The new version of a file, which is not in its place yet. Raises FilesError, OSError."""


class RecipientRewriter:
    """Replaces recipient infos; everything else stays as it is."""

    takes_mailboxes: ClassVar[bool] = True

    def __call__(
        self, path: Path, inspected: Inspected, replacements: Replacements, progress: _Progress, /
    ) -> Replacement:
        """See Rewriter."""
        left = set(replacements)

        def replace(recipient: RecipientInfo) -> RecipientInfo:
            left.discard(recipient)
            return replacements.get(recipient, recipient)

        with failing_alone(), open_regular(path) as stream:
            replacement = _beside(path, stream, inspected)
            with replacement as sink:
                replace_recipients(stream, sink, replace, progress=progress)
                if left:
                    raise ChangedMeanwhileError
        return replacement


class ReEncrypter:
    """Encrypts the content anew, under a key that the old card never had.

    The key to the old version is opened by the old card and used here; the content is never on the
    disk unencrypted.
    """

    takes_mailboxes: ClassVar[bool] = False

    def __init__(self, line: Line, old: CardOpener, target: Recipient) -> None:
        """`target` is the new card."""
        self._line = line
        self._old = old
        self._target = target

    def __call__(
        self, path: Path, inspected: Inspected, replacements: Replacements, progress: _Progress, /
    ) -> Replacement:
        """See Rewriter."""
        if inspected.is_text:
            raise UnsupportedError(
                _(
                    "The file is text (PEM or S/MIME), which --re-encrypt does not write. Move it "
                    "without --re-encrypt, or convert it first."
                )
            )
        if not set(inspected.recipients) <= set(replacements):
            raise UnsupportedError(
                _(
                    "The file is encrypted to other keys too, which would be lost. Move it without "
                    "--re-encrypt, or encrypt its content again to everybody."
                )
            )
        opened = self._line.by_old(
            lambda: open_all(inspected.recipients, self._old, self._old.open)
        )
        opener = _Opened({one.recipient: one.result for one in opened}, self._old)
        archived = any(isinstance(one.recipient, ArchiveRecipient) for one in opened)
        target: ArchiveWrapper | list[Recipient] = [self._target]
        if archived:
            target = _Wrapper(self._line)
        with failing_alone(), open_regular(path) as stream:
            replacement = _beside(path, stream, inspected)
            with EncryptedOutput(replacement, target, mail=inspected.is_mail) as sink:
                found = decrypt(stream, sink, opener, mail=inspected.is_mail, progress=progress)
                if found.content_type != DATA_CONTENT:
                    raise UnsupportedError(
                        _("Its content is another CMS message, which can only be moved as it is.")
                    )
        try:
            self._confirm(replacement)
        except BaseException:
            replacement.close()
            raise
        return replacement

    def _confirm(self, replacement: Replacement) -> None:
        with replacement.readable() as stream:
            recipients = read_recipients(stream)
        new = self._line.new
        self._line.by_new(lambda: open_all(recipients, new, new.check))


class _Opened:
    """An Opener for the recipient infos that a card has opened."""

    def __init__(self, keys: dict[OpenableRecipient, bytes], holder: CardOpener) -> None:
        self.algorithm = holder.algorithm
        self.key_id = holder.key_id
        self.archive_id = holder.archive_id
        self._keys = keys

    def other_names(self) -> frozenset[RecipientIdentifier]:
        """See KeyHolder: whatever they are called, those that do not open are not in `keys`."""
        return frozenset()

    def open(self, recipient: OpenableRecipient, /) -> bytes:
        if recipient not in self._keys:
            raise RecipientRejectedError(_("The card cannot decrypt the recipient info."))
        return self._keys[recipient]


class _Wrapper:
    """An ArchiveWrapper: the new card, in its thread."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def wrap(self, key: bytes, /) -> ArchiveRecipient:
        return self._line.by_new(lambda: self._line.archive.wrap(key))


def _beside(path: Path, stream: BinaryIO, inspected: Inspected) -> Replacement:
    replacement = Replacement(path.resolve(), stream)
    if replacement.version != inspected.version:
        raise ChangedMeanwhileError
    return replacement
