"""`twincard recover`: the files of a lost original move to a new one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from twincard.card.report import Role
from twincard.cli.pair.duplicate import duplicate_first
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import (
    Holder,
    check_key,
    check_two_cards,
    issuer_public_key,
    naming,
    opened,
    unlocked_pair,
)
from twincard.cli.terminal.flow_events import listener
from twincard.cli.terminal.options import READER_HELP, IssuerPublicKeyFile, Json, PinFile
from twincard.cli.terminal.output import Printer
from twincard.flows.errors import NoKeyError, NotReleasedError, ProtocolError
from twincard.flows.recover.recovery import RecoveredFile, RecoverOutcome, recover_files
from twincard.flows.usable import check_released
from twincard.ground.language import N_, _
from twincard.results.failure import ExitCode
from twincard.results.pair import Recovered

_COUNTED = {
    RecoverOutcome.MOVED: N_("moved to the new card"),
    RecoverOutcome.ALREADY_MOVED: N_("on the new card already"),
    RecoverOutcome.NOT_FOR_THIS_KEY: N_("encrypted to other keys"),
    RecoverOutcome.NOT_ENCRYPTED: N_("not encrypted"),
    RecoverOutcome.FAILED: N_("failed"),
}


def recover(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")],
    old: Annotated[
        str,
        typer.Option(
            "--from", metavar="READER", help="The backup, or an original that still works."
        ),
    ],
    new: Annotated[
        str, typer.Option("--new", metavar="READER", help="The new original: " + READER_HELP)
    ],
    pin_file: PinFile = None,
    new_pin_file: Annotated[
        Path | None,
        typer.Option(
            "--new-pin-file", metavar="FILE", help="File with the new card's PIN, if another."
        ),
    ] = None,
    new_backup: Annotated[
        str | None,
        typer.Option(
            "--new-backup",
            metavar="READER",
            help="The new card's backup: at a terminal a prompt offers to duplicate first, "
            "where the new card wants that.",
        ),
    ] = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    json: Json = False,
) -> None:
    """Move encrypted files to a new card.

    In place, and nobody sees what is in them. Files encrypted to other keys are left alone.
    Interrupted, the same command goes on.
    """
    check_two_cards(old, new)
    issuer = issuer_public_key(issuer_public_key_file)
    pin = prompts.pin(pin_file, _("PIN of the old card"), "--pin-file")
    new_pin = prompts.other_pin(
        new_pin_file, _("PIN of the new card"), "--new-pin-file", pin, asked=pin_file is None
    )
    out = Printer(json)
    holders = (
        Holder(_("Old card"), old, pin, issuer=issuer, own_pin=True),
        Holder(_("New card"), new, new_pin, Role.ORIGINAL, issuer, own_pin=True),
    )
    try:
        files = _move(out, holders, paths)
    except (NotReleasedError, NoKeyError) as error:
        # A dead key is replaced by the duplication, and a card without one gets it there.
        if new_backup is None or not prompts.has_terminal() or not _wants_backup(holders[1]):
            raise
        if not _duplicated(out, holders[1], new_backup, error):
            raise
        files = _move(out, holders, paths)
    _tell(out, files)


def _wants_backup(new: Holder) -> bool:
    with opened(new.reader) as card:
        key = card.kept_report().key
    return key is None or not key.released


def _duplicated(out: Printer, new: Holder, backup: str, error: ProtocolError) -> bool:
    """Whether the new card has its backup now, which the user is asked for."""
    check_two_cards(new.reader, backup)
    out.note(str(error))
    if not prompts.agrees(
        _("Duplicate {card} to {backup} first?").format(card=new.reader, backup=backup)
    ):
        return False
    pin = prompts.other_pin(
        None, _("PIN of the new card's backup"), "--new-backup", new.pin, asked=True
    )
    other = Holder(_("Backup"), backup, pin, Role.BACKUP, new.issuer)
    duplicate_first(out, new, other)
    return True


def _move(
    out: Printer, holders: tuple[Holder, Holder], paths: list[Path]
) -> tuple[RecoveredFile, ...]:
    with (
        unlocked_pair(*holders) as (old_card, new_card),
        out.progress(_("this file"), None) as progress,
    ):
        for holder, card in zip(holders, (old_card, new_card), strict=True):
            with naming(holder.name, holder.reader):
                check_key(card)
        with naming(holders[1].name, holders[1].reader):
            check_released(new_card.kept_report())
        return recover_files(
            old_card,
            new_card,
            paths,
            old_pin=lambda: holders[0].pin,
            new_pin=lambda: holders[1].pin,
            on_event=listener(out, progress),
        )


def _tell(out: Printer, files: tuple[RecoveredFile, ...]) -> None:
    counts = Counter(file.outcome for file in files)
    result = Recovered(
        counts[RecoverOutcome.MOVED],
        counts[RecoverOutcome.ALREADY_MOVED],
        counts[RecoverOutcome.NOT_FOR_THIS_KEY],
        counts[RecoverOutcome.NOT_ENCRYPTED],
        counts[RecoverOutcome.FAILED],
        files,
    )
    lines = [
        f"{counts[outcome]:>6} {_(_COUNTED[outcome])}"
        for outcome in RecoverOutcome
        if counts[outcome]
    ]
    out.result(result, "\n".join(lines) or _("There was no file."))
    if result.failed:
        raise typer.Exit(ExitCode.FILE)
