"""Text for the `man` macros of roff (man(7))."""

from __future__ import annotations

import re
import textwrap

_CODE = re.compile(r"`([^`]*)`")
_WIDTH = 78
_EXAMPLE_WIDTH = 66
_MARKS = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}


def plain(text: str) -> str:
    """Escaped, so that nothing is taken for markup, and it can be copied from the page."""
    return "".join(_MARKS.get(character, character) for character in text)


def bold(text: str) -> str:
    """Text to type literally."""
    return f"\\fB{plain(text)}\\fR"


def italic(text: str) -> str:
    """A placeholder."""
    return f"\\fI{plain(text)}\\fR"


def prose(text: str) -> str:
    """A paragraph, with `code` in bold."""
    parts = _CODE.split(" ".join(text.split()))
    line = "".join(bold(part) if at % 2 else plain(part) for at, part in enumerate(parts))
    lines = textwrap.wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False)
    # A line that begins with a point would be a request.
    return "\n".join(f"\\&{line}" if line.startswith(".") else line for line in lines)


def section(title: str, *lines: str) -> list[str]:
    """A section with its heading."""
    return [f".SH {title}", *lines]


def tagged(tag: str, text: str) -> list[str]:
    """An item of a list of terms."""
    return [".TP", tag, prose(text)]


def example(comment: str, command: str) -> list[str]:
    """A line to type, and its purpose."""
    said = [".PP", prose(comment)] if comment else []
    lines = textwrap.wrap(command, _EXAMPLE_WIDTH, subsequent_indent="    ", break_on_hyphens=False)
    typed = plain(" \\\n".join(lines))
    return [*said, ".PP", ".RS 4", ".nf", typed, ".fi", ".RE"]
