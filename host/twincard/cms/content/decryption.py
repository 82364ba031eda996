"""Decrypts content with a known key, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import AEADDecryptionContext, CipherContext

from twincard.cms.content.cipher import BLOCK_BYTES, MAX_GCM_BYTES, TAG_BYTES, ContentCipher
from twincard.cms.errors import AlteredError, TooLargeError
from twincard.cms.framing.message import Tail
from twincard.cms.framing.source import Writable
from twincard.ground.language import _

_PIECE_BYTES = 1 << 20
_LONG_BYTES = 1 << 16
"""Pieces of this size are decrypted as they are, without gathering them."""


class WrongKeyError(AlteredError):
    """The content does not open with the key: either is wrong. ``tail`` follows the content."""

    def __init__(self, tail: Tail) -> None:
        super().__init__()
        self.tail = tail


def decrypt_content(
    algorithm: ContentCipher,
    key: bytes,
    pieces: Iterable[memoryview],
    tail: Callable[[], Tail],
    sink: Writable,
    *,
    authenticated: bytes = b"",
    tag_inside: bool = False,
) -> Tail:
    """Decrypts the pieces into the sink; ``tail`` is called after the last of them.

    In AES-GCM: ``authenticated`` is what the tag also protects; ``tag_inside``: the tag is the end
    of the content, not in the tail. If this raises, discard what was written. Raises WrongKeyError
    if only the key or the content may be wrong, another AlteredError, TooLargeError.
    """
    decryptor = algorithm.cipher(key).decryptor()
    if not isinstance(decryptor, AEADDecryptionContext):
        return _decrypt_cbc(pieces, tail, sink, decryptor, algorithm.block_bytes)
    if authenticated:
        decryptor.authenticate_additional_data(authenticated)
    end = _End()
    if tag_inside:
        pieces = end.cut_off(pieces)
    _decrypt_gcm(pieces, sink, decryptor)
    last = tail()
    tag = end.value if tag_inside else last.mac
    if len(tag) != TAG_BYTES:
        raise AlteredError()
    try:
        decryptor.finalize_with_tag(tag)
    except InvalidTag as error:
        raise WrongKeyError(last) from error
    return last


class _End:
    """The last bytes of a content, which are its tag."""

    def __init__(self) -> None:
        self.value = b""

    def cut_off(self, pieces: Iterable[memoryview]) -> Iterator[memoryview]:
        """The pieces without the end, which is known after the last of them."""
        for piece in pieces:
            if len(piece) < TAG_BYTES:
                joined = self.value + bytes(piece)
                self.value = joined[-TAG_BYTES:]
                yield memoryview(joined[:-TAG_BYTES])
                continue
            yield memoryview(self.value)
            self.value = bytes(piece[-TAG_BYTES:])
            yield piece[:-TAG_BYTES]


def _decrypt_gcm(
    pieces: Iterable[memoryview], sink: Writable, decryptor: AEADDecryptionContext
) -> None:
    done = filled = 0
    buffer = memoryview(bytearray(_PIECE_BYTES + BLOCK_BYTES))
    for piece in _gathered(pieces):
        done += len(piece)
        if done > MAX_GCM_BYTES:
            raise TooLargeError(
                _("The file's content is larger than 64 GiB, the limit of AES-GCM.")
            )
        if filled + len(piece) > _PIECE_BYTES:
            sink.write(buffer[:filled])
            filled = 0
        filled += decryptor.update_into(piece, buffer[filled:])
    sink.write(buffer[:filled])


def _decrypt_cbc(
    pieces: Iterable[memoryview],
    tail: Callable[[], Tail],
    sink: Writable,
    decryptor: CipherContext,
    block: int,
) -> Tail:
    buffer = memoryview(bytearray(2 * BLOCK_BYTES + _PIECE_BYTES))
    last_block = b""
    for piece in _gathered(pieces):
        # The last block, which may be padding, waits for what follows it.
        start = len(last_block)
        buffer[:start] = last_block
        end = start + decryptor.update_into(piece, buffer[start:])
        last_block = bytes(buffer[max(0, end - block) : end])
        sink.write(buffer[: end - len(last_block)])
    last = tail()
    try:
        decryptor.finalize()
    except ValueError as error:  # not a whole number of blocks
        raise WrongKeyError(last) from error
    padding = last_block[-1:]
    count = int.from_bytes(padding)
    if not 1 <= count <= block or last_block[-count:] != padding * count:
        raise WrongKeyError(last)
    sink.write(last_block[:-count])
    return last


def _gathered(pieces: Iterable[memoryview]) -> Iterator[memoryview]:
    """The same bytes in pieces of at most 1 MiB: some writers cut content into short ones."""
    buffer = memoryview(bytearray(_PIECE_BYTES))
    filled = 0
    for piece in pieces:
        if filled and filled + len(piece) > _PIECE_BYTES:
            yield buffer[:filled]
            filled = 0
        while len(piece) >= _LONG_BYTES and not filled:
            yield piece[:_PIECE_BYTES]
            piece = piece[_PIECE_BYTES:]
        buffer[filled : filled + len(piece)] = piece
        filled += len(piece)
    yield buffer[:filled]
