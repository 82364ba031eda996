"""Encrypting a stream to recipients, in constant memory."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Sequence

from twincard.cms.content.encryption import CHUNK_BYTES, MessageWriter
from twincard.cms.framing.message import DATA_CONTENT
from twincard.cms.framing.output import Output
from twincard.cms.framing.output_around import OutputAround
from twincard.cms.framing.source import Progress, Readable, Writable, read_some
from twincard.cms.recipients.infos import ArchiveWrapper, Recipient

_READ_AHEAD_BYTES = 1 << 20


def encrypt(
    source: Readable,
    sink: Writable,
    recipients: Sequence[Recipient],
    *,
    mail: bool = False,
    content_type: str = DATA_CONTENT,
    progress: Progress | None = None,
) -> None:
    """Encrypts a stream as a CMS message, in BER with indefinite lengths.

    AuthEnvelopedData with AES-256-GCM; or, for mail programs, what they read: EnvelopedData with
    AES-256-CBC, which does not protect its content against change, unless the certificates of all
    recipients announce AES-GCM. Some mail programs read only DER, so mail is DER where its length
    can be known beforehand: from a file, or below 1 MiB.

    ``content_type`` is the object identifier of what the stream is, if not plain bytes; AES-GCM
    authenticates it too (RFC 5083, 2.1).

    Raises ValueError without recipients, TooLargeError beyond 64 GiB, SourceError, and what the
    sink raises.
    """
    size = None
    if mail:
        source, size = _measured(source)
    message = MessageWriter(sink, recipients, mail=mail, size=size, content_type=content_type)
    _encrypt(source, message, progress)


def encrypt_to_archive(
    source: Readable,
    sink: Writable,
    wrapper: ArchiveWrapper,
    *,
    progress: Progress | None = None,
) -> None:
    """Encrypts a stream for the archive key of a card, and for nobody else.

    AuthEnvelopedData with AES-256-GCM and one KEKRecipientInfo: no public key is used. Raises
    TooLargeError beyond 64 GiB, SourceError, and what wrapper and sink raise.
    """
    _encrypt(source, MessageWriter(sink, wrapper), progress)


class EncryptedOutput(OutputAround):
    """An output that encrypts what is written to it, and passes it on to another output.

    Given to `decrypt`, it makes a new message of another's content, which never lies on a disk
    unencrypted. It is published with the other output. Its block raises as `encrypt` and
    `encrypt_to_archive` do.
    """

    def __init__(
        self,
        inner: Output,
        encrypted_to: Sequence[Recipient] | ArchiveWrapper,
        *,
        mail: bool = False,
        content_type: str = DATA_CONTENT,
    ) -> None:
        """To recipients, or to an archive key and nobody else; the others as for `encrypt`."""
        super().__init__(inner)
        self._encrypted_to = encrypted_to
        self._mail = mail
        self._content_type = content_type
        self._message: MessageWriter | None = None

    def write(self, piece: bytes | memoryview, /) -> None:
        """Encrypts and writes all of it. Raises TooLargeError, OutputError."""
        if self._message is None:
            raise ValueError("an output is written to inside its with statement")
        self._message.write(piece)

    def restart(self) -> None:
        """Begins a new message, under a new key. Raises OutputError."""
        if self._message is None:
            raise ValueError("an output is written to inside its with statement")
        self._inner.restart()
        self._message = self._opened()

    def tell(self, content_type: str, /) -> None:
        """Begins the message anew where the content is of another type than it was made for."""
        if content_type != self._content_type:
            self._content_type = content_type
            self.restart()

    def _opened(self) -> MessageWriter:
        return MessageWriter(
            self._inner, self._encrypted_to, mail=self._mail, content_type=self._content_type
        )

    def _begin(self) -> None:
        self._message = self._opened()

    def _end(self) -> None:
        if self._message is not None:
            self._message.finish()

    def _clear(self) -> None:
        self._message = None


def _measured(source: Readable) -> tuple[Readable, int | None]:
    """A stream with the same bytes, and how many it has, if that is known."""
    size = _rest_of_file(source)
    if size is not None:
        return source, size
    ahead = b""
    while len(ahead) <= _READ_AHEAD_BYTES and (piece := read_some(source, CHUNK_BYTES)):
        ahead += piece
    at_end = len(ahead) <= _READ_AHEAD_BYTES
    return _Prepended(ahead, source), len(ahead) if at_end else None


def _rest_of_file(source: Readable) -> int | None:
    if not isinstance(source, io.BufferedReader):
        return None
    try:
        status = os.fstat(source.fileno())
        return max(0, status.st_size - source.tell()) if stat.S_ISREG(status.st_mode) else None
    except OSError:
        return None


class _Prepended:
    """A stream after bytes that were read from it already."""

    def __init__(self, ahead: bytes, source: Readable) -> None:
        self._ahead = ahead
        self._source = source

    def read(self, size: int, /) -> bytes | None:
        if not self._ahead:
            return self._source.read(size)
        piece, self._ahead = self._ahead[:size], self._ahead[size:]
        return piece


def _encrypt(source: Readable, message: MessageWriter, progress: Progress | None) -> None:
    done = 0
    while piece := read_some(source, CHUNK_BYTES):
        message.write(piece)
        done += len(piece)
        if progress is not None:
            progress(done)
    message.finish()
