"""Text from elsewhere, such as names of files and cards, on a terminal."""

from __future__ import annotations

# C0, DEL and C1: a terminal would obey them.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
# Line and paragraph separators, and marks that change the text direction (UAX #9, 2): a terminal
# that supports them would show the rest of the sentence in another order.
TURNS = (0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
_ESCAPED = _CONTROLS | {code: f"\\u{code:04x}" for code in TURNS}


def visible(text: str) -> str:
    """A line with its control characters escaped."""
    return str(text).translate(_ESCAPED)


def visible_lines(text: str) -> str:
    """The same for several lines, whose ends stay."""
    return "\n".join(map(visible, text.split("\n")))
