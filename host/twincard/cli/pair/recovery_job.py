"""What `twincard recover` does once its options and PINs are known: look, then move, and tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import typer

from twincard.card.session import Card
from twincard.cli.pair.report_file import report_to
from twincard.cli.terminal.cards import Holder, check_key, naming, opened, unlock_all
from twincard.cli.terminal.file_results import FileResults
from twincard.cli.terminal.flow_events import listener
from twincard.cli.terminal.output import Printer
from twincard.flows.errors import ProtocolError
from twincard.flows.events import FlowEvent, Listener
from twincard.flows.files.opener import CardHolder, PinProvider
from twincard.flows.recover.journal import Journal
from twincard.flows.recover.names import CardNames
from twincard.flows.recover.outcomes import (
    FoundKind,
    RecoveredFile,
    RecoverEvent,
    RecoverOutcome,
)
from twincard.flows.recover.plan import RecoveryPlan, plan_recovery
from twincard.flows.recover.recovery import Recovery, check_keys
from twincard.flows.usable import check_released
from twincard.ground.language import N_, _
from twincard.iso.status import CardError
from twincard.results.failure import ErrorInfo, ExitCode
from twincard.results.pair import Recovered, RecoveryPlanned
from twincard.simulator.folder import folder
from twincard.transport import TransportError

_COUNTED = {
    RecoverOutcome.MOVED: N_("{count} moved to the new card"),
    RecoverOutcome.ALREADY_MOVED: N_("{count} already on the new card"),
    RecoverOutcome.NOT_FOR_THIS_KEY: N_("{count} encrypted to other keys"),
    RecoverOutcome.NOT_ENCRYPTED: N_("{count} not encrypted"),
    RecoverOutcome.LINK: N_("{count} not followed (symbolic links)"),
    RecoverOutcome.SPECIAL: N_("{count} not opened (pipes, sockets or devices)"),
    RecoverOutcome.UNUSABLE: N_(
        "{count} encrypted to the old card, but damaged or in an unsupported way"
    ),
    RecoverOutcome.UNREADABLE: N_("{count} could not be read"),
    RecoverOutcome.FAILED: N_("{count} failed"),
}
_FAILED_KINDS = (
    FoundKind.UNUSABLE,
    FoundKind.MALFORMED,
    FoundKind.MISSING,
    FoundKind.UNREADABLE,
)
_LISTED_ONLY_IF_VERBOSE = (
    RecoverOutcome.NOT_ENCRYPTED,
    RecoverOutcome.LINK,
    RecoverOutcome.SPECIAL,
)
_Names = tuple[CardNames, CardNames]
"""Of the old card and the new one."""
_JOURNALS = "recovery"
_NAME_BYTES = 8


@dataclass(frozen=True)
class Job:
    """A recovery, apart from its cards."""

    out: Printer
    paths: Sequence[Path]
    report: Path | None
    force: bool
    re_encrypt: bool
    journal: bool
    verbose: bool

    def run(self, old: Sequence[Holder], new: Holder) -> None:
        """Look at the files while no card is held, then move them."""
        planned = None
        # If the cards cannot be used, unlocking them gives the reason.
        with suppress(CardError, ProtocolError, TransportError):
            names = names_of(old[0].reader, new.reader)
            planned = names, self._plan(names)
        counts: Counter[RecoverOutcome] = Counter()
        errors: list[ErrorInfo] = []

        def stopped(error: ErrorInfo) -> tuple[object, str]:
            errors.append(error)
            return result(), _text(counts)

        def result() -> Recovered:
            return _result(counts, *errors)

        listing = FileResults(self.out)
        with (
            nullcontext() if planned is None else planned[1],
            _unlocked(old, new) as cards,
            report_to(self.report, force=self.force, result=result) as note,
        ):
            with (
                listing.told_if_stopped(stopped),
                self.out.progress(_("current file"), None) as progress,
            ):
                show = listener(self.out, progress)

                def on_event(event: FlowEvent) -> None:
                    # Ctrl-C may come at any line: nothing is shown that is not counted.
                    if isinstance(event, RecoverEvent):
                        counts[event.file.outcome] += 1
                        listing.add(event.file)
                        note(event.file)
                    show(event)
                    if isinstance(event, RecoverEvent):
                        self._show_if_verbose(event.file)

                self._move(cards, old, new, planned, on_event)
            listing.finish(result(), _text(counts))
            if any(counts[outcome] for outcome in RecoverOutcome if outcome.is_failure):
                raise typer.Exit(ExitCode.FILE)

    def _show_if_verbose(self, file: RecoveredFile) -> None:
        if self.verbose and file.outcome in _LISTED_ONLY_IF_VERBOSE:
            self.out.step(f"{file.path}: {_(file.outcome.value)}")

    def _plan(self, names: _Names) -> RecoveryPlan:
        journal = Journal(self._journal_file(names), names[0].key_id, names[1].key_id)
        try:
            return plan_recovery(
                *names,
                self.paths,
                is_finished=journal.is_finished,
                on_event=listener(self.out),
            )
        finally:
            journal.close()

    def _move(
        self,
        cards: tuple[Sequence[Card], Card],
        old: Sequence[Holder],
        new: Holder,
        planned: tuple[_Names, RecoveryPlan] | None,
        on_event: Listener[FlowEvent],
    ) -> None:
        both = cards[0][0], cards[1]
        if planned is None or any(
            CardHolder(card).key_id != one.key_id
            for card, one in zip(both, planned[0], strict=True)
        ):
            # Other cards than before, or cards that could not be read then.
            names = CardNames.of(both[0]), CardNames.of(both[1])
            planned = names, self._plan(names)
        names, plan = planned
        pins = [_provider(holder) for holder in old]
        journal = self._journal_file(names)
        with plan, Recovery(*cards, pins, _provider(new), journal, names) as recovery:
            recovery.run(plan, on_event, re_encrypt=self.re_encrypt)

    def _journal_file(self, names: _Names) -> Path | None:
        if not self.journal:
            return None
        keys = "-".join(one.key_id[:_NAME_BYTES].hex() for one in names)
        return folder() / _JOURNALS / f"{keys}.journal"


def show_plan(out: Printer, old: str, new: str, paths: Sequence[Path]) -> None:
    """What was found, by kind, and with --json each file."""
    with plan_recovery(*names_of(old, new), paths) as plan:
        listing = FileResults(out)
        for planned in plan.files():
            if out.as_json:
                listing.add(planned.file)
            elif planned.file.reason is not None:
                out.failed(planned.file.path, planned.file.reason)
            elif planned.file.note is not None:
                out.step(f"{planned.file.path}: {planned.file.note}")
        lines = [_(one.kind.value).format(count=f"{one.count:>6}") for one in plan.counts]
        text = "\n".join(lines) or _("No files were found.")
        listing.finish(RecoveryPlanned(plan.counts, ()), text)
        if any(one.kind in _FAILED_KINDS for one in plan.counts):
            raise typer.Exit(ExitCode.FILE)


def names_of(old: str, new: str) -> tuple[CardNames, CardNames]:
    """What the keys of two cards are called in files; needs no PIN."""
    found = []
    for name, reader in ((_("Old card"), old), (_("New card"), new)):
        with naming(name, reader), opened(reader) as card:
            check_key(card.kept_report())
            found.append(CardNames.of(card))
    check_keys([found[0].key_id], found[1].key_id)
    return found[0], found[1]


@contextmanager
def _unlocked(old: Sequence[Holder], new: Holder) -> Iterator[tuple[Sequence[Card], Card]]:
    """All cards, checked and unlocked."""
    holders = (*old, new)
    with ExitStack() as stack:
        cards = []
        for holder in holders:
            with naming(holder.name, holder.reader):
                # Each simulated card in a program of its own: they work at the same time.
                cards.append(stack.enter_context(opened(holder.reader)))
        pairs = list(zip(holders, cards, strict=True))
        unlock_all(pairs)
        for holder, card in pairs:
            with naming(holder.name, holder.reader):
                check_key(card.kept_report())
        with naming(new.name, new.reader):
            check_released(cards[-1].kept_report())
        yield cards[:-1], cards[-1]


def _provider(holder: Holder) -> PinProvider:
    return lambda: holder.pin


def _result(counts: Counter[RecoverOutcome], error: ErrorInfo | None = None) -> Recovered:
    return Recovered(
        counts[RecoverOutcome.MOVED],
        counts[RecoverOutcome.ALREADY_MOVED],
        counts[RecoverOutcome.NOT_FOR_THIS_KEY],
        counts[RecoverOutcome.NOT_ENCRYPTED],
        counts[RecoverOutcome.UNUSABLE],
        counts[RecoverOutcome.FAILED],
        counts[RecoverOutcome.LINK],
        counts[RecoverOutcome.SPECIAL],
        counts[RecoverOutcome.UNREADABLE],
        (),
        error,
    )


def _text(counts: Counter[RecoverOutcome]) -> str:
    lines = [
        _(words).format(count=f"{counts[one]:>6}") for one, words in _COUNTED.items() if counts[one]
    ]
    return "\n".join(lines) or _("No files were found.")
