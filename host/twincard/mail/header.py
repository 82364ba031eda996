"""The header of a message, or of a part of one: its exact bytes, and what they mean.

`email` of the standard library gives the meaning. It fails for some malformed fields; these count
as absent, and as their plain text where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from functools import cached_property
from typing import TypeVar

from twincard.ground.language import _
from twincard.mail.errors import NotMailError
from twincard.mail.scanner import Scanner

MAX_HEADER_BYTES = 1 << 18
_MAX_FIELD_BYTES = 1 << 14
"""Longer fields have no meaning here: reading one takes time that grows with its square."""
_MAX_BOUNDARY_BYTES = 200
_PARSER = BytesHeaderParser(policy=default.clone(raise_on_defect=False))
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Field:
    """One field, with its folded lines and their ends."""

    name: str
    """In lower case."""
    raw: bytes

    @property
    def value(self) -> bytes:
        """What follows the colon, unfolded."""
        return self.raw.partition(b":")[2].replace(b"\r", b"").replace(b"\n", b"").strip()


@dataclass(frozen=True)
class Header:
    """All fields of a header, in order; `blank` is the empty line after them, if there is one."""

    fields: tuple[Field, ...]
    blank: bytes = b""

    @property
    def raw(self) -> bytes:
        """The exact bytes."""
        return b"".join(field.raw for field in self.fields) + self.blank

    @property
    def line_end(self) -> bytes:
        """That of the first line."""
        return b"\r\n" if self.raw.partition(b"\n")[0].endswith(b"\r") else b"\n"

    def all(self, name: str) -> tuple[Field, ...]:
        """The fields of this name, in lower case."""
        return tuple(field for field in self.fields if field.name == name)

    def without(self, names: Iterable[str]) -> Header:
        """The header without the fields of these names."""
        dropped = frozenset(names)
        return Header(tuple(one for one in self.fields if one.name not in dropped), self.blank)

    @cached_property
    def _parsed(self) -> EmailMessage:
        short = (one.raw for one in self.fields if len(one.raw) <= _MAX_FIELD_BYTES)
        # Whatever the policy says, the annotation of the parser is that of the old class.
        parsed = _PARSER.parsebytes(b"".join(short))
        assert isinstance(parsed, EmailMessage)  # noqa: S101 -- for mypy; the policy makes it
        return parsed

    def text(self, name: str) -> str | None:
        """The first field of this name as a person reads it; None if there is none."""
        found = self.all(name)
        if not found:
            return None
        plain = found[0].value.decode("ascii", "backslashreplace")
        if len(found[0].raw) > _MAX_FIELD_BYTES:
            return plain
        return _or(plain, lambda: str(self._parsed[name]))

    def addresses(self, name: str) -> tuple[Address, ...]:
        """The addresses in all fields of this name."""

        def found() -> tuple[Address, ...]:
            fields = self._parsed.get_all(name, [])
            return tuple(one for field in fields for one in field.addresses)

        return _or((), found)

    @cached_property
    def content_type(self) -> str:
        """Such as "text/plain", in lower case; the default of RFC 2045 if it is not readable."""
        return _or("text/plain", lambda: self._parsed.get_content_type())

    def parameter(self, name: str, field: str = "content-type") -> str | None:
        """A parameter of a field such as Content-Type."""

        def found() -> str | None:
            parsed = self._parsed.get(field)
            value = None if parsed is None else parsed.params.get(name)
            return None if value is None else str(value)

        return _or(None, found)

    @property
    def encoding(self) -> str:
        """The Content-Transfer-Encoding, in lower case."""
        fields = self.all("content-transfer-encoding")
        return fields[0].value.decode("ascii", "replace").lower() if fields else "7bit"

    @property
    def boundary(self) -> bytes | None:
        """That of a multipart, if it has one that can be used."""
        if not self.content_type.startswith("multipart/"):
            return None
        text = self.parameter("boundary") or ""
        boundary = text.encode("utf-8", "surrogateescape").rstrip()
        return boundary if 0 < len(boundary) <= _MAX_BOUNDARY_BYTES else None

    @property
    def disposition(self) -> str:
        """The Content-Disposition, such as "attachment"; empty if there is none."""
        return _or("", lambda: self._parsed.get_content_disposition() or "")

    @property
    def filename(self) -> str | None:
        """The name that the sender gives to the file in this part; anything at all."""
        return self.parameter("filename", "content-disposition") or self.parameter("name")


def read_header(source: Scanner, boundaries: Sequence[bytes] = ()) -> Header:
    """Reads a header and the empty line after it.

    It also ends before a line that is no field, and with a delimiter, which is consumed. Raises
    NotMailError beyond 256 KiB.
    """
    fields: list[Field] = []
    start = source.position
    while not source.take_delimiter(boundaries):
        line = source.peek_line(MAX_HEADER_BYTES)
        if source.position + len(line) - start > MAX_HEADER_BYTES:
            raise NotMailError(_("The header of the message is too long."))
        if line in (b"\r\n", b"\n", b""):
            return Header(tuple(fields), source.line(MAX_HEADER_BYTES))
        if line[:1] in b" \t" and fields:
            last = fields[-1]
            fields[-1] = Field(last.name, last.raw + source.line(MAX_HEADER_BYTES))
            continue
        name = line.partition(b":")[0].rstrip(b" \t") if b":" in line else b""
        if not _is_name(name):
            break
        fields.append(Field(name.decode("ascii").lower(), source.line(MAX_HEADER_BYTES)))
    return Header(tuple(fields))


def _is_name(name: bytes) -> bool:
    """Whether a field may have this name (RFC 5322, 2.2)."""
    return bool(name) and all(0x21 <= byte <= 0x7E for byte in name)


def _or(otherwise: _T, get: Callable[[], _T]) -> _T:
    """What `get` gives, unless the standard library cannot read the field."""
    try:
        return get()
    except Exception:  # of many classes, for malformed fields
        return otherwise
