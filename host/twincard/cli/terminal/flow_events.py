"""The events of flows as sentences; no other module of the command line words them.

Events are looked up by name, so that a command imports only its own flow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from twincard.cli.terminal.output import Printer
from twincard.flows.events import BytesEvent, FlowEvent, Listener
from twincard.ground.language import _, listed

if TYPE_CHECKING:
    from twincard.flows.check.drill import CheckEvent
    from twincard.flows.duplicate.duplication import DuplicationEvent
    from twincard.flows.issue.profile import IssueEvent
    from twincard.flows.load.applet import LoadEvent, SentEvent
    from twincard.flows.recover.outcomes import PlanEvent, RecoverEvent

Bar = Callable[[int], None]


def listener(out: Printer, bar: Bar | None = None) -> Listener[FlowEvent]:
    """A listener that prints steps and files as sentences, and shows bytes done with `bar`."""

    def on_event(event: FlowEvent) -> None:
        if event.name in _COUNTS:
            if bar is not None:
                bar(_COUNTS[event.name](event))
        else:
            _SENTENCES[event.name](out, event)

    return on_event


def _issue_step(out: Printer, event: IssueEvent) -> None:
    out.step(f"{event.role.word}: {_(event.step.value)}")


def _duplicate_step(out: Printer, event: DuplicationEvent) -> None:
    if event.component is None:
        out.step(_(event.step.value))
    else:
        out.step(_("setting component {number} on both cards").format(number=event.component))


def _load_step(out: Printer, event: LoadEvent) -> None:
    out.step(_(event.step.value))


def _recovery_plan(out: Printer, event: PlanEvent) -> None:
    if event.found:
        told = listed(_(one.kind.value).format(count=one.count) for one in event.found)
        out.step(_("Found: {told}.").format(told=told))


def _recovered_file(out: Printer, event: RecoverEvent) -> None:
    file = event.file
    if file.reason is not None:
        out.failed(file.path, file.reason)
    elif file.outcome.name not in _COUNTED_ONLY:
        out.step(f"{file.path}: {_(file.outcome.value)}")
    if file.note is not None:
        out.note(f"{file.path}: {file.note}")


def _checked_file(out: Printer, event: CheckEvent) -> None:
    file = event.file
    if file.outcome.name not in _COUNTED_ONLY:
        out.step(f"{file.path}: {file.reason or _(file.outcome.value)}")


def _done(event: BytesEvent | SentEvent) -> int:
    return event.done


_COUNTED_ONLY = ("NOT_ENCRYPTED", "LINK", "SPECIAL")
"""Outcomes of files that only --verbose lists."""
_COUNTS: dict[str, Callable[[Any], int]] = {"file.bytes": _done, "load.sent": _done}
_SENTENCES: dict[str, Callable[[Printer, Any], None]] = {
    "check.file": _checked_file,
    "duplicate.step": _duplicate_step,
    "issue.step": _issue_step,
    "load.step": _load_step,
    "recover.file": _recovered_file,
    "recover.plan": _recovery_plan,
}
