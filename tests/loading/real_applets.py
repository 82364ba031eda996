"""Applets that the scripted card manager installs: the real one, in the simulator."""

from __future__ import annotations

from twincard.transport.base import Connection, TransportError
from twincard.transport.laboratory import Laboratory


def real_applet(instance: bytes, data: bytes) -> Connection:
    """The applet, installed by this name with these data in a process of its own."""
    card = Laboratory.start()
    try:
        card.install(data, instance)
    except TransportError:
        card.close()
        raise
    return card
