"""`twincard recover`: moves the files of a lost original to a new one."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Annotated

import typer

from twincard.card.report import CardReport, Role
from twincard.cli.pair.duplicate import duplicate_first
from twincard.cli.pair.recovery_job import Job, show_plan
from twincard.cli.pair.report_file import check_report
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import (
    Holder,
    check_key,
    check_two_cards,
    issuer_public_key,
    opened,
)
from twincard.cli.terminal.options import (
    READER_HELP,
    Force,
    IssuerPublicKeyFile,
    Json,
    PinFile,
    Scan,
)
from twincard.cli.terminal.output import Printer
from twincard.cli.terminal.pins import Wanted, any_card, holders_of
from twincard.flows.errors import NoKeyError, NotReleasedError, ProtocolError
from twincard.flows.usable import check_released
from twincard.ground.language import _


def recover(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Encrypted files, or folders that contain them."),
    ],
    old: Annotated[
        list[str],
        typer.Option(
            "--from",
            metavar="READER",
            help="The old card: the backup, or an original that still works. Cards "
            "with the same key share the work.",
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
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Only list what was found; no PIN is needed."),
    ] = False,
    re_encrypt: Annotated[
        bool,
        typer.Option(
            "--re-encrypt",
            help="Encrypt the content anew, under a new key: for an old card that somebody else "
            "can use.",
        ),
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="FILE",
            help="Also write the result for each file into FILE, whose name ends in .json or .csv.",
        ),
    ] = None,
    force: Force = False,
    no_journal: Annotated[
        bool,
        typer.Option(
            "--no-journal", help="Ask the cards also about files that earlier runs finished."
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", help="Also list files that are not encrypted, and links."),
    ] = False,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    json: Json = False,
) -> None:
    """Move encrypted files from an old card to a new one.

    The files are changed in place, without decrypting their content. Files encrypted to other keys
    are left alone. If interrupted, run the same command again to resume.
    """
    for one in old:
        check_two_cards(one, new)
    for first, second in combinations(old, 2):
        check_two_cards(first, second)
    check_report(report, force=force)
    issuer = issuer_public_key(issuer_public_key_file)
    out = Printer(json)
    if dry_run:
        show_plan(out, old[0], new, paths)
        return
    from_old = Wanted(
        _("Old card"),
        old[0],
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
    job = Job(
        out,
        paths,
        report,
        force=force,
        re_encrypt=re_encrypt,
        journal=not no_journal,
        verbose=verbose,
    )
    holders = holders_of(from_old, to_new, issuer)
    others = tuple(_other_copy(reader, holders[0], asked=pin_file is None) for reader in old[1:])
    try:
        job.run((holders[0], *others), holders[1])
    except (NotReleasedError, NoKeyError) as error:
        # The duplication replaces a dead key, and generates a missing one.
        if new_backup is None or not prompts.has_terminal() or not _wants_backup(new):
            raise
        if not _wants_duplication(out, new, new_backup, error):
            raise
        holders = holders_of(from_old, replace(to_new, check=any_card), issuer)
        _duplicate(out, holders[1], new_backup, scan=scan)
        job.run((holders[0], *others), holders[1])


def _other_copy(reader: str, first: Holder, *, asked: bool) -> Holder:
    """Another card with the old key: it has the same PIN, or its own if that is typed."""
    what = _("PIN of {reader}").format(reader=reader)
    pin = prompts.other_pin(None, what, "--pin-file", first.pin, asked=asked)
    return replace(first, reader=reader, pin=pin, before=None)


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
