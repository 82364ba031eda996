"""`twincard card check`: the yearly drill."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.file.to import MOST_KEY_BYTES
from twincard.cli.terminal import cards
from twincard.cli.terminal.file_results import FileResults
from twincard.cli.terminal.flow_events import listener
from twincard.cli.terminal.options import IssuerPublicKeyFile, Json, PinFile, Reader
from twincard.cli.terminal.output import Printer
from twincard.cli.terminal.pins import unlocked
from twincard.cms.recipients.certificates import UnsuitableCertificateError
from twincard.cms.recipients.infos import Recipient
from twincard.flows.certify.opensc import are_opensc_files_right, update_opensc_files
from twincard.flows.check.drill import CheckEvent, CheckOutcome, KeyCheck, check_files, check_key
from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import N_, _
from twincard.keys.public import PublicKey
from twincard.results.drill import Checked, CheckStopped
from twincard.results.failure import ExitCode

_COUNTED = (
    (CheckOutcome.OPENS, N_("files   {count} can be decrypted")),
    (CheckOutcome.FAILS, N_("files   {count} CANNOT BE DECRYPTED")),
    (CheckOutcome.UNREADABLE, N_("files   {count} COULD NOT BE READ")),
    (CheckOutcome.NOT_ENCRYPTED, N_("files   {count} not encrypted")),
    (CheckOutcome.LINK, N_("files   {count} not followed (symbolic links)")),
    (CheckOutcome.SPECIAL, N_("files   {count} not opened (pipes, sockets or devices)")),
)
_STATES = {
    True: N_("files are correct"),
    False: N_("FILES DIFFER from what twincard wrote; --repair rewrites them"),
}
_MARGIN = " " * 8
_LISTED_ONLY_IF_VERBOSE = (CheckOutcome.NOT_ENCRYPTED, CheckOutcome.LINK, CheckOutcome.SPECIAL)


def check(
    reader: Reader,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH...]", help="Encrypted files, or folders that contain them."),
    ] = None,
    public_key: Annotated[
        Path | None,
        typer.Option(
            "--public-key",
            metavar="FILE",
            help="File with the original's public key or certificate, to compare with the card.",
        ),
    ] = None,
    pin_file: PinFile = None,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Rewrite the files that OpenSC reads, if another program changed them."
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", help="Also list files that are not encrypted, and links."),
    ] = False,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    json: Json = False,
) -> None:
    """Test whether a card, such as a backup kept in a safe, can still decrypt.

    The command verifies the PIN, compares the key with the original's public key, tries a test
    message and the given files, and checks whether another program changed the files that OpenSC
    reads. No content is decrypted. The exit code is 9 if a check failed, or if no decryption was
    tested.
    """
    out = Printer(json)
    key = None if public_key is None else _key_in(public_key)
    with unlocked(reader, pin_file, issuer_public_key_file, cards.check_key) as user:
        card = user.card
        report = card.kept_report()
        tried = check_key(card, key)
        listing, show = FileResults(out), listener(out)

        def on_event(event: CheckEvent) -> None:
            show(event)
            listing.add(event.file)
            if verbose and event.file.outcome in _LISTED_ONLY_IF_VERBOSE:
                out.step(f"{event.file.path}: {_(event.file.outcome.value)}")

        with listing.told_if_stopped(lambda error: (CheckStopped((), error), "")):
            counts = check_files(card, files or (), user.pin, on_event=on_event).counts
            if repair:
                update_opensc_files(card)
            opensc_files = are_opensc_files_right(card)
    failed = any(outcome.is_failure for outcome in counts)
    opened = bool(tried.opens) or CheckOutcome.OPENS in counts
    passed = opened and tried.passed and not failed
    passed = passed and opensc_files is not False
    told = Checked(
        report.card_id,
        report.role,
        tried.digest,
        tried.matches,
        tried.opens,
        (),
        opensc_files,
        passed,
    )
    listing.finish(told, "\n".join(_lines(reader, tried, counts, opensc_files, passed=passed)))
    if not passed:
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _key_in(path: Path) -> PublicKey:
    content = read_bounded(path, MOST_KEY_BYTES) or b""
    try:
        # Of a chain of certificates, in any order, its end.
        return Recipient.from_bytes(content, any_date=True).card_key()
    except UnsuitableCertificateError:
        return PublicKey.from_bytes(content)  # what it may be used for does not matter here


def _lines(
    reader: str,
    key: KeyCheck,
    counts: Mapping[CheckOutcome, int],
    opensc_files: bool | None,
    *,
    passed: bool,
) -> list[str]:
    lines = [_("PIN     correct"), _("key     SHA-256 {digest}").format(digest=key.digest.hex())]
    if key.matches is not None:
        lines.append(
            _MARGIN
            + (_("matches the public key") if key.matches else _("DOES NOT MATCH the public key"))
        )
    if key.opens is None:
        if key.matches is None:
            told = _("not tested: give the original's public key with --public-key")
            lines.append(_MARGIN + told)
    elif key.opens:
        lines.append(_MARGIN + _("decrypts a test message"))
    else:
        lines.append(_MARGIN + _("DOES NOT DECRYPT a test message"))
    lines += [
        _(words).format(count=counts[outcome]) for outcome, words in _COUNTED if outcome in counts
    ]
    if opensc_files is not None:
        lines.append(_("OpenSC  {state}").format(state=_(_STATES[opensc_files])))
    if passed:
        lines.append(_("{reader} passed the check.").format(reader=reader))
    elif key.passed and opensc_files is not False and not any(one.is_failure for one in counts):
        told = _("No decryption was tested with {reader}: give --public-key or an encrypted file.")
        lines.append(told.format(reader=reader))
    else:
        lines.append(_("{reader} FAILED the check.").format(reader=reader))
    return lines
