"""The answer to reset (ISO 7816-3, 8.2)."""

from __future__ import annotations

_T1 = 1
_PROTOCOL = 0x0F
_TD_FOLLOWS = 0x80


def offers_t1(atr: bytes) -> bool:
    """Whether the card can speak T=1, without which there are no extended lengths."""
    # The upper half of T0 and of each TDi lists the interface bytes that follow, TD last.
    at = 1
    while at < len(atr):
        indicator = atr[at]
        if at > 1 and indicator & _PROTOCOL == _T1:
            return True
        if not indicator & _TD_FOLLOWS:
            return False
        at += (indicator >> 4).bit_count()
    return False
