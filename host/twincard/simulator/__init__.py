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
    from twincard.simulator.process import Make
    from twincard.simulator.shared_program import one_program

__all__ = ["Make", "create_card", "list_cards", "one_program", "remove_card", "transport_key_file"]

__getattr__ = exports(__name__)
