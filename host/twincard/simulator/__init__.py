"""Simulated cards: the real applet in a process of its own, under a name in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twincard.ground.exports import exports

if TYPE_CHECKING:
    from twincard.simulator.folder import (
        create_card,
        issuer_key_file,
        list_cards,
        remove_card,
    )

__all__ = ["create_card", "issuer_key_file", "list_cards", "remove_card"]

__getattr__ = exports(__name__)
