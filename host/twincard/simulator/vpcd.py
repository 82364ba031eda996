"""Puts a card into a virtual reader: one that vpcd, a driver of pcscd, makes of a TCP port.

Frames, both ways: length in 2 bytes, big-endian, then that many bytes. A request of one byte
concerns the power or the answer to reset; any other is a command APDU.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import TracebackType
from typing import Self

from twincard.ground.language import _
from twincard.transport.connection import CardGoneError, CardInUseError, Connection, TransportError

_CONNECT_SECONDS = 3.0
# pcscd looks for a card 2.5 times a second, and asks a present one for its answer to reset.
_NOTICE_SECONDS = 3.0
_PIECE = 65536 + 2


class _Control(IntEnum):
    """The requests of one byte."""

    POWER_OFF = 0
    POWER_ON = 1
    RESET = 2
    ATR = 4


@dataclass(frozen=True)
class Address:
    """Where a virtual reader listens."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """HOST:PORT, an IPv6 address in brackets. Raises ValueError."""
        host, _, port = text.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(text)
        return cls(host.removeprefix("[").removesuffix("]"), int(port))

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


USUAL_READERS = (Address("localhost", 35963), Address("localhost", 35964))
"""The two readers that Debian's vpcd gives pcscd."""


class VirtualReader:
    """A virtual reader in use: the card is in it from `serve` until this is closed."""

    def __init__(self, address: Address) -> None:
        """Take the reader at `address`.

        Raises TransportError when none listens there, CardInUseError when another card is in it.
        """
        self.address = address
        self._received = bytearray()
        try:
            self._socket = socket.create_connection((address.host, address.port), _CONNECT_SECONDS)
        except TimeoutError:
            # A reader with a card in it queues few further connections.
            raise self._occupied() from None
        except OSError:
            raise TransportError(
                _(
                    "No virtual reader listens on {address}. Check that pcscd is running "
                    "with the vpcd driver."
                ).format(address=address)
            ) from None
        # Frames are small, and each waits for the one before it.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._expect_notice()
        except TransportError:
            self.close()
            raise

    def _expect_notice(self) -> None:
        """Wait for the first request: a reader with another card keeps us waiting."""
        self._socket.settimeout(_NOTICE_SECONDS)
        try:
            self._receive()
        except TimeoutError:
            raise self._occupied() from None
        self._socket.settimeout(None)

    def serve(self, card: Connection) -> None:
        """Answer for the card as long as the reader exists.

        Raises CardGoneError in the end, when the reader goes away, and whatever the card's own
        connection raises.
        """
        while True:
            request = self._take(int.from_bytes(self._take(2), "big"))
            answer = _answer(card, request)
            if answer is not None:
                self._send(answer)

    def close(self) -> None:
        """Remove the card; another thread may be serving it."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _take(self, size: int) -> bytes:
        while len(self._received) < size:
            self._receive()
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken

    def _receive(self) -> None:
        # vpcd sends length and body apart, and waits with the second for our acknowledgement of the
        # first, which Linux delays unless this option is set again each time.
        if hasattr(socket, "TCP_QUICKACK"):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        try:
            piece = self._socket.recv(_PIECE)
        except ConnectionError:
            raise self._gone() from None
        if not piece:
            raise self._gone()
        self._received += piece

    def _send(self, body: bytes) -> None:
        try:
            self._socket.sendall(len(body).to_bytes(2, "big") + body)
        except ConnectionError:
            raise self._gone() from None

    def _occupied(self) -> CardInUseError:
        return CardInUseError(
            _(
                "The virtual reader at {address} does not accept the card. It probably has "
                "another card in it."
            ).format(address=self.address)
        )

    def _gone(self) -> CardGoneError:
        return CardGoneError(
            _("The virtual reader at {address} was closed: pcscd has stopped.").format(
                address=self.address
            )
        )


def take_reader(addresses: Sequence[Address]) -> VirtualReader:
    """The first virtual reader of these that holds no card.

    Raises CardInUseError when all hold one, TransportError when one does not listen.
    """
    for address in addresses[:-1]:
        with contextlib.suppress(CardInUseError):
            return VirtualReader(address)
    return VirtualReader(addresses[-1])


def _answer(card: Connection, request: bytes) -> bytes | None:
    if len(request) != 1:
        data, sw = card.transmit(request)
        return data + sw.to_bytes(2, "big")
    if request[0] == _Control.ATR:
        return card.atr
    # RAM must not outlive the power, and a connection's reset is both power-off and power-on.
    if request[0] in (_Control.POWER_OFF, _Control.POWER_ON, _Control.RESET):
        card.reset()
    return None
