"""Events of flows: one stream of typed events, for the listener `on_event`.

A listener accepts the events of one flow, or every FlowEvent, as a log or a web page does. An
exception that it raises ends the flow, which can be repeated as after any interruption; where a
flow continues after a file that fails, only that file fails. Each flow defines its own events
beside its steps, so that no other flow must be imported. Their `name` is stable; sentences are made
where they are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar


@dataclass(frozen=True)
class FlowEvent:
    """An event of a flow while it runs.

    `name` is the same for all events of a class: the flow, a full stop, and the kind of event.
    `card_ids` (16 bytes each) are the cards concerned; empty if there are none, or their ids are
    not known yet.
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
    """A listener that does nothing."""


def counting(
    on_event: Listener[BytesEvent], path: Path, card_ids: tuple[bytes, ...] = ()
) -> Callable[[int], None]:
    """A progress function that reports the bytes done of one file."""
    return lambda done: on_event(BytesEvent(card_ids, path, done))
