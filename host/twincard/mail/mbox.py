"""Where the messages of an mbox file are, in all its variants (RFC 4155, and the older ones).

mboxo and mboxrd put `>` before lines of a body that begin with `From `; mboxcl and mboxcl2 give the
length of the body in Content-Length, and mboxcl2 quotes nothing. A length is believed only where a
message, or the end of the file, follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from twincard.mail.errors import NotMailError
from twincard.mail.header import Header, read_header
from twincard.mail.scanner import Scanner

_FROM = b"From "
_FIRST_LINE = re.compile(rb"From \S[^\n]*\d\d:\d\d[^\n]*\n")
_FIRST_PIECE_BYTES = 1 << 14
_PIECE_BYTES = 1 << 20
_MAX_LINE_BYTES = 1 << 14
_LENGTH = re.compile(rb"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a file, at offsets of bytes; `number` counts from 1.

    `length_field`: its Content-Length, if that is right.
    """

    number: int
    start: int
    end: int
    header: Header
    body: int
    length_field: int | None


def is_mbox(head: bytes) -> bool:
    """Whether a file that begins so is an mbox file."""
    return _FIRST_LINE.match(head) is not None


def messages(file: BinaryIO) -> Iterator[Message]:
    """The messages of an mbox file, or the one in a file of one message.

    The file may be read in between; what is not in a message is the lines that begin with `From `,
    and the empty line before each. Raises NotMailError, SourceError.
    """
    file.seek(0)
    if not is_mbox(file.read(_MAX_LINE_BYTES)):
        yield _message(file, 1, 0, None)
        return
    start, number = _after_line(file, 0), 1
    while True:
        found = _message(file, number, start, _FROM)
        yield found
        following = _separator(file, found.end)
        if following is None:
            return
        start, number = _after_line(file, following), number + 1


def _message(file: BinaryIO, number: int, start: int, separator: bytes | None) -> Message:
    scanner = Scanner(_From(file, start))
    try:
        header = read_header(scanner)
    except NotMailError:  # what is so strange is no encrypted message; it is left as it is
        header, scanner = Header(()), Scanner(_From(file, start))
    body = start + scanner.position
    if separator is None:
        return Message(number, start, file.seek(0, 2), header, body, None)
    length = _length(header)
    if length is not None and _ends_at(file, body + length):
        return Message(number, start, body + length, header, body, length)
    return Message(number, start, _next(file, start), header, body, None)


def _length(header: Header) -> int | None:
    fields = header.all("content-length")
    if len(fields) != 1 or not _LENGTH.fullmatch(fields[0].value):
        return None
    return int(fields[0].value)


def _ends_at(file: BinaryIO, at: int) -> bool:
    """Whether a body may end there: with the file, or before a line that begins with `From `."""
    if at > file.seek(0, 2):
        return False
    return _separator(file, at) is not None or _rest_is_blank(file, at)


def _separator(file: BinaryIO, at: int) -> int | None:
    """Where the line that begins with `From ` is, after at most two empty lines."""
    file.seek(max(at - 1, 0))
    before, after = file.read(min(at, 1)), file.read(16)
    if not after:
        return None
    skipped = 0
    while after[skipped : skipped + 1] in (b"\r", b"\n"):
        skipped += 1
    begins_line = before == b"\n" or after[max(skipped - 1, 0) : skipped] == b"\n"
    return at + skipped if begins_line and after[skipped:].startswith(_FROM) else None


def _rest_is_blank(file: BinaryIO, at: int) -> bool:
    file.seek(at)
    return file.read(16).strip(b"\r\n") == b""


def _next(file: BinaryIO, start: int) -> int:
    """The end of the message before the next line that begins with `From `."""
    file.seek(start)
    # Most messages are short: less is read of what belongs to the next ones.
    size = _FIRST_PIECE_BYTES
    base, buffer = start, file.read(size)
    if buffer.startswith(_FROM):
        return start
    while True:
        found = buffer.find(b"\n" + _FROM)
        if found >= 0:
            return base + found + 1
        size = min(2 * size, _PIECE_BYTES)
        piece = file.read(size)
        if not piece:
            return base + len(buffer)
        kept = len(_FROM)
        base += len(buffer) - kept
        buffer = buffer[-kept:] + piece


def _after_line(file: BinaryIO, at: int) -> int:
    file.seek(at)
    while piece := file.read(_MAX_LINE_BYTES):
        end = piece.find(b"\n")
        if end >= 0:
            return at + end + 1
        at += len(piece)
    return at


class _From:
    """A file read from an offset on, whatever else moves its position."""

    def __init__(self, file: BinaryIO, at: int) -> None:
        self._file = file
        self._at = at

    def read(self, size: int, /) -> bytes:
        self._file.seek(self._at)
        piece = self._file.read(min(size, _MAX_LINE_BYTES))
        self._at += len(piece)
        return piece
