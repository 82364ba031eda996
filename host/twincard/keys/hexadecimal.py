"""Hexadecimal as files and people write keys: digits and nothing else."""

from __future__ import annotations

import string

_DIGITS = frozenset(string.hexdigits)


def parse_hex(digits: str | bytes, size: int) -> bytes:
    """Exactly `size` bytes from as many pairs of digits.

    Raises ValueError, which does not repeat them: they may be a secret.
    """
    text = digits.decode("latin-1") if isinstance(digits, bytes) else digits
    if len(text) != 2 * size or not _DIGITS.issuperset(text):
        raise ValueError(f"not {2 * size} hex digits")
    return bytes.fromhex(text)
