"""The words of an HTML part, for a terminal. Nothing is rendered, and nothing is fetched."""

from __future__ import annotations

import html
import re

_TAG = re.compile(r"<[^<>]*>")
_UNSEEN = ("script", "style", "head", "title")
_BREAKS = re.compile(r"</?(?:p|div|br|tr|li|h[1-6]|table|blockquote|ul|ol)\b[^<>]*>", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_LINES = re.compile(r" *\n *")
_MANY_LINES = re.compile(r"\n{3,}")


def html_text(source: str) -> str:
    """The text between the tags, each paragraph on lines of its own."""
    seen = _without_comments(source)
    for name in _UNSEEN:
        seen = _without(seen, name)
    seen = _SPACE.sub(" ", seen)
    seen = _BREAKS.sub("\n", seen)
    seen = html.unescape(_TAG.sub("", seen)).replace("\xa0", " ")
    return _MANY_LINES.sub("\n\n", _LINES.sub("\n", seen)).strip() + "\n"


def _without_comments(source: str) -> str:
    return _cut(source, re.compile(r"<!--"), "-->")


def _without(source: str, name: str) -> str:
    return _cut(source, re.compile(rf"<{name}\b", re.IGNORECASE), f"</{name}")


def _cut(source: str, begin: re.Pattern[str], end: str) -> str:
    """Without what stands between the two; what does not end reaches to the end of the source."""
    lower = source.lower()
    kept, at = [], 0
    while found := begin.search(source, at):
        kept.append(source[at : found.start()])
        last = lower.find(end, found.end())
        if last < 0:
            return "".join(kept)
        at = lower.find(">", last) + 1 or len(source)
    kept.append(source[at:])
    return "".join(kept)
