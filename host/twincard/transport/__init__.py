"""Ways to a card: simulated ones (`sim:NAME`) and real ones in PC/SC readers (`pcsc:READER`)."""

from __future__ import annotations

from twincard.language import _
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
from twincard.transport.folder import (
    create_card,
    issuer_key_file,
    list_cards,
    open_card,
    remove_card,
)
from twincard.transport.pcsc import list_readers, open_reader
from twincard.transport.slots import Holds, Slot, watch
from twincard.transport.trace import Traced

__all__ = [
    "CardFileError",
    "CardGoneError",
    "CardInUseError",
    "CardNotFoundError",
    "Connection",
    "Holds",
    "NotInstalledError",
    "PowerCutError",
    "Slot",
    "Traced",
    "TransportError",
    "connect",
    "create_card",
    "issuer_key_file",
    "list_cards",
    "list_readers",
    "remove_card",
    "watch",
]


def connect(reader: str) -> Connection:
    """Open the card that `reader` names.

    `sim:NAME` is a simulated card; `pcsc:` goes before a PC/SC reader's name, a unique part of
    it, or its index. Raises CardNotFoundError, CardInUseError, NotInstalledError or another
    TransportError.
    """
    kind, colon, name = reader.partition(":")
    if kind + colon == "sim:" and name:
        return open_card(name)
    if kind + colon == "pcsc:" and name:
        return open_reader(name)
    raise CardNotFoundError(
        _("Not a reader: {reader}; say sim:NAME or pcsc:READER.").format(reader=reader)
    )
