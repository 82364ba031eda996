"""What `twincard duplicate` does with --cancel and --abandon."""

from __future__ import annotations

from pathlib import Path

from twincard.card.report import LifeCycle
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import (
    Holder,
    check_reader,
    opened_pair,
    protected,
    transport_key,
    unlock_all,
)
from twincard.cli.terminal.output import Printer
from twincard.cli.terminal.pins import asked_pin
from twincard.flows.duplicate.abandon import Cancelled
from twincard.flows.duplicate.abandon import abandon as abandon_export
from twincard.flows.duplicate.abandon import cancel as cancel_ticket
from twincard.ground.language import _
from twincard.results.pair import ExportAbandoned, TicketCancelled


def cancel(out: Printer, original: Holder, backup: Holder) -> None:
    """Make the backup's ticket void, and give the original its slot back."""
    names = [(holder.name, holder.reader) for holder in (original, backup)]
    with opened_pair(names[0], names[1]) as (first, second):
        report = second.kept_report()
        locked = [(original, first), (backup, second)]
        if report.life_cycle is LifeCycle.TERMINATED:
            del locked[1]  # it takes no PIN, and gives its receipt without one
        unlock_all(locked)
        freed = cancel_ticket(first, second) is Cancelled.SLOT_FREE
    if freed:
        text = _("The backup's ticket is void. The original can export its key again.")
    else:
        text = _("The backup's ticket is void. This original was not waiting for it.")
    out.result(TicketCancelled(report.card_id, freed), text)


def abandon(
    out: Printer,
    reader: str,
    pin_file: Path | None,
    key_file: Path | None,
    issuer: bytes | None,
    *,
    plain: bool,
    yes: bool,
) -> None:
    """Use up the export slot of a backup that will never answer.

    The issuer with the public key `issuer` (a point) must have certified the original. Without it,
    the card must have its issuer's channel, or `plain` allows to send the PIN unencrypted.
    """
    check_reader(reader)
    prompts.confirm(
        _("The export slot of this backup will stay used. Is the backup really destroyed?"),
        "--yes",
        yes=yes,
    )
    key = transport_key(reader, key_file)
    pin, before = asked_pin(reader, pin_file, _("PIN of the original"), issuer)
    with protected(reader, issuer, before) as card:
        abandon_export(card, key, pin, plain=plain or issuer is not None)
        report = card.kept_report()
    done = report.export.slots_used if report.export else 0
    allowed = report.backups_allowed
    text = _("The export is abandoned. Export slots used: {done} of {allowed}.")
    result = ExportAbandoned(report.card_id, done, allowed)
    out.result(result, text.format(done=done, allowed=allowed))
