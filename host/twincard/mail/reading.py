"""The content of a message for a person: fields, text, and a list of what is attached."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from email.headerregistry import Address
from pathlib import Path

from twincard.cms.framing.output import FileOutput
from twincard.cms.framing.source import Readable
from twincard.mail.header import Header, read_header
from twincard.mail.html_text import html_text
from twincard.mail.names import free_path, safe_name
from twincard.mail.scanner import Scanner
from twincard.mail.structure import Part, walk
from twincard.mail.transfer import decoded

MAX_TEXT_BYTES = 1 << 20
"""Of text and of HTML that is kept in memory to be shown; the parts can be saved whole."""
SHOWN_FIELDS = ("From", "Sender", "Reply-To", "To", "Cc", "Date", "Subject")
# Python would take minutes for them, or no charset has this name.
_NO_CHARSETS = frozenset(("idna", "punycode", "undefined"))
_PLAIN, _HTML = "text/plain", "text/html"


@dataclass(frozen=True)
class Attachment:
    """A part that is not shown as text.

    `name` is a safe name for a file, made of the one that the sender gave. `path`: where it was
    saved.
    """

    name: str
    content_type: str
    size: int
    path: Path | None


@dataclass(frozen=True)
class Content:
    """The fields that a person sees, the text, and the attachments.

    `fields`: names, and values as a person reads them, from anybody: control characters are in
    them as they came. `protected`: the fields were inside the encryption or the signature.
    `shortened`: the text was longer than what is kept.
    """

    fields: tuple[tuple[str, str], ...]
    senders: tuple[Address, ...]
    protected: bool
    text: str
    shortened: bool
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True)
class _Text:
    """A text that may be shown."""

    html: bool
    text: str
    alternative: int | None
    """The number of the multipart/alternative that it is in."""


def read_content(
    stream: Readable, outer: Header | None, folder: Path | None, *, inside: bool
) -> Content:
    """The content of a message; `outer` is the header around it, if there is one.

    `inside`: the content was encrypted or signed.

    Attachments are saved to the folder, if there is one, and never replace a file. Raises
    NotMailError, AlteredError, OutputError, SourceError.
    """
    scanner = Scanner(stream)
    header = read_header(scanner)
    about, protected = header, inside
    if inside and header.content_type == "message/rfc822":
        # How RFC 8551, 3.1, protects fields: the whole message is inside.
        about = header = read_header(scanner)
    elif outer is not None and not protects_fields(header):
        about, protected = outer, False
    reader = _Reader(folder, skips_legacy=protected)
    for number, part in enumerate(walk(scanner, header), start=1):
        reader.read(part, number)
    text, shortened = reader.shown()
    return Content(
        tuple((name, value) for name in SHOWN_FIELDS if (value := about.text(name.lower()))),
        about.addresses("from"),
        protected,
        text,
        shortened,
        tuple(reader.attachments),
    )


def protects_fields(header: Header) -> bool:
    """Whether the fields of the message are in the header of its content (RFC 9788)."""
    return header.parameter("hp") is not None or header.parameter("protected-headers") is not None


class _Reader:
    """Goes through the parts of a message."""

    def __init__(self, folder: Path | None, *, skips_legacy: bool) -> None:
        self._folder = folder
        self._skips_legacy = skips_legacy
        self._texts: list[_Text] = []
        self._room = MAX_TEXT_BYTES
        self._shortened = False
        self.attachments: list[Attachment] = []

    def read(self, part: Part, number: int) -> None:
        """Take one part: its text, or as an attachment."""
        kind = part.header.content_type
        content = decoded(part.body(), part.header.encoding)
        if kind == _PLAIN and part.header.disposition != "attachment":
            self._take_text(part, b"".join(self._bounded(content)), html=False)
            return
        if kind == _HTML:
            kept: list[bytes] = []
            self._attach(part, self._teed(content, kept), number)
            self._take_text(part, b"".join(kept), html=True)
            return
        self._attach(part, content, number)

    def shown(self) -> tuple[str, bool]:
        """The text to show, and whether some of it is missing: HTML only where nothing else is."""
        plain = {one.alternative for one in self._texts if not one.html}
        texts = [
            html_text(one.text) if one.html else one.text
            for one in self._texts
            if not one.html or one.alternative is None or one.alternative not in plain
        ]
        return "\n".join(texts), self._shortened

    def _take_text(self, part: Part, content: bytes, *, html: bool) -> None:
        text = _decoded_text(content, part.header)
        if self._skips_legacy and part.header.parameter("hp-legacy-display") == "1" and not html:
            text = text.partition("\n\n")[2]
        alternatives = [
            one.number for one in part.within if one.header.content_type == "multipart/alternative"
        ]
        self._texts.append(_Text(html, text, alternatives[-1] if alternatives else None))

    def _bounded(self, content: Iterator[bytes]) -> Iterator[bytes]:
        for piece in content:
            self._shortened |= len(piece) > self._room
            taken = piece[: self._room]
            self._room -= len(taken)
            yield taken

    def _teed(self, content: Iterator[bytes], kept: list[bytes]) -> Iterator[bytes]:
        for piece in content:
            kept.extend(self._bounded(iter((piece,))))
            yield piece

    def _attach(self, part: Part, content: Iterator[bytes], number: int) -> None:
        kind = part.header.content_type
        name = safe_name(part.header.filename, kind, number)
        size, path = 0, None
        if self._folder is None:
            for piece in content:
                size += len(piece)
        else:
            path = free_path(self._folder, name)
            with FileOutput(path) as output:
                for piece in content:
                    output.write(piece)
                    size += len(piece)
        self.attachments.append(Attachment(name, kind, size, path))


def _decoded_text(content: bytes, header: Header) -> str:
    """With line ends as Python has them; what is not in the charset is shown as U+FFFD."""
    charset = header.parameter("charset") or "utf-8"
    try:
        name = codecs.lookup(charset).name
        text = content.decode("utf-8" if name in _NO_CHARSETS else name, "replace")
    except (LookupError, ValueError):
        text = content.decode("utf-8", "replace")
    return text.replace("\r\n", "\n")
