"""Reads who a file is encrypted to, and no more of it."""

from __future__ import annotations

import base64
import binascii
import io
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from twincard.cms.errors import FilesError, NotCmsError, UnsupportedError
from twincard.cms.framing.message import MessageKind, Opening
from twincard.cms.framing.source import Readable
from twincard.cms.recipients.reading import Recipients
from twincard.cms.transcoding import read_opening
from twincard.flows.files.regular import Version, is_unreadable, open_regular
from twincard.flows.files.safely import failing_alone
from twincard.flows.recover.names import CardNames
from twincard.flows.recover.outcomes import FoundKind
from twincard.ground.language import _

_PIECE_BYTES = 1 << 14
_LOOKED_AT = 1 << 16
_ARMOUR = re.compile(
    rb"-----BEGIN (?:PKCS7|CMS)-----\r?\n|(?i:^content-type:\s*application/(?:x-)?pkcs7-mime)",
    re.MULTILINE,
)
_HEADERS_END = re.compile(rb"\r?\n\r?\n")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


class DamagedError(FilesError):
    """The beginning of an encrypted file is damaged; `named` says whether it names the old card."""

    def __init__(self, error: FilesError, *, named: bool) -> None:
        super().__init__(str(error))
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


def inspect(path: Path, old: CardNames) -> Inspected:
    """Read the recipient infos of a file.

    Raises NotCmsError, DamagedError, UnsupportedError, and what `open_regular` raises.
    """
    with open_regular(path) as file:
        found = os.fstat(file.fileno())
        opening, recipients = _opening(file, old)
    encoded = opening.recipient_infos
    is_mail = opening.kind is MessageKind.ENVELOPED
    return Inspected(Version.of(found), found.st_nlink, encoded, recipients, is_mail)


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


def _opening(file: BinaryIO, old: CardNames) -> tuple[Opening, Recipients]:
    try:
        with failing_alone():
            return read_opening(_Sparing(file))
    except NotCmsError:
        head = _head(file)
        if _ARMOUR.search(head[:_PIECE_BYTES]):
            return _armoured(head, old)
        raise
    except FilesError as error:
        if isinstance(error.__cause__, OSError):
            raise
        raise DamagedError(error, named=old.are_in([_head(file)])) from error


def _armoured(head: bytes, old: CardNames) -> tuple[Opening, Recipients]:
    """For a file in text form whose recipients do not include the old card."""
    opening, recipients = _read_base64(head)
    if not old.are_in(opening.recipient_infos):
        return opening, recipients
    raise UnsupportedError(
        _(
            "The file is encrypted to the old card in a text form (PEM or S/MIME). Convert it with "
            "`openssl cms -cmsout -outform DER`, then run the command again."
        )
    )


def _read_base64(head: bytes) -> tuple[Opening, Recipients]:
    if head.lstrip().startswith(b"-----"):
        text = head.partition(b"-----\n")[2] or head.partition(b"-----\r\n")[2]
        text = text.partition(b"-----")[0]
    else:
        text = _HEADERS_END.split(head, maxsplit=1)[-1]
    digits = _NOT_BASE64.sub(b"", text)
    try:
        binary = base64.b64decode(digits[: len(digits) - len(digits) % 4])
    except binascii.Error:
        binary = b""
    with failing_alone():
        return read_opening(io.BytesIO(binary))


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
