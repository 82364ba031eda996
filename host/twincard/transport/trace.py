"""A trace of APDUs that shows headers, lengths and status words, and data only if asked to."""

from __future__ import annotations

import time
from collections.abc import Callable

from twincard.transport.connection import Connection

SECRET = {
    0x02,  # PERSONALISE: PIN and PUK
    0x12,  # SET COMPONENT
    0x20,  # VERIFY
    0x24,  # CHANGE REFERENCE DATA
    0x2A,  # PERFORM SECURITY OPERATION: the plaintext in or out
    0x2C,  # RESET RETRY COUNTER
    0x34,  # WRAP: the content-encryption key
    0x36,  # UNWRAP: likewise
    0x82,  # EXTERNAL AUTHENTICATE
    0x84,  # GET CHALLENGE: random bytes that may become a component
}
_GET_RESPONSE = 0xC0


class Traced:
    """A connection that passes each exchange as one line of text to `sink`.

    Without `show_data` only lengths are shown. With it data are shown in hex, but never those
    of a command that carries a PIN, a component, a plaintext or random material.
    """

    def __init__(
        self, connection: Connection, sink: Callable[[str], None], *, show_data: bool = False
    ) -> None:
        self._connection = connection
        self._sink = sink
        self._show_data = show_data
        self._last_was_secret = False

    @property
    def atr(self) -> bytes:
        """See Connection."""
        return self._connection.atr

    @property
    def reader(self) -> str | None:
        """The name of the reader, if the connection has one."""
        return getattr(self._connection, "reader", None)

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        visible = self._visible(apdu)
        start = time.perf_counter()
        try:
            data, sw = self._connection.transmit(apdu)
        except Exception as error:
            self._sink(f"{_command(apdu, visible)} → {type(error).__name__}")
            raise
        milliseconds = (time.perf_counter() - start) * 1000
        answer = _data(data, visible)
        self._sink(f"{_command(apdu, visible)} → {answer}{sw:04X}  {milliseconds:.1f} ms")
        return data, sw

    def reset(self) -> None:
        """See Connection."""
        self._connection.reset()
        self._sink("reset")

    def close(self) -> None:
        """See Connection."""
        self._connection.close()

    def _visible(self, apdu: bytes) -> bool:
        # GET RESPONSE brings the rest of the answer before it, and inherits its secrecy.
        if len(apdu) < 2 or apdu[1] != _GET_RESPONSE:
            self._last_was_secret = len(apdu) < 2 or apdu[1] in SECRET
        return self._show_data and not self._last_was_secret


def _command(apdu: bytes, visible: bool) -> str:
    return f"{apdu[:4].hex(' ').upper()}  {_data(apdu[4:], visible)}".rstrip()


def _data(data: bytes, visible: bool) -> str:
    if not data:
        return ""
    return f"{data.hex().upper()} " if visible else f"[{len(data)}] "
