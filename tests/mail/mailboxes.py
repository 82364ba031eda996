"""Mailboxes for tests, and what moves a message from one key in software to another."""

from __future__ import annotations

import io
from pathlib import Path

from tests.cms.software_key import SoftwareKey
from tests.mail.messages import draft, sealed

from twincard.cms import NotForThisKeyError, transcode
from twincard.cms.framing.source import Readable, Writable
from twincard.mail.rewriting import PartResult, Rewrite, rewrite_messages

SEPARATOR = b"From bob@example.org Sun Nov 29 01:00:00 2026\n"
PLAIN = (
    b"From: bob@example.org\nSubject: plain\n\nDear Alice\n\n>From the sea\n"
    b"Content-Type: application/pkcs7-mime\n"
)


def moving(old: SoftwareKey, new: SoftwareKey) -> Rewrite:
    """Moves what the old key opens to the new one."""

    def rewrite(source: Readable, sink: Writable) -> bool:
        try:
            transcode(source, sink, old.giving_to(new.recipient))
        except NotForThisKeyError:
            return False
        return True

    return rewrite


def rewritten(content: bytes, rewrite: Rewrite) -> tuple[bytes, list[PartResult]]:
    """A mailbox after it was rewritten, and what became of its parts."""
    sink = io.BytesIO()
    results: list[PartResult] = []
    rewrite_messages(io.BytesIO(content), sink, rewrite, results.append)
    return sink.getvalue(), results


def message(key: SoftwareKey, text: str = "Dear Alice\n", **changes: object) -> bytes:
    """A sealed message with lines as mailboxes on Unix have them."""
    return sealed(draft(text=text, **changes), key).replace(b"\r\n", b"\n")


def mbox(*messages: bytes) -> bytes:
    """An mbox file, quoted as mboxo and mboxrd do it."""
    return b"".join(SEPARATOR + one + b"\n" for one in messages)


def mboxcl2(*messages: bytes) -> bytes:
    """An mbox file with lengths, in which nothing is quoted."""
    entries = []
    for one in messages:
        head, _blank, body = one.partition(b"\n\n")
        head += b"\nContent-Length: %d" % len(body)
        entries.append(SEPARATOR + head + b"\n\n" + body + b"\n")
    return b"".join(entries)


def write_maildir(folder: Path) -> Path:
    """An empty Maildir."""
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    return folder
