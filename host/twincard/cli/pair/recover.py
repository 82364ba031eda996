"""`twincard recover`: moves the files of a lost original to a new one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from twincard.card.report import CardReport, Role
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
from twincard.cli.terminal.options import READER_HELP, IssuerPublicKeyFile, Json, PinFile, Scan
from twincard.cli.terminal.output import Printer
from twincard.cli.terminal.pins import Wanted, any_card, holders_of
from twincard.flows.errors import NoKeyError, NotReleasedError, ProtocolError
from twincard.flows.recover.recovery import RecoveredFile, RecoverOutcome, recover_files
from twincard.flows.usable import check_released
from twincard.ground.language import N_, _
from twincard.results.failure import ExitCode
from twincard.results.pair import Recovered

_COUNTED = {
    RecoverOutcome.MOVED: N_("{count} moved to the new card"),
    RecoverOutcome.ALREADY_MOVED: N_("{count} already on the new card"),
    RecoverOutcome.NOT_FOR_THIS_KEY: N_("{count} encrypted to other keys"),
    RecoverOutcome.NOT_ENCRYPTED: N_("{count} not encrypted"),
    RecoverOutcome.FAILED: N_("{count} failed"),
}


def recover(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Encrypted files, or folders that contain them."),
    ],
    old: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="READER",
            help="The old card: the backup, or an original that still works.",
        ),
    ],
    new: Annotated[
        str, typer.Option("--new", metavar="READER", help="The new original: " + READER_HELP)
    ],
    pin_file: PinFile = None,
    new_pin_file: Annotated[
        Path | None,
        typer.Option(
            "--new-pin-file",
            metavar="FILE",
            help="File with the PIN of the new card, if it differs from the old card's.",
        ),
    ] = None,
    new_backup: Annotated[
        str | None,
        typer.Option(
            "--new-backup",
            metavar="READER",
            help="The backup of the new card. If the new card needs a backup first, a prompt "
            "offers to duplicate it.",
        ),
    ] = None,
    scan: Scan = False,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    json: Json = False,
) -> None:
    """Move encrypted files from an old card to a new one.

    The files are changed in place, without decrypting their content. Files encrypted to other keys
    are left alone. If interrupted, run the same command again to resume.
    """
    check_two_cards(old, new)
    issuer = issuer_public_key(issuer_public_key_file)
    out = Printer(json)
    from_old = Wanted(
        _("Old card"),
        old,
        pin_file,
        _("PIN of the old card"),
        "--pin-file",
        own_pin=True,
        check=check_key,
    )
    to_new = Wanted(
        _("New card"),
        new,
        new_pin_file,
        _("PIN of the new card"),
        "--new-pin-file",
        Role.ORIGINAL,
        own_pin=True,
        check=_check_ready,
    )
    try:
        files = _move(out, holders_of(from_old, to_new, issuer), paths)
    except (NotReleasedError, NoKeyError) as error:
        # The duplication replaces a dead key, and generates a missing one.
        if new_backup is None or not prompts.has_terminal() or not _wants_backup(new):
            raise
        if not _wants_duplication(out, new, new_backup, error):
            raise
        holders = holders_of(from_old, replace(to_new, check=any_card), issuer)
        _duplicate(out, holders[1], new_backup, scan=scan)
        files = _move(out, holders, paths)
    _tell(out, files)


def _check_ready(report: CardReport) -> None:
    check_key(report)
    check_released(report)


def _wants_backup(new: str) -> bool:
    with opened(new) as card:
        key = card.kept_report().key
    return key is None or not key.released


def _wants_duplication(out: Printer, new: str, backup: str, error: ProtocolError) -> bool:
    check_two_cards(new, backup)
    out.note(str(error))
    return prompts.agrees(_("Duplicate {card} to {backup} first?").format(card=new, backup=backup))


def _duplicate(out: Printer, new: Holder, backup: str, *, scan: bool) -> None:
    pin = prompts.other_pin(
        None, _("PIN of the new card's backup"), "--new-backup", new.pin, asked=True
    )
    other = Holder(_("Backup"), backup, pin, Role.BACKUP, new.issuer)
    duplicate_first(out, new, other, scan=scan)


def _move(
    out: Printer, holders: tuple[Holder, Holder], paths: list[Path]
) -> tuple[RecoveredFile, ...]:
    with (
        unlocked_pair(*holders) as (old_card, new_card),
        out.progress(_("current file"), None) as progress,
    ):
        for holder, card in zip(holders, (old_card, new_card), strict=True):
            with naming(holder.name, holder.reader):
                check_key(card.kept_report())
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
        _(_COUNTED[outcome]).format(count=f"{counts[outcome]:>6}")
        for outcome in RecoverOutcome
        if counts[outcome]
    ]
    out.result(result, "\n".join(lines) or _("No files were found."))
    if result.failed:
        raise typer.Exit(ExitCode.FILE)
