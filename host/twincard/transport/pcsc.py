"""Real cards, through PC/SC and the package pyscard."""

from __future__ import annotations

import contextlib
from typing import Any

from twincard.transport.base import (
    CardGoneError,
    CardInUseError,
    CardNotFoundError,
    NotInstalledError,
    TransportError,
)


def list_readers() -> list[str]:
    """Names of the PC/SC readers.

    Raises NotInstalledError without pyscard, TransportError without a PC/SC service.
    """
    return [str(reader) for reader in _readers()]


def open_reader(name: str) -> PcscCard:
    """A connection to the card in a reader: its name, a unique part of it, or its index."""
    return PcscCard(_choose(name, _readers()))


class PcscCard:
    """A connection to a real card, held in an exclusive transaction from opening to closing.

    Nobody else can send it commands meanwhile, and its power is cut at the end, so nobody inherits
    a verified PIN. Ask for PINs before opening: Windows resets a card that is silent for five
    seconds inside a transaction.
    """

    def __init__(self, reader: Any) -> None:
        """`reader` is one of pyscard's reader objects."""
        from smartcard.Exceptions import NoCardException, SmartcardException
        from smartcard.ExclusiveTransmitCardConnection import ExclusiveTransmitCardConnection
        from smartcard.scard import (
            SCARD_E_SHARING_VIOLATION,
            SCARD_SHARE_EXCLUSIVE,
            SCARD_UNPOWER_CARD,
        )

        self._name = str(reader)
        self._failure = SmartcardException
        # Left out, pyscard's default would share the card and reset it without cutting its power.
        self._exclusive = {"mode": SCARD_SHARE_EXCLUSIVE, "disposition": SCARD_UNPOWER_CARD}
        self._closed = False
        try:
            self._connection = ExclusiveTransmitCardConnection(reader.createConnection())
            self._connection.connect(**self._exclusive)
        except NoCardException:
            raise CardNotFoundError(f"There is no card in the reader {self._name}.") from None
        except SmartcardException as error:
            if error.hresult == SCARD_E_SHARING_VIOLATION:
                raise CardInUseError(f"Another program uses the card in {self._name}.") from None
            raise self._gone() from None
        try:
            self._connection.lock()
        except SmartcardException:
            self.close()
            raise self._gone() from None

    @property
    def atr(self) -> bytes:
        """See Connection."""
        try:
            return bytes(self._connection.getATR())
        except self._failure:
            raise self._gone() from None

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        try:
            data, sw1, sw2 = self._connection.transmit(list(apdu))
        except self._failure:
            raise self._gone() from None
        return bytes(data), sw1 << 8 | sw2

    def reset(self) -> None:
        """See Connection."""
        try:
            self._connection.unlock()
            self._connection.reconnect(**self._exclusive)
            self._connection.lock()
        except self._failure:
            self.close()
            raise CardGoneError(f"The card in {self._name} cannot be reset.") from None

    def close(self) -> None:
        """See Connection."""
        if self._closed:
            return
        self._closed = True
        # Each on its own: a transaction that is lost already must not keep the card powered.
        # After a failed reconnect pyscard has no handle any more, which `unlock` takes badly.
        with contextlib.suppress(self._failure, TypeError):
            self._connection.unlock()
        with contextlib.suppress(self._failure):
            self._connection.disconnect()

    def _gone(self) -> CardGoneError:
        return CardGoneError(f"The card in {self._name} does not answer.")


def _readers() -> list[Any]:
    try:
        from smartcard.pcsc.PCSCExceptions import BaseSCardException
        from smartcard.System import readers
    except ImportError:
        raise NotInstalledError(
            "Real cards need the package pyscard: `pip install twincard[pcsc]`."
        ) from None
    try:
        return list(readers())
    except BaseSCardException:
        raise TransportError("The PC/SC service does not run on this machine.") from None


def _choose(name: str, readers: list[Any]) -> Any:
    if name.isdigit() and int(name) < len(readers):
        return readers[int(name)]
    matches = [reader for reader in readers if str(reader) == name] or [
        reader for reader in readers if name.lower() in str(reader).lower()
    ]
    if len(matches) == 1:
        return matches[0]
    if matches:
        names = "; ".join(map(str, matches))
        raise CardNotFoundError(f"More than one reader is called {name}: {names}.")
    raise CardNotFoundError(f"There is no reader {name}; `twincard readers` lists them.")
