"""What the QR code of a mailer says: the text of a component file, or of a share file."""

from __future__ import annotations

import re

from twincard.ground.language import _
from twincard.keys.component import Component, ComponentError, parse_component
from twincard.keys.secret import Secret
from twincard.keys.shares import Share, parse_share

MOST_CODE_BYTES = 2953
"""What the largest QR code holds (ISO/IEC 18004, version 40-L)."""
_COMPONENT, _SHARE = b"twincard component:", b"twincard share:"
_LAST = {_COMPONENT: b"kcv:", _SHARE: b"words:"}
# The names of lines, where a scanner left out what stands between two of them.
_JOINED = re.compile(r"\s*(?<!twincard )(shares?|threshold|number|size|component|kcv|words):", re.I)
_PRINTABLE = frozenset(b"\t\n\r" + bytes(range(0x20, 0x7F)))


class CodeError(ComponentError):
    """A text that is not that of a mailer's QR code; the message never repeats it."""


def parse_code(text: Secret) -> Component | Share:
    """The component or share that a QR code holds.

    Lines may end in CR, LF or both, or stand one behind the other, as some scanners type them.
    Raises CodeError, ComponentError, ShareError.
    """
    content = text.reveal()
    if len(content) > MOST_CODE_BYTES:
        raise CodeError(_("This is longer than a QR code can be."))
    if not _PRINTABLE.issuperset(content):
        raise CodeError(_("This has characters that no QR code of a mailer has."))
    kind = _kind(content)
    if kind is None:
        raise CodeError(
            _(
                "This is not the QR code of a component or of a share. If it is one, set the "
                "scanner to the keyboard layout of this computer."
            )
        )
    lines = _lines(content.decode("ascii"))
    return parse_component(lines) if kind == _COMPONENT else parse_share(lines)


def is_unfinished(content: bytes | bytearray) -> bool:
    """Whether a text begins as that of a mailer's QR code, and its last line is still missing."""
    kind = _kind(content)
    return kind is not None and _LAST[kind] not in content.lower()


def _kind(content: bytes | bytearray) -> bytes | None:
    start = content.lstrip()[: len(_COMPONENT)].lower()
    return next((kind for kind in _LAST if start.startswith(kind)), None)


def _lines(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if "\n" in text.strip() else _JOINED.sub(r"\n\1:", text)
