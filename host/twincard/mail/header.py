"""The header of a message, or of a part of one: its exact bytes, and what they mean.

`email` of the standard library gives the meaning. It fails for some malformed fields; these count
as absent, and as their plain text where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from email.headerregistry import (
    Address,
    BaseHeader,
    ContentDispositionHeader,
    ContentTypeHeader,
    HeaderRegistry,
    ParameterizedMIMEHeader,
)
from typing import TypeVar

from twincard.ground.language import _
from twincard.mail.address import parse_address, split_addresses
from twincard.mail.errors import DraftError, NotMailError
from twincard.mail.scanner import Scanner

MAX_HEADER_BYTES = 1 << 18
_MAX_FIELD_BYTES = 1 << 12
_MAX_CONTENT_FIELD_BYTES = 1 << 11
"""Longer fields have no meaning here: reading one takes time that grows with its square."""
_MAX_BOUNDARY_BYTES = 200
_REGISTRY = HeaderRegistry()
_PLAIN = "text/plain"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Field:
    """One field, with its folded lines and their ends."""

    name: str
    """In lower case."""
    raw: bytes = dataclass_field(repr=False)
    """May be of an encrypted message."""

    @property
    def value(self) -> bytes:
        """What follows the colon, unfolded."""
        return self.raw.partition(b":")[2].replace(b"\r", b"").replace(b"\n", b"").strip()

    @property
    def text(self) -> str:
        """The same as text, still encoded (RFC 2047)."""
        return self.value.decode("utf-8", "replace")

    def meaning(self) -> BaseHeader | None:
        """The field as the standard library reads it; None if it is too long, or cannot be read."""
        is_content = self.name.startswith("content-")
        if len(self.raw) > (_MAX_CONTENT_FIELD_BYTES if is_content else _MAX_FIELD_BYTES):
            return None
        return _or(None, lambda: _REGISTRY(self.name, self.text))


@dataclass(frozen=True)
class Header:
    """All fields of a header, in order; `blank` is the empty line after them, if there is one."""

    fields: tuple[Field, ...]
    blank: bytes = b""
    _meanings: dict[str, BaseHeader | None] = dataclass_field(
        default_factory=dict, compare=False, repr=False
    )

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

    def _meaning(self, name: str) -> BaseHeader | None:
        """The first field of this name as the standard library reads it; read once."""
        if name not in self._meanings:
            found = self.all(name)
            self._meanings[name] = found[0].meaning() if found else None
        return self._meanings[name]

    def text(self, name: str) -> str | None:
        """The first field of this name as a person reads it; None if there is none."""
        found = self.all(name)
        if not found:
            return None
        meaning = self._meaning(name)
        return found[0].text if meaning is None else _or(found[0].text, lambda: str(meaning))

    def addresses(self, name: str) -> tuple[Address, ...]:
        """The addresses in all fields of this name; none if one of them cannot be read."""
        try:
            return tuple(
                parse_address(one)
                for field in self.all(name)
                for one in split_addresses(field.text)
            )
        except DraftError:
            return ()

    @property
    def content_type(self) -> str:
        """Such as "text/plain", in lower case; the default of RFC 2045 if it is not readable."""
        meaning = self._meaning("content-type")
        if not isinstance(meaning, ContentTypeHeader):
            return _PLAIN
        return _or(_PLAIN, lambda: meaning.content_type.lower())

    def parameter(self, name: str, field: str = "content-type") -> str | None:
        """A parameter of a field such as Content-Type."""
        meaning = self._meaning(field)
        if not isinstance(meaning, ParameterizedMIMEHeader):
            return None
        value = _or(None, lambda: meaning.params.get(name))
        return None if value is None else str(value)

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
        meaning = self._meaning("content-disposition")
        if not isinstance(meaning, ContentDispositionHeader):
            return ""
        return _or("", lambda: (meaning.content_disposition or "").lower())

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
