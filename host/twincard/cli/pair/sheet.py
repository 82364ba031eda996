"""`twincard sheet`: prints the page to keep with the backup."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from twincard.card.report import CardReport, Role
from twincard.cli.file.targets import STANDARD_OUTPUT, check_output, output_for
from twincard.cli.terminal.cards import check_two_cards, check_usable, opened_pair
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import Backup, Force, Json, Original, OutputFile
from twincard.cli.terminal.output import Printer, aligned
from twincard.flows.errors import ProtocolError
from twincard.ground.control_characters import visible_lines
from twincard.ground.language import _
from twincard.results.pair import SafeSheet

_READABLE = 0o644
_DRILLS = 6
_BLANK = "____________"

Holders = Annotated[
    list[str] | None,
    typer.Option(
        "--holder",
        metavar="NAME",
        help="Name of the holder of a component. Give it once for each holder, in the "
        "order of the components.",
    ),
]


def sheet(
    original: Original,
    backup: Backup,
    holder: Holders = None,
    public_key: Annotated[
        Path | None,
        typer.Option(
            "--public-key", metavar="FILE", help="File with the public key, for the yearly drill."
        ),
    ] = None,
    output: OutputFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Print a sheet to keep with the backup, with its card id and instructions.

    The sheet contains no secrets. No PIN is needed.
    """
    check_two_cards(original, backup)
    check_output(output, force=force, json=json)
    with opened_pair((_("Original"), original), (_("Backup"), backup)) as cards:
        for card, role in zip(cards, (Role.ORIGINAL, Role.BACKUP), strict=True):
            check_usable(card, role)
        reports = cards[0].kept_report(), cards[1].kept_report()
    made = _sheet(reports[0], reports[1], tuple(holder or ()), public_key)
    text = _text(made)
    to_file = output not in (None, STANDARD_OUTPUT)
    if output is not None and to_file:
        with output_for(output, force=force, mode=_READABLE) as sink:
            sink.write(f"{visible_lines(text)}\n".encode())
        text = _("The sheet is in {file}. Print it and keep it with the backup card.").format(
            file=output
        )
    Printer(json).result(made, text)


def _sheet(
    original: CardReport, backup: CardReport, holders: tuple[str, ...], public_key: Path | None
) -> SafeSheet:
    if original.key is None or backup.key is None or original.key.digest != backup.key.digest:
        raise ProtocolError(
            _("The backup does not hold the original's key yet. Run `twincard duplicate` first.")
        )
    check_holders(holders)
    return SafeSheet(
        original.card_id,
        backup.card_id,
        backup.key.type,
        backup.key.digest,
        holders,
        public_key or Path("KEY.pem"),
        datetime.date.today().isoformat(),
    )


def check_holders(names: Iterable[str]) -> None:
    """Raises InputError if a name would break the lines of the sheet."""
    if any("\n" in name for name in names):
        raise InputError(_("A holder's name must be a single line."))


def _text(made: SafeSheet) -> str:
    facts = [
        (_("backup"), made.backup_id.hex()),
        (_("original"), made.original_id.hex()),
        (_("key"), made.key.value),
        ("  SHA-256", made.public_key_sha256.hex()),
        (_("written on"), made.date),
        *(
            (_("component {number}").format(number=number), name)
            for number, name in enumerate(made.holders, 1)
        ),
    ]
    key = shlex.quote(str(made.public_key))
    drill = f"twincard card check -r READER --public-key {key} FILE.p7m"
    lines = [
        _("BACKUP CARD: keep this sheet with it"),
        "",
        aligned(facts),
        "",
        _("This card opens every file that the original opens."),
        _("Keep it in a safe, in another building than the original."),
        _("Keep its PIN and PUK elsewhere, never on this sheet."),
        "",
        _("Once a year, check that the card still works, and note the date:"),
        "",
        f"    {drill}",
        "",
        *(
            "    " + _("date {blank}  signed {blank}").format(blank=_BLANK)
            for _drill in range(_DRILLS)
        ),
        "",
        _("If the original is lost or broken, open files with this card:"),
        "",
        "    twincard decrypt -r READER FILE.p7m",
        "",
        _("Then move the files to a new pair of cards:"),
        "",
        "    twincard recover --from READER --new READER FILES",
    ]
    return "\n".join(lines)
