"""Watches PC/SC readers for insertions and removals, without touching any card."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from twincard.ground.language import N_
from twincard.transport.winscard import Context, ReaderState

# Ctrl-C and newly plugged readers are noticed within this time.
_LOOK_SECONDS = 0.3


class Holds(Enum):
    """What a reader holds."""

    NOTHING = N_("no card")
    CARD = N_("a card")
    CARD_IN_USE = N_("a card in use by another program")
    MUTE_CARD = N_("a card that does not respond")
    GONE = N_("reader disconnected")

    @property
    def is_card(self) -> bool:
        """Whether there is a card, free or in use."""
        return self not in (Holds.NOTHING, Holds.GONE)


@dataclass(frozen=True)
class Slot:
    """One reader; `atr` is the answer to reset of its card, empty where there is none."""

    reader: str
    holds: Holds
    atr: bytes = b""


def slots() -> list[Slot]:
    """All readers as they are now. Raises NotInstalledError, TransportError."""
    with Context() as context:
        return [_slot(state) for state in _look(context)]


def watch() -> Iterator[Slot]:
    """All readers as they are now, then each change, for as long as the caller goes on.

    Raises NotInstalledError, TransportError.
    """
    with Context() as context:
        known: dict[str, Slot] = {}
        while True:
            states = _look(context)
            now = {state.reader: _slot(state) for state in states}
            for reader in known.keys() - now.keys():
                yield Slot(reader, Holds.GONE)
            for reader, slot in now.items():
                if known.get(reader) != slot:
                    yield slot
            known = now
            _wait_for_change(context, states)


def wait_for_card(reader: str) -> None:
    """Wait until a card is in the reader of this (whole) name, or the reader is gone."""
    for slot in watch():
        if slot.reader == reader and slot.holds is not Holds.NOTHING:
            return


def _look(context: Context) -> list[ReaderState]:
    # A reader may vanish between the two calls; then both are repeated.
    while readers := context.readers():
        if states := context.states(dict.fromkeys(readers, 0), 0):
            return states
    return []


def _wait_for_change(context: Context, states: list[ReaderState]) -> None:
    if states:
        context.states({state.reader: state.flags for state in states}, _LOOK_SECONDS)
    else:
        time.sleep(_LOOK_SECONDS)


def _slot(state: ReaderState) -> Slot:
    if state.has("MUTE"):
        return Slot(state.reader, Holds.MUTE_CARD)
    if not state.has("PRESENT"):
        return Slot(state.reader, Holds.NOTHING)
    in_use = state.has("INUSE", "EXCLUSIVE")
    return Slot(state.reader, Holds.CARD_IN_USE if in_use else Holds.CARD, state.atr)
