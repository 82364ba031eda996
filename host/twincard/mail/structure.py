"""The parts of a message (RFC 2046), one after the other, without keeping any in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from twincard.ground.language import _
from twincard.mail.errors import NotMailError
from twincard.mail.header import Header, read_header
from twincard.mail.scanner import Scanner

_MAX_DEPTH = 32
_MAX_PARTS = 2000
_IDENTITY = frozenset(("7bit", "8bit", "binary"))


@dataclass(frozen=True, slots=True)
class Container:
    """A multipart, or a message in a message, that parts are in; each has a number of its own."""

    header: Header
    number: int


class Part:
    """A part that contains no others. Its body can be read until the next part is asked for."""

    def __init__(
        self, source: Scanner, header: Header, within: tuple[Container, ...], *, empty: bool
    ) -> None:
        self.header = header
        self.within = within
        self.start = source.position
        """Where its body begins, in bytes of the whole."""
        self.end = source.body_end if empty else self.start
        """Where its body ends; known when the body was read."""
        self._pieces = iter(()) if empty else self._read(source)

    def body(self) -> Iterator[bytes]:
        """The encoded body, or what was not read of it yet, in pieces of any size."""
        return self._pieces

    def _read(self, source: Scanner) -> Iterator[bytes]:
        yield from source.body(_boundaries(self.within))
        self.end = source.body_end


def parts(source: Scanner, *, into_messages: bool = False) -> Iterator[Part]:
    """The parts of a message, after its header; `into_messages`: also of messages attached to it.

    Raises NotMailError if there are too many, or one within another too often.
    """
    return walk(source, read_header(source), into_messages=into_messages)


def walk(source: Scanner, header: Header, *, into_messages: bool = False) -> Iterator[Part]:
    """The same, if the header was read already."""
    stack: list[Container] = []
    numbers = iter(range(_MAX_PARTS))
    while True:
        number = next(numbers, None)
        if number is None or len(stack) > _MAX_DEPTH:
            raise NotMailError(_("The message has too many parts."))
        if source.delimiter is None and _contains_message(header, into_messages):
            stack.append(Container(header, number))
            header = read_header(source, _boundaries(tuple(stack)))
            continue
        if source.delimiter is None and header.boundary is not None:
            stack.append(Container(header, number))
            for _preamble in source.body(_boundaries(tuple(stack))):
                pass
        else:
            part = Part(source, header, tuple(stack), empty=source.delimiter is not None)
            yield part
            for _rest in part.body():
                pass
        next_header = _next(source, stack)
        if next_header is None:
            return
        header = next_header


def _next(source: Scanner, stack: list[Container]) -> Header | None:
    """The header of the next part, after the delimiter before it; None at the end."""
    while source.delimiter is not None:
        index, closes = _place(stack, source.delimiter.index), source.delimiter.closes
        del stack[index if closes else index + 1 :]
        if not closes:
            return read_header(source, _boundaries(tuple(stack)))
        for _epilogue in source.body(_boundaries(tuple(stack))):
            pass
    return None


def _place(stack: list[Container], index: int) -> int:
    """Where in the stack the container with this boundary is."""
    places = [place for place, one in enumerate(stack) if one.header.boundary is not None]
    return places[index]


def _boundaries(within: tuple[Container, ...]) -> tuple[bytes, ...]:
    return tuple(boundary for one in within if (boundary := one.header.boundary) is not None)


def _contains_message(header: Header, into_messages: bool) -> bool:
    return (
        into_messages
        and header.content_type in ("message/rfc822", "message/global")
        and header.encoding in _IDENTITY
    )
