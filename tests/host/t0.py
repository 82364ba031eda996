"""Cards that speak T=0, behind a reader that hides nothing of it."""

from __future__ import annotations

from typing import Self

from twincard.simulator.laboratory import Laboratory

_HEADER = 4


class T0Laboratory(Laboratory):
    """A simulated card at T=0: of each command it sees header and P3, and the data if it asks.

    Status words 61xx and 6Cxx are left to the host, as PC/SC leaves them.
    """

    @classmethod
    def start(cls, applet: str | None = None, chip: str = "") -> Self:
        """See Laboratory."""
        return super().start(applet, ",".join(word for word in ("t0", chip) if word))

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        return super().transmit(tpdu(apdu))


def tpdu(apdu: bytes) -> bytes:
    """What a reader sends for a short APDU (ISO 7816-3, 12.2)."""
    if len(apdu) == _HEADER:
        return apdu + b"\x00"
    # P3 is Le without data; with data it is Lc, and Le is never sent.
    carried = apdu[: _HEADER + 1 + apdu[_HEADER]]
    assert len(apdu) == _HEADER + 1 or len(carried) in (len(apdu), len(apdu) - 1)
    return apdu if len(apdu) == _HEADER + 1 else carried
