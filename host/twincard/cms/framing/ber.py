"""BER framing (X.690, 8.1), read element by element, so that no message is ever held whole.

Only identifiers of one byte occur in the structures that are walked here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import NamedTuple

from twincard.cms.errors import AlteredError, UnsupportedError
from twincard.cms.framing.source import Source
from twincard.ground.language import _

INTEGER = 0x02
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
CONSTRUCTED = 0x20
CONSTRUCTED_OCTET_STRING = OCTET_STRING | CONSTRUCTED
SEQUENCE = 0x30
SET = 0x31
CONTEXT_0 = 0xA0
CONTEXT_1 = 0xA1
CONTEXT_2 = 0xA2

END_OF_CONTENTS = b"\0\0"
MAX_STRUCTURE_BYTES = 8 << 20
"""Limit for everything except the content, together: it is held in memory."""
MAX_ELEMENTS = 1 << 18
"""Limit for the elements in it that are looked at one by one, which takes time."""
MAX_DEPTH = 16
MAX_OID_BYTES = 64
"""Longer than any standard object identifier."""
_NO_LIMIT = 1 << 63
_SHORT_BYTES = 1 << 16
"""Strings up to this size are gathered in large pieces."""


class Header(NamedTuple):
    """Identifier and length of one element; ``length`` is None where it is indefinite."""

    tag: int
    length: int | None
    encoded: bytes


class _Scope(NamedTuple):
    """A constructed element being read: where it ends, and where the innermost known end is."""

    end: int | None
    limit: int


class Budget:
    """What the structures of one message may cost: bytes in memory, and elements."""

    def __init__(self) -> None:
        self._bytes = MAX_STRUCTURE_BYTES
        self._elements = MAX_ELEMENTS

    def spend(self, count: int) -> None:
        """One more element with so many bytes. Raises UnsupportedError."""
        self._bytes -= count
        self._elements -= 1
        if self._bytes < 0 or self._elements < 0:
            raise UnsupportedError(
                _("The file has more recipients, or more about them, than can be read.")
            )


class Mark(NamedTuple):
    """A place in a message, to which `BerReader.resume` returns."""

    position: int
    scopes: tuple[_Scope, ...]


class BerReader:
    """Walks nested elements and checks that each lies wholly inside the one around it.

    Every method raises AlteredError for anything that is not well-formed.
    """

    def __init__(self, source: Source, budget: Budget | None = None) -> None:
        self._source = source
        self._scopes = [_Scope(None, _NO_LIMIT)]
        self._budget = budget or Budget()

    def mark(self) -> Mark:
        """The present place."""
        return Mark(self._source.position, tuple(self._scopes))

    def resume(self, mark: Mark, source: Source) -> None:
        """Goes on at a place that was left, from a source that stands there."""
        self._source = source
        self._scopes = list(mark.scopes)

    def header(self) -> Header:
        """Reads an identifier and a length of any form."""
        encoded = self._source.take(2)
        tag, first = encoded
        length: int | None = first
        if tag & 0x1F == 0x1F:
            raise AlteredError()
        if first == 0x80:
            if not tag & CONSTRUCTED:
                raise AlteredError()
            length = None
        elif first > 0x80:
            if first > 0x88:
                raise AlteredError()
            more = self._source.take(first - 0x80)
            encoded += more
            length = int.from_bytes(more)
        if self._source.position + (length or 0) > self._scopes[-1].limit:
            raise AlteredError()
        return Header(tag, length, encoded)

    def enter(self, tag: int) -> Header:
        """Reads the header of a constructed element with this tag and goes inside."""
        header = self.header()
        if header.tag != tag:
            raise AlteredError()
        self._push(header)
        return header

    def more(self) -> bool:
        """Whether another element follows inside the present one."""
        end = self._scopes[-1].end
        if end is not None:
            return self._source.position < end
        if self._source.position + 2 > self._scopes[-1].limit:
            raise AlteredError()
        return self._ahead(2) != END_OF_CONTENTS

    def leave(self) -> None:
        """Leaves the present element, which must be at its end."""
        if self.more():
            raise AlteredError()
        if self._scopes.pop().end is None:
            self._source.take(2)

    def next_tag(self) -> int | None:
        """The tag of the next element inside the present one, without reading it."""
        return self._ahead(1)[0] if self.more() else None

    def element(self, tag: int | None = None) -> bytes:
        """One whole element with this tag, or with any: header, contents, and end if indefinite."""
        if tag is not None and self.next_tag() != tag:
            raise AlteredError()
        parts: list[bytes] = []
        self._collect(parts)
        return b"".join(parts)

    def check(self) -> None:
        """Reads one whole element, and what is inside of it, before a general parser gets it.

        Such a parser takes identifiers of several bytes and object identifiers of any length, and
        reads them in quadratic time.
        """
        header = self.header()
        self._budget.spend(0)
        if not header.tag & CONSTRUCTED:
            length = header.length or 0
            if header.tag == OBJECT_IDENTIFIER and length > MAX_OID_BYTES:
                raise AlteredError()
            self._source.take(length)
            return
        self._push(header)
        while self.more():
            self.check()
        self.leave()

    def skip_octets(self, header: Header) -> None:
        """Passes over what `octets` would give."""
        for piece in self._strings(header):
            self._source.skip(piece.length or 0)

    def octets(self, header: Header) -> Iterator[memoryview]:
        """The contents of an OCTET STRING of this header, in pieces of any size.

        The primitive and both constructed forms (X.690, 8.7), also where the tag is implicit.
        """
        for piece in self._strings(header):
            length = piece.length or 0
            yield from self._pieces(length)
            if header.tag & CONSTRUCTED and 0 < length <= _SHORT_BYTES:
                yield self._source.run(piece.encoded, length, self._scopes[-1].limit)

    def _strings(self, header: Header) -> Iterator[Header]:
        """The headers of the primitive strings; whoever asks for the next has passed the last."""
        if not header.tag & CONSTRUCTED:
            yield header
            return
        around = len(self._scopes)
        self._push(header)
        while len(self._scopes) > around:
            if not self.more():
                self.leave()
                continue
            inner = self.header()
            if inner.tag == CONSTRUCTED_OCTET_STRING:
                self._push(inner)
            elif inner.tag == OCTET_STRING and inner.length is not None:
                yield inner
            else:
                raise AlteredError()

    def finish(self) -> None:
        """Checks that the stream ends with the outermost element."""
        if len(self._scopes) != 1 or not self._source.at_end():
            raise AlteredError()
        self._source.finish()

    def _ahead(self, count: int) -> bytes:
        following = self._source.peek(count)
        if len(following) < count:
            raise AlteredError()
        return following

    def _pieces(self, length: int) -> Iterator[memoryview]:
        while length:
            piece = self._source.some(length)
            length -= len(piece)
            yield piece

    def _push(self, header: Header) -> None:
        if len(self._scopes) > MAX_DEPTH or not header.tag & CONSTRUCTED:
            raise AlteredError()
        if header.length is None:
            self._scopes.append(_Scope(None, self._scopes[-1].limit))
        else:
            end = self._source.position + header.length
            self._scopes.append(_Scope(end, end))

    def _collect(self, parts: list[bytes]) -> None:
        header = self.header()
        self._budget.spend(len(header.encoded) + (header.length or 0))
        parts.append(header.encoded)
        if header.length is not None:
            parts.append(self._source.take(header.length))
            return
        self._push(header)
        while self.more():
            self._collect(parts)
        self.leave()
        parts.append(END_OF_CONTENTS)


def check(encoded: bytes, budget: Budget | None = None) -> bytes:
    """The same bytes, if a general parser reads them in linear time.

    Raises AlteredError, UnsupportedError.
    """
    BerReader(Source(io.BytesIO(encoded)), budget).check()
    return encoded


def encode_header(tag: int, length: int | None) -> bytes:
    """Identifier and length in the shortest form (X.690, 10.1), or indefinite for None."""
    if length is None:
        return bytes((tag, 0x80))
    if length < 0x80:
        return bytes((tag, length))
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size)


def encode(tag: int, *contents: bytes) -> bytes:
    """One element of definite length."""
    return encode_header(tag, sum(map(len, contents))) + b"".join(contents)
