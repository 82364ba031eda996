"""Simulated cards: the real applet in a process of its own, under a name in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twincard.ground.exports import exports

if TYPE_CHECKING:
    from twincard.simulator.folder import (
        create_card,
        list_cards,
        remove_card,
        transport_key_file,
    )

__all__ = ["create_card", "list_cards", "remove_card", "transport_key_file"]

__getattr__ = exports(__name__)
