"""A program that has a card in use beside others, without any PIN."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from smartcard.scard import (
    SCARD_LEAVE_CARD,
    SCARD_PCI_T1,
    SCARD_PROTOCOL_T1,
    SCARD_RESET_CARD,
    SCARD_SCOPE_USER,
    SCARD_SHARE_SHARED,
    SCardConnect,
    SCardDisconnect,
    SCardEstablishContext,
    SCardReleaseContext,
    SCardTransmit,
)
from tests.opensc.conftest import CardInReader

_IS_VERIFIED = list(bytes.fromhex("00200001"))


class Holder:
    """A connection through PC/SC that others may have at the same time."""

    def __init__(self, card: CardInReader) -> None:
        failed, self._context = SCardEstablishContext(SCARD_SCOPE_USER)
        assert failed == 0
        words = (self._context, card.reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1)
        failed, self._handle, _ = SCardConnect(*words)
        assert failed == 0

    def finds_the_pin_verified(self) -> bool:
        """Whether the card would do for this program what it does for whoever has the PIN."""
        failed, answer = SCardTransmit(self._handle, SCARD_PCI_T1, _IS_VERIFIED)
        assert failed == 0
        return bytes(answer[-2:]) == b"\x90\x00"

    def close(self, *, reset: bool) -> None:
        """Leave the card as it is, or reset it."""
        SCardDisconnect(self._handle, SCARD_RESET_CARD if reset else SCARD_LEAVE_CARD)
        SCardReleaseContext(self._context)


@contextmanager
def held(card: CardInReader) -> Iterator[Holder]:
    """The card is reset, and then in use by this program for the time of a block."""
    Holder(card).close(reset=True)
    holder = Holder(card)
    try:
        assert not holder.finds_the_pin_verified()
        yield holder
    finally:
        holder.close(reset=False)
