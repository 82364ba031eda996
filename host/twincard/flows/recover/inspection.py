"""Reads who a file is encrypted to, and no more of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from twincard.cms.errors import FilesError, NotCmsError, UnsupportedError
from twincard.cms.framing.message import MessageKind, MessageReader, Opening
from twincard.cms.framing.source import Readable
from twincard.cms.recipients.reading import Recipients
from twincard.flows.files.mail_files import check_no_mailbox
from twincard.flows.files.regular import Version, is_unreadable, open_regular
from twincard.flows.files.safely import failing_alone
from twincard.flows.recover.names import CardNames
from twincard.flows.recover.outcomes import FoundKind
from twincard.ground.language import told_by

_PIECE_BYTES = 1 << 14
_LOOKED_AT = 1 << 16


class DamagedError(FilesError):
    """The beginning of an encrypted file is damaged; `named` says whether it names the old card."""

    def __init__(self, error: FilesError, *, named: bool) -> None:
        super().__init__(told_by(error))
        self.named = named


@dataclass(frozen=True)
class Inspected:
    """The recipients of a file, not decoded yet, and which version of the file it was."""

    version: Version
    links: int
    encoded: tuple[bytes, ...]
    recipients: Recipients
    is_mail: bool
    """EnvelopedData, whose content is not authenticated."""
    is_text: bool
    """PEM or S/MIME."""


def inspect(path: Path, old: CardNames) -> Inspected:
    """Read the recipient infos of a file.

    Raises NotCmsError, MailFileError, DamagedError, UnsupportedError, and what `open_regular`
    raises.
    """
    with open_regular(path) as file:
        found = os.fstat(file.fileno())
        check_no_mailbox(file)
        message = MessageReader(_Sparing(file))
        opening = _opened(message, file, old)
    encoded = opening.recipient_infos
    return Inspected(
        Version.of(found),
        found.st_nlink,
        encoded,
        Recipients(encoded, message.budget),
        opening.kind is MessageKind.ENVELOPED,
        message.armour is not None,
    )


def refused_kind(error: FilesError | OSError) -> FoundKind:
    """What a file is of which `inspect` raised this."""
    match error:
        case NotCmsError():
            return FoundKind.NOT_ENCRYPTED
        case UnsupportedError() | DamagedError(named=True):
            return FoundKind.UNUSABLE
        case DamagedError():
            return FoundKind.MALFORMED
    return FoundKind.UNREADABLE if is_unreadable(error) else FoundKind.MISSING


def _opened(message: MessageReader, file: BinaryIO, old: CardNames) -> Opening:
    try:
        with failing_alone():
            return message.opening()
    except NotCmsError:
        raise
    except FilesError as error:
        if isinstance(error.__cause__, OSError):
            raise
        raise DamagedError(error, named=old.are_in([_head(file)])) from error


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(_LOOKED_AT)


class _Sparing:
    """Reads a file in small pieces: only its beginning is wanted."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream

    def read(self, size: int, /) -> bytes | None:
        """At most so many bytes."""
        return self._stream.read(min(size, _PIECE_BYTES))
