"""What flows tell while they run: one stream of typed events, in one parameter, `on_event`.

A listener takes the events of one flow, or every FlowEvent: then it serves all flows, as that of a
log or of a web page does. What it raises ends the flow, which can be repeated as after any other
interruption; only where a flow lets a file fail alone, that file fails. Each flow defines its own
events beside its steps, so that nobody imports other flows for them. Their `name` is stable;
sentences are made where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar


@dataclass(frozen=True)
class FlowEvent:
    """Something that a flow tells while it runs.

    `name` is the same for all events of a class: the flow, a full stop, and what is told.
    `card_ids` (16 bytes each) are the cards concerned; none where no card is, or where it has told
    no id yet.
    """

    name: ClassVar[str]
    card_ids: tuple[bytes, ...]


@dataclass(frozen=True)
class BytesEvent(FlowEvent):
    """So many bytes of a file are done."""

    name: ClassVar[str] = "file.bytes"
    path: Path
    done: int


_Event = TypeVar("_Event", bound=FlowEvent)
Listener = Callable[[_Event], None]
"""Is called with each event as it happens, in the thread of the flow."""


def ignore(event: FlowEvent) -> None:
    """The listener of a flow that nobody listens to."""


def counting(
    on_event: Listener[BytesEvent], path: Path, card_ids: tuple[bytes, ...] = ()
) -> Callable[[int], None]:
    """Tells the bytes that are done of one file."""
    return lambda done: on_event(BytesEvent(card_ids, path, done))
