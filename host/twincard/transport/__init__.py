"""Ways to a card: simulated ones (`sim:NAME`) and real ones in PC/SC readers (`pcsc:READER`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twincard.ground.exports import exports

if TYPE_CHECKING:
    from twincard.transport.back_ends import connect
    from twincard.transport.connection import (
        CardFileError,
        CardGoneError,
        CardInUseError,
        CardNotFoundError,
        CardOpenHereError,
        Connection,
        NotInstalledError,
        PowerCutError,
        ReaderInUseError,
        ServiceEndedError,
        TransportError,
    )
    from twincard.transport.pcsc import list_readers
    from twincard.transport.slots import Holds, Slot, watch
    from twincard.transport.trace import Traced

__all__ = [
    "CardFileError",
    "CardGoneError",
    "CardInUseError",
    "CardNotFoundError",
    "CardOpenHereError",
    "Connection",
    "Holds",
    "NotInstalledError",
    "PowerCutError",
    "ReaderInUseError",
    "ServiceEndedError",
    "Slot",
    "Traced",
    "TransportError",
    "connect",
    "list_readers",
    "watch",
]

__getattr__ = exports(__name__)
