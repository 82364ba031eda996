"""The transports, chosen by the name of a reader."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from twincard.ground.language import _
from twincard.transport.connection import CardNotFoundError, Connection

_BACK_ENDS = {
    "pcsc": ("twincard.transport.pcsc", "open_reader"),
    "sim": ("twincard.simulator.folder", "open_card"),
}
"""By the part before the colon: a module and its function that opens a card by name."""


def connect(reader: str) -> Connection:
    """Open the card that `reader` names.

    `sim:NAME` is a simulated card; `pcsc:` goes before a PC/SC reader's name, a unique part of
    it, or its index. Raises CardNotFoundError, CardInUseError, NotInstalledError or another
    TransportError.
    """
    kind, _colon, name = reader.partition(":")
    if kind not in _BACK_ENDS or not name:
        raise CardNotFoundError(
            _("Unknown reader {reader}. Use sim:NAME or pcsc:READER.").format(reader=reader)
        )
    module, opening = _BACK_ENDS[kind]
    return cast(Connection, getattr(import_module(module), opening)(name))
