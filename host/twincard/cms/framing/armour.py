"""Messages as text: PEM (RFC 7468, 9), and S/MIME as one MIME entity (RFC 8551, 3.2).

They are decoded piece by piece. A message that is written anew keeps what stands around its base64,
and the length of its lines.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

from twincard.cms.errors import AlteredError
from twincard.cms.framing.source import Source, Writable

_FIRST_OF_BINARY = b"\x30"
_HEAD_BYTES = 1 << 16
"""What may stand before the base64, and after it."""
_SPACES = b" \t\r\n"
# The last two are gpgsm's.
_BEGIN = re.compile(
    rb"^-----BEGIN (CMS|PKCS7|PKCS #7|ENCRYPTED MESSAGE|SIGNED MESSAGE)-----[ \t]*(\r?\n)",
    re.MULTILINE,
)
_HEADER = re.compile(rb"(?:From [^\r\n]*\r?\n)?(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)+(\r?\n)")
_CONTENT_TYPE = re.compile(
    rb"^content-type:\s*application/(?:(?:x-)?pkcs7-mime|cms|octet-stream[^\n]*(?:\n[ \t][^\n]*)*"
    rb"\.p7m)\b",
    re.MULTILINE | re.IGNORECASE,
)
_BASE64 = re.compile(rb"^content-transfer-encoding:\s*base64\s*$", re.MULTILINE | re.IGNORECASE)
_USUAL_LINE = 64
_LONGEST_LINE = 1 << 10


class BrokenArmourError(AlteredError):
    """The text around a message says that one is there, but it is no base64."""


@dataclass(frozen=True, slots=True)
class Armour:
    """What stands before a message in a text, and how its base64 is written.

    ``line``: characters of a line, 0 where the message stands there as it is.
    """

    head: bytes
    line: int
    line_end: bytes
    label: bytes | None


def find_armour(source: Source) -> Armour | None:
    """The armour of what the source begins with; None for a message as it is. Nothing is read."""
    if source.peek(1) in (b"", _FIRST_OF_BINARY):
        return None
    head = source.peek(_HEAD_BYTES)
    pem = _BEGIN.search(head)
    if pem is not None:
        return Armour(head[: pem.end()], _line_of(head[pem.end() :]), pem[2], pem[1])
    mime = _HEADER.match(head)
    if mime is None or not _CONTENT_TYPE.search(mime[0]):
        return None
    line = _line_of(head[mime.end() :]) if _BASE64.search(mime[0]) else 0
    return Armour(mime[0], line, mime[1], None)


def _line_of(text: bytes) -> int:
    """Characters of the first of several lines."""
    first, _end, rest = text.partition(b"\n")
    length = len(first.rstrip())
    return (
        length if rest.strip() and 0 < length <= _LONGEST_LINE and not length % 4 else _USUAL_LINE
    )


class ArmouredSource:
    """Reads the message inside of an armour, whose source stands at its beginning.

    ``tail`` is what stood behind the base64, known at the end. Reading raises BrokenArmourError.
    """

    def __init__(self, source: Source, armour: Armour) -> None:
        source.take(len(armour.head))
        self._source = source
        self._armour = armour
        self._digits = b""
        self._is_padded = False
        self._at_end = False
        self.tail = b""

    def read(self, size: int, /) -> bytes:
        """About so many bytes; empty at the end."""
        while not self._at_end:
            text = self._text(size)
            decoded = self._decoded(text) if self._armour.line else text
            if decoded:
                return decoded
        return b""

    def _text(self, size: int) -> bytes:
        self._at_end = self._source.at_end()
        return b"" if self._at_end else bytes(self._source.some(size))

    def _decoded(self, text: bytes) -> bytes:
        end = text.find(b"-") if self._armour.label else -1
        rest = b""
        if end >= 0:
            text, rest = text[:end], text[end:]
            while not self._source.at_end() and len(rest) <= _HEAD_BYTES:
                rest += self._source.some(_HEAD_BYTES)
            self._at_end = True
        elif self._at_end and self._armour.label:
            raise AlteredError()
        digits = text.rstrip(_SPACES)
        self.tail = text[len(digits) :] if digits else self.tail + text
        self._check_tail(rest)
        return self._bytes(digits.translate(None, _SPACES))

    def _bytes(self, digits: bytes) -> bytes:
        if digits and self._is_padded:
            raise BrokenArmourError()
        self._digits += digits
        whole = len(self._digits) - len(self._digits) % 4
        piece, self._digits = self._digits[:whole], self._digits[whole:]
        self._is_padded |= piece.endswith(b"=")
        if self._digits and (self._at_end or self._is_padded):
            raise BrokenArmourError()
        try:
            return binascii.a2b_base64(piece, strict_mode=True)
        except binascii.Error as error:
            raise BrokenArmourError() from error

    def _check_tail(self, rest: bytes) -> None:
        self.tail += rest
        if len(self.tail) > _HEAD_BYTES:
            raise BrokenArmourError()
        label = self._armour.label or b""
        if rest and not re.fullmatch(rb"-----END " + re.escape(label) + rb"-----\s*", rest):
            raise BrokenArmourError()


class ArmouredSink:
    """Writes a message in an armour; it is complete after `finish`."""

    def __init__(self, sink: Writable, armour: Armour) -> None:
        self._sink = sink
        self._line = armour.line
        self._line_end = armour.line_end
        self._rest = b""
        self._is_first = True
        sink.write(armour.head)

    def write(self, piece: bytes | memoryview, /) -> None:
        """Writes all of it, except for what fills no line yet."""
        if not self._line:
            self._sink.write(piece)
            return
        joined = self._rest + bytes(piece)
        bytes_a_line = self._line // 4 * 3
        whole = len(joined) - len(joined) % bytes_a_line
        self._rest = joined[whole:]
        self._write_lines(joined[:whole])

    def finish(self, tail: bytes) -> None:
        """Ends the message; ``tail`` is what stands behind its base64."""
        self._write_lines(self._rest)
        self._rest = b""
        self._sink.write(tail)

    def _write_lines(self, content: bytes) -> None:
        if not content:
            return
        digits = binascii.b2a_base64(content, newline=False)
        starts = range(0, len(digits), self._line)
        text = self._line_end.join([digits[start : start + self._line] for start in starts])
        self._sink.write(text if self._is_first else self._line_end + text)
        self._is_first = False
