"""`twincard card accept`: checks a card that somebody received."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twincard.card.pin import PIN_TRIES, PUK_TRIES
from twincard.card.report import PolicyFlags
from twincard.cli.card.log import event_info
from twincard.cli.card.log_words import in_words
from twincard.cli.terminal.cards import check_reader, explaining, issuer_public_key, opened
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import Json, Reader
from twincard.cli.terminal.output import Printer, aligned, hanging
from twincard.flows.check.accept import Fault, Finding, Inspection, inspect
from twincard.ground.language import N_, _, listed, plural
from twincard.identity.device_certificate import fingerprint
from twincard.results.acceptance import Accepted, FaultInfo
from twincard.results.failure import ExitCode
from twincard.results.marks import OneOf

_SENTENCES = {
    Fault.OWN_PIN: N_(
        "Its PIN is not a transport PIN: somebody has changed it, or the card was "
        "issued without one."
    ),
    Fault.TRIES: N_(
        "Somebody has tried its PIN or PUK: {pin} of {pins} PIN tries and {puk} of "
        "{puks} PUK tries are left."
    ),
    Fault.KEY: N_(
        "It already holds a key, and whoever has the backup of that key can decrypt "
        "everything encrypted to it. If the issuer told you that the key and its "
        "backup are already made, use --duplicated."
    ),
    Fault.NO_KEY: N_("It holds no key that a backup holds too, although --duplicated was given."),
    Fault.SIGNATURE_KEY: N_(
        "It already holds a signature key. If the issuer told you so, use --with-signature-key."
    ),
    Fault.EVENT: N_("Event {number} does not belong in the log of an unused card: {text}."),
}

PolicyName = Annotated[str, OneOf.names(flag for flag in PolicyFlags if flag)]


def accept(
    reader: Reader,
    issuer_public_key_file: Annotated[
        Path | None,
        typer.Option(
            "--issuer-public-key",
            metavar="FILE",
            envvar="TWINCARD_ISSUER",
            help="File with the public key of the issuer that you expect. Required.",
        ),
    ] = None,
    duplicated: Annotated[
        bool,
        typer.Option(
            "--duplicated",
            help="Expect a card whose issuer has already made the key and its backup.",
        ),
    ] = False,
    signature_key: Annotated[
        bool,
        typer.Option(
            "--with-signature-key",
            help="Expect a card whose issuer has already made the signature key.",
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Check a card that you received, before you set your own PIN. No PIN is needed.

    A card passes if the given issuer certified it, if it still has its transport PIN, and if its
    log shows only what the issuer did. Otherwise the command prints one line for each fault and
    exits with code 9.
    """
    check_reader(reader)
    issuer = issuer_public_key(issuer_public_key_file)
    if issuer is None:
        raise InputError(
            _(
                "Give the public key of the card's issuer with --issuer-public-key. Without "
                "it, any card could pass this check."
            )
        )
    with opened(reader) as card, explaining(card):
        found = inspect(card, issuer, duplicated=duplicated, signature_key=signature_key)
    report = found.report
    told = Accepted(
        card_id=report.card_id,
        role=report.role,
        life_cycle=report.life_cycle,
        policy=tuple((flag.name or "").lower() for flag in PolicyFlags if flag in report.policy),
        transport_pin=report.transport_pin,
        issuer_public_key_sha256=fingerprint(issuer),
        hidden=found.hidden,
        events=tuple(event_info(entry) for entry in found.entries),
        faults=tuple(_fault(found, finding) for finding in found.findings),
        accepted=found.accepted,
    )
    Printer(json).result(told, _text(told, found))
    if not found.accepted:
        raise typer.Exit(ExitCode.CHECK_FAILED)


def _fault(found: Inspection, finding: Finding) -> FaultInfo:
    entry = finding.entry
    if finding.fault is Fault.HIDDEN_EVENTS:
        text = plural(
            "Its log no longer shows its first event, so nothing proves what it was.",
            "Its log no longer shows its first {count} events, so nothing proves what they were.",
            found.hidden,
        ).format(count=found.hidden)
    else:
        text = _(_SENTENCES[finding.fault]).format(
            pin=found.report.pin_tries_left,
            pins=PIN_TRIES,
            puk=found.report.puk_tries_left,
            puks=PUK_TRIES,
            number=entry.number if entry else 0,
            text=in_words(entry) if entry else "",
        )
    return FaultInfo(finding.fault.name.lower(), entry.number if entry else None, text)


def _text(told: Accepted, found: Inspection) -> str:
    rows = [
        (_("card id"), told.card_id.hex()),
        (_("role"), told.role.word),
        (_("life cycle"), _(told.life_cycle.name.lower())),
        (_("rules"), listed(found.report.policy.words) or _("none")),
        (_("certified by"), f"SHA-256 {told.issuer_public_key_sha256.hex()}"),
    ]
    lines = [aligned(rows)]
    lines += [hanging(f"{event.number:>2}  ", event.text) for event in told.events]
    lines += [fault.text for fault in told.faults]
    if told.accepted:
        lines.append(
            _("The card is as its issuer made it. Set your own PIN now with `twincard card pin`.")
        )
    else:
        lines.append(_("Do not accept this card. Ask its issuer for another one."))
    return "\n".join(lines)
