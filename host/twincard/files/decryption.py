"""Decrypting a message into an output that keeps it back until it is known to be whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import AEADDecryptionContext, CipherContext

from twincard.files.content_cipher import (
    BLOCK_BYTES,
    MAX_GCM_BYTES,
    TAG_BYTES,
    CipherMode,
    ContentCipher,
)
from twincard.files.errors import (
    ALTERED,
    AlteredError,
    RecipientRejectedError,
    TooLargeError,
    UnsupportedError,
)
from twincard.files.message import MessageKind, MessageReader
from twincard.files.output import Output
from twincard.files.recipient_codec import decode_all
from twincard.files.recipients import Opener, RecipientInfo, candidates, not_for
from twincard.files.source import Progress, Readable, Writable

_PIECE_BYTES = 1 << 20
_KIND_OF_MODE = {
    CipherMode.GCM: MessageKind.AUTH_ENVELOPED,
    CipherMode.CBC: MessageKind.ENVELOPED,
}


def decrypt(
    source: Readable, sink: Output, opener: Opener, *, progress: Progress | None = None
) -> None:
    """Decrypts AuthEnvelopedData with AES-GCM, or EnvelopedData with AES-CBC, in BER or DER.

    The sink is an Output because plaintext is written to it before the authentication tag, which
    comes last, is checked: what was written must vanish if this raises. AES-CBC has no tag at all;
    there, changes to the content are found only where they break its padding.

    Raises NotCmsError, AlteredError, UnsupportedError, NotForThisKeyError, TooLargeError,
    SourceError, and whatever the opener raises but RecipientRejectedError.
    """
    message = MessageReader(source, progress)
    opening = message.opening()
    algorithm = ContentCipher.decode(message.algorithm())
    if _KIND_OF_MODE[algorithm.mode] is not opening.kind:
        raise UnsupportedError("The file's encryption algorithm does not fit its content type.")
    cek = _open(decode_all(opening.recipient_infos), opener, algorithm.key_length)
    decryptor = algorithm.cipher(cek).decryptor()
    del cek
    if isinstance(decryptor, AEADDecryptionContext):
        _decrypt_gcm(message, sink, decryptor)
    else:
        _decrypt_cbc(message, sink, decryptor)


def _open(recipients: Iterable[RecipientInfo], opener: Opener, key_length: int) -> bytes:
    recipients = tuple(recipients)
    for recipient in candidates(recipients, opener):
        try:
            cek = opener.open(recipient)
        except RecipientRejectedError:
            continue
        # RSA PKCS#1 v1.5 with a wrong key can give anything, of any length.
        if len(cek) == key_length:
            return cek
    raise not_for(opener, recipients)


def _decrypt_gcm(message: MessageReader, sink: Writable, decryptor: AEADDecryptionContext) -> None:
    done = 0
    buffer = memoryview(bytearray(_PIECE_BYTES + BLOCK_BYTES))
    for piece in _gathered(message.content()):
        done += len(piece)
        if done > MAX_GCM_BYTES:
            raise TooLargeError("The file's content is larger than 64 GiB, the limit of AES-GCM.")
        sink.write(buffer[: decryptor.update_into(piece, buffer)])
    tail = message.tail()
    if tail.has_authenticated_attributes:
        # They are authenticated before the content but stand behind it (RFC 5083, 2.2).
        raise UnsupportedError("The file has authenticated attributes.")
    if len(tail.mac) != TAG_BYTES:
        raise AlteredError(ALTERED)
    try:
        decryptor.finalize_with_tag(tail.mac)
    except InvalidTag as error:
        raise AlteredError(ALTERED) from error


def _decrypt_cbc(message: MessageReader, sink: Writable, decryptor: CipherContext) -> None:
    buffer = memoryview(bytearray(_PIECE_BYTES + BLOCK_BYTES))
    last_block = b""
    for piece in _gathered(message.content()):
        count = decryptor.update_into(piece, buffer)
        if count:
            sink.write(last_block)
            sink.write(buffer[: count - BLOCK_BYTES])
            last_block = bytes(buffer[count - BLOCK_BYTES : count])
    message.tail()
    try:
        decryptor.finalize()
    except ValueError as error:  # not a whole number of blocks
        raise AlteredError(ALTERED) from error
    padding = last_block[-1:]
    count = int.from_bytes(padding)
    if not 1 <= count <= BLOCK_BYTES or last_block[-count:] != padding * count:
        raise AlteredError(ALTERED)
    sink.write(last_block[:-count])


def _gathered(pieces: Iterable[memoryview]) -> Iterator[memoryview]:
    """The same bytes in large pieces: some writers cut content into chunks of 4 KiB or less."""
    buffer = memoryview(bytearray(_PIECE_BYTES))
    filled = 0
    for piece in pieces:
        while piece:
            count = min(len(piece), _PIECE_BYTES - filled)
            buffer[filled : filled + count] = piece[:count]
            filled += count
            piece = piece[count:]
            if filled == _PIECE_BYTES:
                yield buffer
                filled = 0
    yield buffer[:filled]
