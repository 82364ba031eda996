"""Text from elsewhere, such as names of files and cards, on a terminal."""

from __future__ import annotations

# C0, DEL and C1: a terminal would obey them.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}


def visible(text: str) -> str:
    """A line with its control characters escaped."""
    return str(text).translate(_CONTROLS)
