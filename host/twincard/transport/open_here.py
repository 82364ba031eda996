"""The cards that this process has open, to recognise when it holds a card itself."""

from __future__ import annotations

import os
from weakref import ref

from twincard.ground.language import _
from twincard.transport.connection import CardInUseError, CardOpenHereError, Connection

_open: dict[tuple[int, str], ref[Connection]] = {}


def note_open(place: str, connection: Connection) -> None:
    """This process has the card in `place` open now."""
    _open[_key(place)] = ref(connection)


def note_closed(place: str, connection: Connection) -> None:
    """This connection was closed; another may have the card since."""
    held = _open.get(_key(place))
    if held is not None and held() is connection:
        del _open[_key(place)]


def check_not_open(place: str, reader: str, error: CardInUseError) -> None:
    """Raise CardOpenHereError in place of `error` where this process itself holds the card."""
    connection = _open.get(_key(place))
    if connection is not None and connection() is not None:
        raise CardOpenHereError(
            _("This program itself has {reader} open already.").format(reader=reader)
        ) from error


def _key(place: str) -> tuple[int, str]:
    return os.getpid(), place  # a forked process has opened none of them
