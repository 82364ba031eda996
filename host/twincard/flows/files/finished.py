"""Whether a file that is there was made of another one, by a run that did not end.

An encrypted file cannot be compared with its plaintext without a key. But it appears only when it
is whole, and it keeps the time of its source.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from twincard.cms.content.cipher import BLOCK_BYTES
from twincard.cms.framing.message import MessageKind, MessageReader
from twincard.cms.recipients.codec import decode_all
from twincard.cms.recipients.identifiers import KeyIdentifier
from twincard.cms.recipients.infos import ArchiveRecipient, Recipient, RecipientInfo
from twincard.ground.regular_file import open_regular


def is_encryption_of(
    output: Path,
    source: Path,
    recipients: Sequence[Recipient] | KeyIdentifier,
    *,
    mail: bool = False,
) -> bool:
    """Whether it is a whole message to these recipients, with the time and length of the source.

    A KeyIdentifier is that of an archive key. Raises FilesError, OSError, NotRegularError.
    """
    with open_regular(output) as file, open_regular(source) as original:
        here, there = os.fstat(file.fileno()), os.fstat(original.fileno())
        if here.st_mtime_ns != there.st_mtime_ns:
            return False
        message = MessageReader(file)
        opening = message.opening()
        if opening.kind is MessageKind.ENVELOPED and not mail:
            return False
        found = decode_all(opening.recipient_infos)
        named = (
            _are_archive(found, recipients)
            if isinstance(recipients, KeyIdentifier)
            else _are_for(found, recipients)
        )
        return named and _length(message) == (
            _padded(there.st_size) if opening.kind is MessageKind.ENVELOPED else there.st_size
        )


def is_transcoding_of(output: Path, source: Path, target: Recipient | KeyIdentifier) -> bool:
    """Whether it has the same body, and a recipient info for the target.

    A KeyIdentifier is that of an archive key, which must be the only recipient. Raises FilesError,
    OSError, NotRegularError.
    """
    (kind, found, body), (old_kind, _old, old_body) = _parts(output), _parts(source)
    named = (
        _are_archive(found, target)
        if isinstance(target, KeyIdentifier)
        else any(one.is_for(target) for one in found)
    )
    return named and kind is old_kind and body == old_body


def is_archive_of(output: Path, source: Path, archive: KeyIdentifier) -> bool:
    """Whether it is a whole file for this archive key, with the time and length of the source.

    Raises FilesError, OSError, NotRegularError.
    """
    with open_regular(output) as file, open_regular(source) as original:
        if os.fstat(file.fileno()).st_mtime_ns != os.fstat(original.fileno()).st_mtime_ns:
            return False
        here, there = MessageReader(file), MessageReader(original)
        opening, old = here.opening(), there.opening()
        found = decode_all(opening.recipient_infos)
        return (
            _are_archive(found, archive)
            and opening.kind is old.kind is MessageKind.AUTH_ENVELOPED
            and _length(here) == _length(there)
        )


def _parts(path: Path) -> tuple[MessageKind, Sequence[RecipientInfo], bytes]:
    """The kind of a message, its recipient infos, and the digest of what follows them."""
    with open_regular(path) as file:
        message = MessageReader(file)
        opening = message.opening()
        digest = _Digest()
        message.copy_to(digest)
        _length(message)
    return opening.kind, decode_all(opening.recipient_infos), digest.value


def _length(message: MessageReader) -> int:
    """The length of the content of a message; reads it to its end."""
    message.algorithm()
    length = sum(len(piece) for piece in message.content())
    message.tail()
    return length


def _padded(length: int) -> int:
    return (length // BLOCK_BYTES + 1) * BLOCK_BYTES


def _are_archive(found: Sequence[RecipientInfo], archive: KeyIdentifier) -> bool:
    return bool(found) and all(
        isinstance(one, ArchiveRecipient) and one.identifier == archive for one in found
    )


def _are_for(found: Sequence[RecipientInfo], recipients: Sequence[Recipient]) -> bool:
    left = list(found)
    for recipient in recipients:
        named = next((one for one in left if one.is_for(recipient)), None)
        if named is None:
            return False
        left.remove(named)
    return not left


class _Digest:
    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def write(self, piece: bytes | memoryview, /) -> None:
        """Takes it in."""
        self._digest.update(piece)

    @property
    def value(self) -> bytes:
        return self._digest.digest()
