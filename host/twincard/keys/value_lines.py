"""The text of files that holders keep: `name: value` lines, and keys in hexadecimal."""

from __future__ import annotations

import string
from collections.abc import Sequence

from twincard.ground.language import _

_DIGITS = frozenset(string.hexdigits)


def format_lines(names: Sequence[str], values: Sequence[str]) -> str:
    """A line for each name, in order."""
    return "".join(f"{name}: {value}\n" for name, value in zip(names, values, strict=True))


def parse_lines(
    text: str,
    names: Sequence[str],
    kind: str,
    error: type[ValueError],
    optional: Sequence[str] = (),
) -> dict[str, str]:
    """The value of every name, in any order; empty lines are skipped.

    Names in `optional` may be missing. Raises `error`, whose sentence calls the file a `kind` file
    (in the language in use) and never repeats a value.
    """
    values: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or name not in (*names, *optional) or name in values:
            raise error(
                _("This is not a {kind} file, or it has a line that cannot be read.").format(
                    kind=kind
                )
            )
        values[name] = value.strip()
    missing = [name for name in names if name not in values]
    if missing:
        raise error(_("The {kind} file has no line {name!r}.").format(kind=kind, name=missing[0]))
    return values


def kcv_text(kcv: bytes) -> str:
    """A KCV as people read it everywhere: `36CB71`."""
    return kcv.hex().upper()


def parse_hex(digits: str | bytes, size: int) -> bytes:
    """Exactly `size` bytes from as many pairs of digits.

    Raises ValueError, which does not repeat them: they may be a secret.
    """
    text = digits.decode("latin-1") if isinstance(digits, bytes) else digits
    if len(text) != 2 * size or not _DIGITS.issuperset(text):
        raise ValueError(f"not {2 * size} hex digits")
    return bytes.fromhex(text)
