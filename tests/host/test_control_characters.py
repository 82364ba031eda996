"""What a terminal would obey is shown as what it is; all else as it stands."""

from __future__ import annotations

import unicodedata

import pytest

from twincard.ground.control_characters import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2J\n\x7f\x9b", "a\\x1b[2J\\x0a\\x7f\\x9b"),
        ("mpg.\u202egpj.exe", "mpg.\\u202egpj.exe"),
        ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
        ("\u2067a\u2069", "\\u2067a\\u2069"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_all_that_turns_the_direction_of_text_is_escaped() -> None:
    kinds = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "B"}
    turning = [one for one in map(chr, range(0x10000)) if unicodedata.bidirectional(one) in kinds]
    assert len(turning) > len(kinds)
    assert not [one for one in turning if visible(one) == one]


@pytest.mark.parametrize("text", ["手紙", "ア\u200dイ", "👩\u200d💻", "שלום", "a\u0301 b\u3000c"])
def test_letters_of_all_scripts_stay(text: str) -> None:
    assert visible(text) == text
