"""A component as people type it: hexadecimal digits in groups of four, each with a check digit.

The check digit makes `((((g·x + a)·x + b)·x + c)·x + d)·x + check = 0` in GF(16) = GF(2)[x] modulo
x^4 + x + 1, where a, b, c, d are the digits and g the place of the group, from 0. All powers of x
that occur differ, so every wrong digit, every two digits changed places, and every group in a
wrong place is noticed; anything else 15 times out of 16, and the KCV notices the rest.
"""

from __future__ import annotations

import string
from collections.abc import Iterable

from twincard.ground.language import _
from twincard.keys.component import COMPONENT_BYTES

GROUPS = 16
GROUP_CHARACTERS = 5
_DIGITS = "0123456789ABCDEF"
_HEX = frozenset(string.hexdigits)
_REDUCTION = 0b10011


class WrongGroupError(ValueError):
    """A group that cannot be right; the message is one plain sentence."""


def checked_groups(value: bytes) -> tuple[str, ...]:
    """The groups of a component of 32 bytes: 16, of five characters each."""
    if len(value) != COMPONENT_BYTES:
        raise ValueError(f"a component has {COMPONENT_BYTES} bytes")
    digits = value.hex().upper()
    fours = (digits[start : start + 4] for start in range(0, len(digits), 4))
    return tuple(four + _DIGITS[_sum(place, four)] for place, four in enumerate(fours))


def group_bytes(place: int, typed: bytes) -> bytes:
    """The two bytes of the group at a place, from 0; spaces do not count.

    Raises WrongGroupError, which does not repeat what was typed.
    """
    text = "".join(typed.decode("latin-1").split())
    if len(text) != GROUP_CHARACTERS or not _HEX.issuperset(text):
        raise WrongGroupError(
            _("A group must have {count} hex digits (0-9, A-F).").format(count=GROUP_CHARACTERS)
        )
    if _sum(place, text[:-1]) != int(text[-1], 16):
        raise WrongGroupError(
            _("The check digit does not match: a character is wrong, or this is another group.")
        )
    return bytes.fromhex(text[:-1])


def _sum(place: int, digits: Iterable[str]) -> int:
    """What the check digit must be, so that all adds up to zero."""
    total = place
    for digit in digits:
        total = _times_x(total) ^ int(digit, 16)
    return _times_x(total)


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ _REDUCTION if doubled & 16 else doubled
