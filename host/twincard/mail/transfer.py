"""Content transfer encodings (RFC 2045, 6), in constant memory."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator

from twincard.cms.errors import AlteredError
from twincard.cms.framing.source import Writable

LINE_CHARACTERS = 64
"""Of base64 in what is written here: as in PEM, and at most 76 (RFC 2045, 6.8)."""
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_OTHERS = bytes(byte for byte in range(256) if byte not in _ALPHABET + b"=")
_PIECE_BYTES = 1 << 18


class Base64Output:
    """Passes on what is written to it in base64, in lines of equal length; `finish` ends it."""

    def __init__(
        self, sink: Writable, *, line_end: bytes = b"\r\n", characters: int = LINE_CHARACTERS
    ) -> None:
        """`characters` is the length of a line, a multiple of 4."""
        self._sink = sink
        self._line_end = line_end
        self._characters = characters
        self._line_bytes = characters // 4 * 3
        self._kept = b""

    def write(self, piece: bytes | memoryview, /) -> None:
        """Encodes and writes it, but for the beginning of a line."""
        view = memoryview(piece)
        for start in range(0, len(view), _PIECE_BYTES):
            data = self._kept + view[start : start + _PIECE_BYTES]
            whole = len(data) - len(data) % self._line_bytes
            self._kept = data[whole:]
            self._write_lines(data[:whole])

    def finish(self) -> None:
        """Writes the last line, and its end."""
        self._write_lines(self._kept)
        self._kept = b""

    def _write_lines(self, data: bytes) -> None:
        if not data:
            return
        text, length = binascii.b2a_base64(data, newline=False), self._characters
        lines = [text[at : at + length] for at in range(0, len(text), length)]
        self._sink.write(self._line_end.join(lines) + self._line_end)


def base64_length(count: int, *, characters: int = LINE_CHARACTERS, line_end: int = 2) -> int:
    """How many bytes a Base64Output makes of so many, given the length of its line end."""
    text = (count + 2) // 3 * 4
    return text + (text + characters - 1) // characters * line_end


def decoded(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The content of a body. What is no base64 in base64 is ignored, as RFC 2045 wants it.

    Raises AlteredError where base64 ends within a byte.
    """
    if encoding == "base64":
        return _decoded_base64(pieces)
    if encoding == "quoted-printable":
        return _decoded_quoted(pieces)
    return iter(pieces)


def _decoded_base64(pieces: Iterable[bytes]) -> Iterator[bytes]:
    kept = b""
    for piece in pieces:
        text = kept + piece.translate(None, _OTHERS)
        end = text.find(b"=")
        if end >= 0:
            # The rest of the body is read, too, but has no meaning.
            kept = b""
            yield _last(text[:end])
            for _rest in pieces:
                pass
            return
        whole = len(text) - len(text) % 4
        kept = text[whole:]
        if whole:
            yield base64.b64decode(text[:whole])
    yield _last(kept)


def _last(text: bytes) -> bytes:
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4))
    except ValueError:
        raise AlteredError() from None


def _decoded_quoted(pieces: Iterable[bytes]) -> Iterator[bytes]:
    kept = b""
    for piece in pieces:
        text = kept + piece
        # A code or a soft line break must not be cut.
        end = text.rfind(b"\n") + 1
        if not end and len(text) > _PIECE_BYTES:
            at = text.rfind(b"=", -3)
            end = at if at > 0 else len(text)
        kept = text[end:]
        if end:
            yield binascii.a2b_qp(text[:end])
    yield binascii.a2b_qp(kept)


def lines_with_crlf(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same text with all its lines ended by CRLF (RFC 8551, 3.1.1)."""
    kept = b""
    for piece in pieces:
        text = kept + piece
        end = len(text) - text.endswith(b"\r")
        kept = text[end:]
        yield with_crlf(text[:end])
    yield kept


def with_crlf(text: bytes) -> bytes:
    """The same lines, each ended by CRLF."""
    return text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
