"""Rewrites the encrypted parts of messages, in a file of one or of many; all else stays the same.

Only the base64 of a part changes, and in an mbox file a Content-Length that was right before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import BinaryIO

from twincard.cms.errors import FilesError, NotCmsError, UnsupportedError
from twincard.cms.framing.source import Readable, Writable
from twincard.ground.language import _
from twincard.mail.errors import NotMailError
from twincard.mail.kept import KeptOutput
from twincard.mail.mbox import Message, messages
from twincard.mail.opening import is_encrypted
from twincard.mail.regions import Enveloped, Region, WithoutHead
from twincard.mail.scanner import Scanner
from twincard.mail.structure import Part, walk

Rewrite = Callable[[Readable, Writable], bool]
"""Reads an encrypted message, and writes the one that takes its place, both S/MIME.

False, if the message should stay as it is. Raises FilesError if it cannot be rewritten.
"""
_DIGITS = re.compile(rb"[0-9]+")
_FILES = frozenset(("application/octet-stream", "application/pkcs7"))


@dataclass(frozen=True)
class PartResult:
    """What became of one encrypted part; `message` is the number of its message, from 1."""

    message: int
    replaced: bool
    error: FilesError | None = None


def rewrite_messages(
    file: BinaryIO,
    sink: Writable,
    rewrite: Rewrite,
    on_result: Callable[[PartResult], None] = lambda _: None,
) -> None:
    """Copies an mbox file, or one message, and rewrites each encrypted part on the way.

    `on_result` hears what became of each part. One that cannot be rewritten stays as it is. The
    file must not change meanwhile. Raises SourceError, what the sink raises, and what `rewrite`
    raises but FilesError.
    """
    done = 0
    for message in messages(file):
        with ExitStack() as kept:
            edits: list[_Edit] = []
            for part in _encrypted_parts(file, message):
                result, edit = _rewritten(file, message, part, rewrite, kept)
                if edit is not None:
                    edits.append(edit)
                if result is not None:
                    on_result(result)
            for one in _with_length(message, edits):
                Region(file, done, one.start).copy_to(sink)
                one.write(sink)
                done = one.end
    Region(file, done, file.seek(0, 2)).copy_to(sink)


def read_messages(
    file: BinaryIO,
    look: Callable[[Readable], None],
    on_result: Callable[[PartResult], None] = lambda _: None,
) -> None:
    """Shows each encrypted part to `look`, and changes nothing; otherwise the same."""

    def rewrite(source: Readable, sink: Writable) -> bool:
        del sink
        look(source)
        return False

    for message in messages(file):
        with ExitStack() as kept:
            for part in _encrypted_parts(file, message):
                result, _edit = _rewritten(file, message, part, rewrite, kept)
                if result is not None:
                    on_result(result)


@dataclass(frozen=True)
class _Edit:
    """What takes the place of the bytes between two offsets."""

    start: int
    end: int
    content: KeptOutput | bytes = field(repr=False)

    @property
    def length(self) -> int:
        """Of the new bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.length

    def write(self, sink: Writable) -> None:
        """Write the new bytes."""
        if isinstance(self.content, bytes):
            sink.write(self.content)
            return
        stream = self.content.stream()
        while piece := stream.read(1 << 20):
            sink.write(piece)


def _encrypted_parts(file: BinaryIO, message: Message) -> Iterator[Part]:
    scanner = Scanner(Region(file, message.body, message.end))
    try:
        for part in walk(scanner, message.header, into_messages=True):
            if may_be_encrypted(part):
                yield part
    except NotMailError:  # too many parts, or too deep: what was found so far counts
        return


def may_be_encrypted(part: Part) -> bool:
    """Whether the part says that it is encrypted, or is a file that is called so."""
    if is_encrypted(part.header):
        return True
    name = (part.header.filename or "").lower()
    return part.header.content_type in _FILES and name.endswith(".p7m")


def _says_encrypted(part: Part) -> bool:
    kind = part.header.parameter("smime-type") or ""
    return kind.lower() in ("enveloped-data", "authenveloped-data")


def _rewritten(
    file: BinaryIO, message: Message, part: Part, rewrite: Rewrite, kept: ExitStack
) -> tuple[PartResult | None, _Edit | None]:
    """The result of one part, and what takes its place; no result if it is no CMS at all."""
    try:
        edit = _edit(message, part, rewrite, kept)
    except NotCmsError as error:
        if not _says_encrypted(part):
            return None, None
        return PartResult(message.number, replaced=False, error=error), None
    except FilesError as error:
        return PartResult(message.number, replaced=False, error=error), None
    return PartResult(message.number, replaced=edit is not None), edit


def _edit(message: Message, part: Part, rewrite: Rewrite, kept: ExitStack) -> _Edit | None:
    if part.header.encoding == "quoted-printable":
        raise UnsupportedError(_("The encrypted part of the message is not in base64."))
    output = kept.enter_context(closing(KeptOutput()))
    source = Enveloped(
        part.body(),
        base64=part.header.encoding == "base64",
        line_end=message.header.line_end,
    )
    with output:
        if not rewrite(source, WithoutHead(output, len(source.head))):
            return None
    return _Edit(message.body + part.start + source.skipped, message.body + part.end, output)


def _with_length(message: Message, edits: list[_Edit]) -> list[_Edit]:
    """The edits in order, with that of Content-Length."""
    if message.length_field is None or not edits:
        return edits
    length = message.length_field + sum(one.length - (one.end - one.start) for one in edits)
    start = message.start
    for line in message.header.fields:
        end = start + len(line.raw)
        if line.name == "content-length":
            name, colon, value = line.raw.partition(b":")
            raw = name + colon + _DIGITS.sub(b"%d" % length, value, count=1)
            return [_Edit(start, end, raw), *edits]
        start = end
    return edits
