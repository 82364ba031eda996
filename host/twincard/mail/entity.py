"""The part of a message that is encrypted, as a list of bytes and of files that are encoded."""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from twincard.cms.errors import SourceError
from twincard.cms.framing.source import READ_BYTES, Readable, Writable, read_some
from twincard.ground.language import _
from twincard.ground.system_words import reason
from twincard.mail.transfer import Base64Output, base64_length

_POLICY = SMTP.clone(cte_type="7bit")
_UNKNOWN = "application/octet-stream"
# A message in a message may not be encoded (RFC 2046, 5.2.1); a file is copied as it is.
_ENCODED_AS_UNKNOWN = ("message", "multipart")


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that is written in base64."""

    path: Path
    size: int


Segment = bytes | AttachedFile


def text_part(text: str) -> tuple[list[bytes], bytes]:
    """The fields of a part with this text, and its encoded body; lines end with CRLF."""
    message = EmailMessage(policy=_POLICY)
    message.set_content(text)
    del message["MIME-Version"]
    return _split(message.as_bytes())


def attachment_fields(name: str) -> list[bytes]:
    """The fields of a part with a file of this name."""
    kind = mimetypes.guess_type(name)[0] or _UNKNOWN
    if kind.partition("/")[0] in _ENCODED_AS_UNKNOWN:
        kind = _UNKNOWN
    message = EmailMessage(policy=_POLICY)
    message["Content-Type"] = kind
    message["Content-Transfer-Encoding"] = "base64"
    message.add_header("Content-Disposition", "attachment", filename=name)
    return _split(message.as_bytes())[0]


def mixed(parts: Sequence[tuple[Sequence[bytes], Segment]]) -> tuple[bytes, list[Segment]]:
    """The value of the Content-Type of a multipart of these parts (fields and body), and it."""
    boundary = secrets.token_hex(16).encode()
    body: list[Segment] = []
    for fields, content in parts:
        body.append(b"--" + boundary + b"\r\n" + b"".join(fields) + b"\r\n")
        body.append(content)
        body.append(b"\r\n")
    body.append(b"--" + boundary + b"--\r\n")
    return b'multipart/mixed; boundary="' + boundary + b'"', body


def attached(path: Path) -> AttachedFile:
    """A file to attach. Raises SourceError."""
    try:
        status = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    if not path.is_file():
        raise SourceError(_("{path} is not a regular file.").format(path=path))
    return AttachedFile(path, status.st_size)


def length(segments: Sequence[Segment]) -> int:
    """How many bytes they make."""
    return sum(len(one) if isinstance(one, bytes) else base64_length(one.size) for one in segments)


def write(segments: Sequence[Segment], sink: Writable) -> None:
    """Write them. Raises SourceError, also for a file of another size by now."""
    for one in segments:
        if isinstance(one, bytes):
            sink.write(one)
        else:
            _write_file(one, sink)


def pieces_of(stream: Readable) -> Iterator[bytes]:
    """A stream in pieces. Raises SourceError."""
    while piece := read_some(stream, READ_BYTES):
        yield piece


def _write_file(file: AttachedFile, sink: Writable) -> None:
    encoded = Base64Output(sink)
    done = 0
    try:
        stream = file.path.open("rb")
    except OSError as error:
        raise _unreadable(file.path, error) from error
    with stream:
        for piece in pieces_of(stream):
            done += len(piece)
            encoded.write(piece)
    if done != file.size:
        raise SourceError(_("{path} was changed while it was being read.").format(path=file.path))
    encoded.finish()


def _split(message: bytes) -> tuple[list[bytes], bytes]:
    head, _blank, body = message.partition(b"\r\n\r\n")
    fields: list[bytes] = []
    for line in head.split(b"\r\n"):
        if line[:1] in b" \t" and fields:
            fields[-1] += line + b"\r\n"
        else:
            fields.append(line + b"\r\n")
    return fields, body


def _unreadable(path: Path, error: OSError) -> SourceError:
    return SourceError(_("Cannot read {path}: {reason}.").format(path=path, reason=reason(error)))
