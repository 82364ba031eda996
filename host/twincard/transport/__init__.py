"""Ways to a card: simulated ones (`sim:NAME`) and real ones in PC/SC readers (`pcsc:READER`)."""

from __future__ import annotations

from twincard.transport.base import (
    CardFileError,
    CardGoneError,
    CardInUseError,
    CardNotFoundError,
    Connection,
    NotInstalledError,
    PowerCutError,
    TransportError,
)

__all__ = [
    "CardFileError",
    "CardGoneError",
    "CardInUseError",
    "CardNotFoundError",
    "Connection",
    "NotInstalledError",
    "PowerCutError",
    "TransportError",
    "connect",
]


def connect(reader: str) -> Connection:
    """Open the card that `reader` names.

    `sim:NAME` is a simulated card; `pcsc:` goes before a PC/SC reader's name, a unique part of
    it, or its index. Raises CardNotFoundError, CardInUseError, NotInstalledError or another
    TransportError.
    """
    kind, _, name = reader.partition(":")
    if kind == "sim" and name:
        from twincard.transport.folder import open_card

        return open_card(name)
    if kind == "pcsc" and name:
        from twincard.transport.pcsc import open_reader

        return open_reader(name)
    raise CardNotFoundError(f"Not a reader: {reader}; say sim:NAME or pcsc:READER.")
