"""A message to be written: who, to whom, about what, a text, and files."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from os import PathLike

from twincard.ground.language import _
from twincard.ground.path_arguments import as_paths
from twincard.mail import entity
from twincard.mail.address import parse_address
from twincard.mail.errors import DraftError
from twincard.mail.header import Header, read_header
from twincard.mail.scanner import Scanner


@dataclass(frozen=True)
class Draft:
    """A message that is not encrypted yet.

    Addresses are written `alice@example.org` or `Alice <alice@example.org>`. `date` is now by
    default, in UTC, so that it does not tell where the sender is.
    """

    sender: str
    to: str | Iterable[str]
    cc: str | Iterable[str] = ()
    subject: str = ""
    text: str | None = None
    attachments: str | PathLike[str] | Iterable[str | PathLike[str]] = ()
    date: datetime | None = None


def header_of(draft: Draft) -> Header:
    """The fields about the message. Raises DraftError."""
    sender = parse_address(draft.sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    for name, addresses in (("To", draft.to), ("Cc", draft.cc)):
        several = [addresses] if isinstance(addresses, str) else addresses
        parsed = [parse_address(one) for one in several]
        if parsed:
            message[name] = parsed
    if "To" not in message:
        raise DraftError(_("The message has no recipient address."))
    if draft.subject:
        message["Subject"] = _one_line(draft.subject)
    message["Date"] = draft.date or datetime.now(UTC).replace(microsecond=0)
    message["Message-ID"] = f"<{secrets.token_hex(16)}@{sender.domain}>"
    return read_header(Scanner(io.BytesIO(message.as_bytes())))


def content_of(draft: Draft) -> tuple[list[bytes], list[entity.Segment]]:
    """The fields about the body, and the body. Raises DraftError, SourceError."""
    files = [entity.attached(path) for path in as_paths(draft.attachments)]
    if draft.text is None and not files:
        raise DraftError(_("The message has neither a text nor an attachment."))
    parts: list[tuple[list[bytes], entity.Segment]] = []
    if draft.text is not None:
        parts.append(_text_part(draft.text, draft.subject))
    parts += [(entity.attachment_fields(file.path.name), file) for file in files]
    if len(parts) == 1 and not files:
        ((fields, body),) = parts
        return fields, [body]
    kind, segments = entity.mixed(parts)
    return [b"Content-Type: " + kind + b"\r\n"], segments


def _text_part(text: str, subject: str) -> tuple[list[bytes], bytes]:
    """With the subject above the text, for programs that show the outer one (RFC 9788)."""
    if not subject:
        return entity.text_part(text)
    fields, body = entity.text_part(f"Subject: {subject}\n\n{text}")
    return [with_parameter(one, b'hp-legacy-display="1"') for one in fields], body


def with_parameter(field: bytes, parameter: bytes) -> bytes:
    """A Content-Type with one more parameter; other fields as they are."""
    if not field.lower().startswith(b"content-type:"):
        return field
    return field.rstrip(b"\r\n; ") + b";\r\n " + parameter + b"\r\n"


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise DraftError(_("A subject is one line, without control characters."))
    return text
