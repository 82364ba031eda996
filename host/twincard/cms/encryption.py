"""Encrypting a stream to recipients, in constant memory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from cryptography.hazmat.primitives.ciphers import AEADEncryptionContext

from twincard.cms.content.cipher import BLOCK_BYTES, MAX_GCM_BYTES, CipherMode, ContentCipher
from twincard.cms.errors import TooLargeError
from twincard.cms.framing import ber
from twincard.cms.framing.message import DATA, MessageKind, enveloped_version
from twincard.cms.framing.source import Progress, Readable, Writable, read_some
from twincard.cms.recipients.codec import encode_recipient
from twincard.cms.recipients.infos import ArchiveWrapper, Recipient, RecipientInfo
from twincard.cms.recipients.wrapping import wrap_key
from twincard.ground.language import _

CHUNK_BYTES = 1 << 18


def encrypt(
    source: Readable,
    sink: Writable,
    recipients: Sequence[Recipient],
    *,
    mail: bool = False,
    progress: Progress | None = None,
) -> None:
    """Encrypts a stream as a CMS message, in BER with indefinite lengths.

    AuthEnvelopedData with AES-256-GCM; or, for mail programs, EnvelopedData with AES-256-CBC, which
    does not protect its content against change. Raises ValueError without recipients, TooLargeError
    beyond 64 GiB, SourceError, and what the sink raises.
    """
    if not recipients:
        raise ValueError("at least one recipient is needed")
    cipher = ContentCipher.draw(CipherMode.CBC if mail else CipherMode.GCM)
    cek = os.urandom(cipher.key_length)
    infos = [wrap_key(cek, recipient) for recipient in recipients]
    _write(source, sink, infos, cipher, cek, progress)


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
    cipher = ContentCipher.draw(CipherMode.GCM)
    cek = os.urandom(cipher.key_length)
    _write(source, sink, [wrapper.wrap(cek)], cipher, cek, progress)


def _write(
    source: Readable,
    sink: Writable,
    infos: Sequence[RecipientInfo],
    cipher: ContentCipher,
    cek: bytes,
    progress: Progress | None,
) -> None:
    mail = cipher.mode is CipherMode.CBC
    kind = MessageKind.ENVELOPED if mail else MessageKind.AUTH_ENVELOPED
    version = enveloped_version(infos) if mail else 0
    # A SET OF is sorted by its encodings (X.690, 11.6); so the order of recipients is not revealed.
    sink.write(_opening(kind, version, sorted(map(encode_recipient, infos)), cipher))
    mac = _write_content(sink, cipher, cek, _plaintext(source, progress))
    sink.write(2 * ber.END_OF_CONTENTS + mac + 3 * ber.END_OF_CONTENTS)


def _opening(
    kind: MessageKind, version: int, infos: Iterable[bytes], cipher: ContentCipher
) -> bytes:
    sequence = ber.encode_header(ber.SEQUENCE, None)
    explicit = ber.encode_header(ber.CONTEXT_0, None)
    return b"".join(
        (
            sequence + kind.value + explicit,
            sequence + ber.encode(ber.INTEGER, bytes((version,))) + ber.encode(ber.SET, *infos),
            sequence + DATA + cipher.encode() + explicit,
        )
    )


def _plaintext(source: Readable, progress: Progress | None) -> Iterator[bytes]:
    done = 0
    while True:
        piece = read_some(source, CHUNK_BYTES)
        if not piece:
            return
        yield piece
        done += len(piece)
        if progress is not None:
            progress(done)


def _write_content(
    sink: Writable, cipher: ContentCipher, cek: bytes, plaintext: Iterator[bytes]
) -> bytes:
    """Writes the chunks; returns the encoded MAC, which CBC does not have."""
    encryptor = cipher.cipher(cek).encryptor()
    buffer = memoryview(bytearray(CHUNK_BYTES + BLOCK_BYTES))
    if isinstance(encryptor, AEADEncryptionContext):
        for piece in _limited(plaintext):
            _write_chunk(sink, buffer[: encryptor.update_into(piece, buffer)])
        encryptor.finalize()
        return ber.encode(ber.OCTET_STRING, encryptor.tag)
    for piece in _padded(plaintext):
        _write_chunk(sink, buffer[: encryptor.update_into(piece, buffer)])
    encryptor.finalize()
    return b""


def _limited(pieces: Iterator[bytes]) -> Iterator[bytes]:
    done = 0
    for piece in pieces:
        done += len(piece)
        if done > MAX_GCM_BYTES:
            raise TooLargeError(_("The file is larger than 64 GiB, the limit of AES-GCM."))
        yield piece


def _padded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """With the padding of RFC 5652, 6.3, as a last piece."""
    done = 0
    for piece in pieces:
        done += len(piece)
        yield piece
    padding = BLOCK_BYTES - done % BLOCK_BYTES
    yield bytes((padding,)) * padding


def _write_chunk(sink: Writable, chunk: memoryview) -> None:
    # A pipe may give less than one block of CBC; an empty chunk would be allowed but useless.
    if chunk:
        sink.write(ber.encode_header(ber.OCTET_STRING, len(chunk)))
        sink.write(chunk)
