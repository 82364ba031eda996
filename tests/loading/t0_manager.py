"""A card manager behind T=0, as a reader that hides nothing of it shows it."""

from __future__ import annotations

from twincard.transport.connection import Connection


class T0Manager:
    """Speaks T=0 for the manager behind it (ISO 7816-3, 12.2).

    A wrong Le is answered with 6Cxx, and the answer to a command with data with 61xx first.
    """

    atr = bytes.fromhex("3B08") + b"TWINCARD"
    """No interface bytes, so T=0; eight historical bytes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept = b""

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        if len(apdu) > 5:
            # With Le or without, T=0 carries the data alone.
            data, sw = self._connection.transmit(apdu[: 5 + apdu[4]] + b"\x00")
            assert self._kept == b""
            if sw == 0x9000 and data:
                self._kept = data
                return b"", 0x6100 | len(data) & 0xFF
            return data, sw
        if apdu[1] == 0xC0 and self._kept:
            data, self._kept = self._kept, b""
            return data, 0x9000
        data, sw = self._connection.transmit(apdu[:4] + b"\x00")
        if sw == 0x9000 and data and len(data) != (apdu[4] or 256):
            return b"", 0x6C00 | len(data)
        return data, sw

    def reset(self) -> None:
        """See Connection."""
        self._connection.reset()

    def close(self) -> None:
        """See Connection."""
        self._connection.close()
