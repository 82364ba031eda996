"""Which fields of a header are inside the encryption, and what the outside shows (RFC 9788).

Everything that the sender wrote is copied inside. Outside, the subject is `[...]`, and comments and
keywords are left out: the standard's baseline. Addresses and the date stay visible, because
servers need them. `HP-Outer` inside records what the outside shows.
"""

from __future__ import annotations

from collections.abc import Iterator

from twincard.mail.header import Field, Header
from twincard.mail.transfer import with_crlf

HIDDEN_SUBJECT = b"[...]"
_DROPPED_OUTSIDE = ("comments", "keywords")
_OUTSIDE_ONLY = frozenset(
    (
        "bcc",
        "received",
        "return-path",
        "delivered-to",
        "dkim-signature",
        "authentication-results",
        "hp-outer",
    )
)
"""What servers write, and what no reader may see."""


def is_structural(name: str) -> bool:
    """Whether a field describes the body, and not the message (RFC 9788)."""
    return name == "mime-version" or name.startswith("content-")


def inner_fields(header: Header) -> tuple[bytes, ...]:
    """The fields to copy inside, each with CRLF, and those that record the outside."""
    mine = [one for one in header.fields if not is_structural(one.name)]
    protected = [one for one in mine if one.name not in _OUTSIDE_ONLY]
    return (
        *(with_crlf(one.raw) for one in protected),
        *(b"HP-Outer: " + with_crlf(raw) for raw in _shown(protected)),
    )


def outer_fields(header: Header) -> tuple[bytes, ...]:
    """The fields that stay outside, each with CRLF."""
    mine = [one for one in header.fields if not is_structural(one.name)]
    return tuple(with_crlf(raw) for raw in _shown(mine) if not raw.lower().startswith(b"hp-outer"))


def _shown(fields: list[Field]) -> Iterator[bytes]:
    for field in fields:
        if field.name == "subject":
            yield b"Subject: " + HIDDEN_SUBJECT + b"\r\n"
        elif field.name not in _DROPPED_OUTSIDE:
            yield field.raw
