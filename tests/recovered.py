"""What became of each file of a recovery, as a listener hears it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from os import PathLike
from typing import Any

from twincard.card.session import Card
from twincard.flows.events import FlowEvent, Listener, ignore
from twincard.flows.recover.outcomes import RecoveredFile, RecoverEvent
from twincard.flows.recover.recovery import recover_files


def recovered(
    old: Card | Sequence[Card],
    new: Card,
    paths: str | PathLike[str] | Iterable[str | PathLike[str]],
    *,
    on_event: Listener[Any] = ignore,
    **options: Any,
) -> list[RecoveredFile]:
    """Move files; the result of each, in order. Their numbers are those that are returned."""
    files: list[RecoveredFile] = []

    def listener(event: FlowEvent) -> None:
        if isinstance(event, RecoverEvent):
            files.append(event.file)
        on_event(event)

    summary = recover_files(old, new, paths, on_event=listener, **options)
    assert summary.counts == Counter(file.outcome for file in files)
    return files
