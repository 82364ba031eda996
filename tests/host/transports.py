"""Ways for commands to a simulated card, on chips that differ in what they do on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from tests.host.t0 import T0Laboratory

from twincard.simulator.laboratory import Laboratory

SHORT_APPLET = "twincard.card.TrustTwinCardApplet"
"""The full build for chips without extended length."""
_FURTHER_CHANNELS = 0x40


class OnChannel2(Laboratory):
    """A card that is spoken to on logical channel 2."""

    @classmethod
    def start(cls, applet: str | None = None, chip: str = "") -> Self:
        """See Laboratory."""
        return super().start(applet, chip)

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """The host writes channel 0 into the class."""
        return super().transmit(on_channel(2, apdu))


def on_channel(number: int, apdu: bytes) -> bytes:
    """The same APDU on a channel from 0 to 3."""
    assert not apdu[0] & (_FURTHER_CHANNELS | 3)
    return bytes([apdu[0] | number]) + apdu[1:]


TRANSPORTS: dict[str, Callable[[], Laboratory]] = {
    "t0": lambda: T0Laboratory.start(SHORT_APPLET),
    "t0-extended": T0Laboratory.start,
    "receiving-nothing": lambda: Laboratory.start(chip="receiving=nothing"),
    "receiving-le": lambda: Laboratory.start(SHORT_APPLET, "receiving=le"),
    "offset-7": lambda: Laboratory.start(chip="offset=7"),
    "channel-2": OnChannel2.start,
}
"""Besides the usual one: T=1, channel 0, a chip as strict as any."""
