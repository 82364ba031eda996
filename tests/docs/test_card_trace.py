"""The worked trace shows what the cards do today."""

from __future__ import annotations

import re

from tests.docs.worked_trace import PAGE, write_page

_ENTRY = re.compile(r"^(\S+(?: =|[<>])) ([0-9A-F]+(?:\n +[0-9A-F]+)*)$", re.MULTILINE)


def shape(page: str) -> str:
    """The page with headers, status words and lengths in place of the bytes."""

    def shorten(entry: re.Match[str]) -> str:
        mark, text = entry.groups()
        data = bytes.fromhex(re.sub(r"\s", "", text))
        told = {">": data[:4], "<": data[-2:], "=": b""}[mark[-1]]
        return f"{mark} {told.hex()} in {len(data)} bytes"

    return _ENTRY.sub(shorten, page)


def test_the_trace_has_the_commands_lengths_and_status_words_of_a_fresh_run() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert shape(written) != written
    assert shape(written) == shape(write_page())
