"""Decrypts content with a known key, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import AEADDecryptionContext, CipherContext

from twincard.cms.content.cipher import BLOCK_BYTES, MAX_GCM_BYTES, TAG_BYTES, ContentCipher
from twincard.cms.errors import AlteredError, TooLargeError, UnsupportedError
from twincard.cms.framing.message import Tail
from twincard.cms.framing.source import Writable
from twincard.ground.language import _

_PIECE_BYTES = 1 << 20


def decrypt_content(
    algorithm: ContentCipher,
    key: bytes,
    pieces: Iterable[memoryview],
    tail: Callable[[], Tail],
    sink: Writable,
) -> None:
    """Decrypts the pieces into the sink; ``tail`` is called after the last of them.

    Raises AlteredError (discard what was written then), TooLargeError, UnsupportedError.
    """
    decryptor = algorithm.cipher(key).decryptor()
    if isinstance(decryptor, AEADDecryptionContext):
        _decrypt_gcm(pieces, tail, sink, decryptor)
    else:
        _decrypt_cbc(pieces, tail, sink, decryptor)


def is_whole(
    algorithm: ContentCipher, key: bytes, pieces: Iterable[memoryview], tail: Tail
) -> bool:
    """Whether the content has the right tag under the key, or in AES-CBC a valid padding."""
    try:
        decrypt_content(algorithm, key, pieces, lambda: tail, _Nowhere())
    except AlteredError:
        return False
    return True


class _Nowhere:
    """A sink that keeps nothing."""

    def write(self, piece: bytes | memoryview, /) -> None:
        """Drops it."""


def _decrypt_gcm(
    pieces: Iterable[memoryview],
    tail: Callable[[], Tail],
    sink: Writable,
    decryptor: AEADDecryptionContext,
) -> None:
    done = 0
    buffer = memoryview(bytearray(_PIECE_BYTES + BLOCK_BYTES))
    for piece in _gathered(pieces):
        done += len(piece)
        if done > MAX_GCM_BYTES:
            raise TooLargeError(
                _("The file's content is larger than 64 GiB, the limit of AES-GCM.")
            )
        sink.write(buffer[: decryptor.update_into(piece, buffer)])
    end = tail()
    if end.has_authenticated_attributes:
        # They are authenticated before the content but follow it (RFC 5083, 2.2).
        raise UnsupportedError(_("The file has authenticated attributes."))
    if len(end.mac) != TAG_BYTES:
        raise AlteredError()
    try:
        decryptor.finalize_with_tag(end.mac)
    except InvalidTag as error:
        raise AlteredError() from error


def _decrypt_cbc(
    pieces: Iterable[memoryview],
    tail: Callable[[], Tail],
    sink: Writable,
    decryptor: CipherContext,
) -> None:
    buffer = memoryview(bytearray(_PIECE_BYTES + BLOCK_BYTES))
    last_block = b""
    for piece in _gathered(pieces):
        count = decryptor.update_into(piece, buffer)
        if count:
            sink.write(last_block)
            sink.write(buffer[: count - BLOCK_BYTES])
            last_block = bytes(buffer[count - BLOCK_BYTES : count])
    tail()
    try:
        decryptor.finalize()
    except ValueError as error:  # not a whole number of blocks
        raise AlteredError() from error
    padding = last_block[-1:]
    count = int.from_bytes(padding)
    if not 1 <= count <= BLOCK_BYTES or last_block[-count:] != padding * count:
        raise AlteredError()
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
