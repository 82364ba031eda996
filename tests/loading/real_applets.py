"""Applets that the scripted card manager installs: the real one, in the simulator."""

from __future__ import annotations

from twincard.simulator.laboratory import Laboratory
from twincard.transport.connection import Connection, TransportError


def real_applet(instance: bytes, data: bytes) -> Connection:
    """The applet, installed by this name with these data in a process of its own."""
    card = Laboratory.start()
    try:
        card.install(data, instance)
    except TransportError:
        card.close()
        raise
    return card
