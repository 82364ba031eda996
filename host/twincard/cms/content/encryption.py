"""Writes a message piece by piece: its opening, the encrypted content, and what follows it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from asn1crypto import core
from cryptography.hazmat.primitives.ciphers import AEADEncryptionContext

from twincard.cms.content.attributes import authenticated_data, encode_attributes
from twincard.cms.content.cipher import (
    BLOCK_BYTES,
    MAX_GCM_BYTES,
    TAG_BYTES,
    CipherMode,
    ContentCipher,
)
from twincard.cms.errors import SourceError, TooLargeError
from twincard.cms.framing import ber
from twincard.cms.framing.message import DATA_CONTENT, MessageKind, enveloped_version
from twincard.cms.framing.source import Writable
from twincard.cms.recipients.codec import encode_recipient
from twincard.cms.recipients.infos import ArchiveWrapper, Recipient, RecipientInfo
from twincard.cms.recipients.mail import mail_cipher
from twincard.cms.recipients.wrapping import wrap_key
from twincard.ground.language import _
from twincard.ground.whole_writes import WholeSink

CHUNK_BYTES = 1 << 18
_HEADER_BYTES = 5
"""Of a full chunk; shorter ones have shorter headers."""
_BUFFER_BYTES = 4 * (_HEADER_BYTES + CHUNK_BYTES) + BLOCK_BYTES
_PRIMITIVE_0 = 0x80


class MessageWriter:
    """A CMS message, written to a sink: AuthEnvelopedData with AES-256-GCM.

    With ``mail`` what the recipients' mail programs read, which is EnvelopedData with AES-256-CBC
    unless their certificates announce more. The message is complete after `finish`.
    """

    def __init__(
        self,
        sink: Writable,
        encrypted_to: Sequence[Recipient] | ArchiveWrapper,
        *,
        mail: bool = False,
        authenticated: bool = False,
        size: int | None = None,
        content_type: str = DATA_CONTENT,
    ) -> None:
        """Writes the opening: to recipients, or to an archive key and nobody else.

        ``authenticated``: with AES-GCM, even if not all mail programs read it.
        In BER with indefinite lengths; in DER where ``size``, the number of bytes of the content,
        is known. ``content_type``: what the content is, an object identifier. Raises ValueError
        without recipients, or for mail to an archive key, and what sink and archive key raise.
        """
        self._sink = WholeSink(sink)
        self._cipher = ContentCipher.draw(*_mode(encrypted_to, mail=mail and not authenticated))
        cek = os.urandom(self._cipher.key_length)
        infos = _infos(cek, encrypted_to, mail=mail)
        kind = (
            MessageKind.ENVELOPED
            if self._cipher.mode is CipherMode.CBC
            else MessageKind.AUTH_ENVELOPED
        )
        version = enveloped_version(infos) if kind is MessageKind.ENVELOPED else 0
        # A SET OF is sorted by its encodings (X.690, 11.6); so the order of recipients is not
        # revealed.
        encoded = sorted(map(encode_recipient, infos))
        self._size = size
        self._attributes = b""
        if kind is MessageKind.AUTH_ENVELOPED:
            self._attributes = encode_attributes(content_type)
        inner = core.ObjectIdentifier(content_type).dump() + self._cipher.encode()
        tail_bytes = len(self._attributes) + 2 + TAG_BYTES
        self._sink.write(
            _opening(kind, version, encoded, inner, _lengths(self._cipher, size, tail_bytes))
        )
        self._encryptor = self._cipher.cipher(cek).encryptor()
        if self._attributes and isinstance(self._encryptor, AEADEncryptionContext):
            attributes = authenticated_data(self._attributes, content_type)
            self._encryptor.authenticate_additional_data(attributes)
        # Several chunks are written together.
        self._buffer = memoryview(bytearray(_BUFFER_BYTES))
        self._filled = 0
        self._done = 0

    def write(self, piece: bytes | memoryview, /) -> None:
        """Encrypts a piece of the content.

        Raises TooLargeError, SourceError beyond the size that was announced, and what the sink
        raises.
        """
        view = memoryview(piece)
        self._done += len(view)
        if self._size is not None and self._done > self._size:
            raise _changed()
        if self._done > MAX_GCM_BYTES and self._cipher.mode is CipherMode.GCM:
            raise TooLargeError(_("The file is larger than 64 GiB, the limit of AES-GCM."))
        for start in range(0, len(view), CHUNK_BYTES):
            self._write_chunk(view[start : start + CHUNK_BYTES])

    def finish(self) -> None:
        """Ends the content and the message. Raises as `write` does."""
        mac = b""
        if self._size not in (None, self._done):
            raise _changed()
        if self._cipher.mode is CipherMode.CBC:
            padding = BLOCK_BYTES - self._done % BLOCK_BYTES  # RFC 5652, 6.3
            self._write_chunk(bytes((padding,)) * padding)
        self._flush()
        self._encryptor.finalize()
        if isinstance(self._encryptor, AEADEncryptionContext):
            mac = self._attributes + ber.encode(ber.OCTET_STRING, self._encryptor.tag)
        if self._size is None:
            mac = 2 * ber.END_OF_CONTENTS + mac + 3 * ber.END_OF_CONTENTS
        self._sink.write(mac)

    def _write_chunk(self, part: bytes | memoryview) -> None:
        if self._filled + _HEADER_BYTES + len(part) + BLOCK_BYTES > _BUFFER_BYTES:
            self._flush()
        start = self._filled if self._size is not None else self._filled + _HEADER_BYTES
        count = self._encryptor.update_into(part, self._buffer[start:])
        # A pipe may give less than one block of CBC; an empty chunk would be allowed but useless.
        if count and self._size is None:
            header = ber.encode_header(ber.OCTET_STRING, count)
            if len(header) < _HEADER_BYTES:
                moved = bytes(self._buffer[start : start + count])
                start = self._filled + len(header)
                self._buffer[start : start + count] = moved
            self._buffer[self._filled : start] = header
        if count:
            self._filled = start + count

    def _flush(self) -> None:
        self._sink.write(self._buffer[: self._filled])
        self._filled = 0


def _infos(
    cek: bytes, encrypted_to: Sequence[Recipient] | ArchiveWrapper, *, mail: bool
) -> list[RecipientInfo]:
    if isinstance(encrypted_to, Sequence):
        if not encrypted_to:
            raise ValueError("at least one recipient is needed")
        return [wrap_key(cek, recipient, mail=mail) for recipient in encrypted_to]
    if mail:
        raise ValueError("mail has no archive key")
    return [encrypted_to.wrap(cek)]


def _mode(
    encrypted_to: Sequence[Recipient] | ArchiveWrapper, *, mail: bool
) -> tuple[CipherMode, int]:
    if mail and isinstance(encrypted_to, Sequence):
        return mail_cipher(encrypted_to)
    return CipherMode.GCM, 32


def _lengths(cipher: ContentCipher, size: int | None, tail_bytes: int) -> tuple[int, int] | None:
    """Bytes of the encrypted content and of what follows it, if they are known."""
    if size is None:
        return None
    if cipher.mode is CipherMode.CBC:
        return size - size % BLOCK_BYTES + BLOCK_BYTES, 0
    return size, tail_bytes


def _opening(
    kind: MessageKind,
    version: int,
    infos: Iterable[bytes],
    inner: bytes,
    lengths: tuple[int, int] | None,
) -> bytes:
    """Up to the content. ``inner``: the fields of the EncryptedContentInfo before it."""
    before = ber.encode(ber.INTEGER, bytes((version,))) + ber.encode(ber.SET, *infos)
    # The headers from the inside to the outside; each length includes what the inner ones add.
    length, tail = (None, 0) if lengths is None else lengths
    opening = inner + ber.encode_header(ber.CONTEXT_0 if length is None else _PRIMITIVE_0, length)
    for tag, head in ((ber.SEQUENCE, before), (ber.SEQUENCE, b""), (ber.CONTEXT_0, kind.value)):
        whole = None if length is None else len(opening) + length
        opening = head + ber.encode_header(tag, whole) + opening
        if length is not None:
            length, tail = length + tail, 0
    outer = None if length is None else len(opening) + length
    return ber.encode_header(ber.SEQUENCE, outer) + opening


def _changed() -> SourceError:
    return SourceError(_("The file was changed while it was being encrypted."))
