"""`twincard card check`: the yearly drill."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.file.targets import MOST_KEY_BYTES
from twincard.cli.terminal import cards
from twincard.cli.terminal.flow_events import listener
from twincard.cli.terminal.options import KEY_HELP, IssuerPublicKeyFile, Json, PinFile, Reader
from twincard.cli.terminal.output import Printer
from twincard.cli.terminal.pins import unlocked
from twincard.flows.certify.opensc import are_opensc_files_right, update_opensc_files
from twincard.flows.check.drill import CheckOutcome, FileCheck, KeyCheck, check_files, check_key
from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import N_, _
from twincard.keys.public import PublicKey
from twincard.results.drill import Checked
from twincard.results.failure import ExitCode

_COUNTED = (
    (CheckOutcome.OPENS, N_("files   {count} open")),
    (CheckOutcome.FAILS, N_("files   {count} DO NOT OPEN")),
    (CheckOutcome.NOT_ENCRYPTED, N_("files   {count} not encrypted")),
)
_STATES = {
    True: N_("its files say what is so"),
    False: N_("ITS FILES ARE NOT AS TWINCARD WROTE THEM: --repair writes them anew"),
}
_MARGIN = " " * 8


def check(
    reader: Reader,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH...]", help="Encrypted files, and folders of them."),
    ] = None,
    public_key: Annotated[
        Path | None,
        typer.Option(
            "--public-key", metavar="FILE", help="The original's key, to compare: " + KEY_HELP
        ),
    ] = None,
    pin_file: PinFile = None,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Write what OpenSC reads anew, where another program changed it."
        ),
    ] = False,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    json: Json = False,
) -> None:
    """Try whether a card, such as a backup from its safe, still opens what it should.

    Its PIN, its key against the original's public key, something encrypted to it just now, and
    the files named; and whether another program changed what OpenSC reads. Nothing is decrypted.
    The exit code is 9 when anything failed, or nothing was opened.
    """
    out = Printer(json)
    key = None if public_key is None else _key_in(public_key)
    with unlocked(reader, pin_file, issuer_public_key_file, cards.check_key) as user:
        card = user.card
        report = card.kept_report()
        tried = check_key(card, key)
        checks = check_files(card, files or (), user.pin, on_event=listener(out))
        if repair:
            update_opensc_files(card)
        opensc_files = are_opensc_files_right(card)
    outcomes = [one.outcome for one in checks]
    opened = bool(tried.opens) or CheckOutcome.OPENS in outcomes
    passed = opened and tried.passed and CheckOutcome.FAILS not in outcomes
    passed = passed and opensc_files is not False
    told = Checked(
        report.card_id,
        report.role,
        tried.digest,
        tried.matches,
        tried.opens,
        checks,
        opensc_files,
        passed,
    )
    out.result(told, "\n".join(_lines(reader, tried, checks, opensc_files, passed=passed)))
    if not passed:
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _key_in(path: Path) -> PublicKey:
    return PublicKey.from_bytes(read_bounded(path, MOST_KEY_BYTES) or b"")


def _lines(
    reader: str,
    key: KeyCheck,
    files: tuple[FileCheck, ...],
    opensc_files: bool | None,
    *,
    passed: bool,
) -> list[str]:
    lines = [_("PIN     right"), _("key     SHA-256 {digest}").format(digest=key.digest.hex())]
    if key.matches is not None:
        lines.append(_MARGIN + (_("that of the public key") if key.matches else _("ANOTHER KEY")))
    if key.opens is None:
        if key.matches is None:
            told = _("not tried: name the original's public key with --public-key")
            lines.append(_MARGIN + told)
    elif key.opens:
        lines.append(_MARGIN + _("opens what is encrypted to it"))
    else:
        lines.append(_MARGIN + _("DOES NOT OPEN what is encrypted to it"))
    counts = Counter(one.outcome for one in files)
    lines += [
        _(words).format(count=counts[outcome]) for outcome, words in _COUNTED if counts[outcome]
    ]
    if opensc_files is not None:
        lines.append(_("OpenSC  {state}").format(state=_(_STATES[opensc_files])))
    if passed:
        lines.append(_("{reader} is in order.").format(reader=reader))
    elif key.passed and not counts[CheckOutcome.FAILS] and opensc_files is not False:
        told = _("Nothing was opened with {reader}: name --public-key, or a file for it.")
        lines.append(told.format(reader=reader))
    else:
        lines.append(_("{reader} FAILED the check.").format(reader=reader))
    return lines
