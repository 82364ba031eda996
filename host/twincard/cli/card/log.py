"""`twincard card log`: the log of a card, verified as far as the card can prove it."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from twincard.card.log import CHAIN_BYTES, LogEntry
from twincard.card.report import ID_BYTES
from twincard.cli.card.log_words import in_words
from twincard.cli.terminal.cards import issuer_public_key, opened
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import Force, IssuerPublicKeyFile, Json, Reader
from twincard.cli.terminal.output import Printer, hanging
from twincard.cms.framing.output import FileOutput
from twincard.flows.check.log import CardLog, LogState, Signer, read_log
from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import N_, _, plural
from twincard.identity.device_certificate import fingerprint
from twincard.results.log import EventInfo, LogInfo

_MOST_FILE_BYTES = 1 << 16
_TRUST = {
    Signer.GIVEN_ISSUER: N_("signed by the card, which this issuer has certified:"),
    Signer.ISSUER: N_(
        "signed by the card, which claims this issuer (check with --issuer-public-key):"
    ),
    Signer.DEVICE_KEY: N_("signed by the card's device key, which no issuer has certified"),
    Signer.NOBODY: N_("not signed: this card has no device key"),
}


def log(
    reader: Reader,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", metavar="FILE", help="Save this reading to FILE, for a later --since."
        ),
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(
            "--since",
            metavar="FILE",
            help="Check that the log continues the reading that --save wrote to FILE.",
        ),
    ] = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Show the last 16 events of a card and verify its log. No PIN is needed."""
    if save is not None and save.exists() and not force:
        raise InputError(_("{path} already exists. Use --force to overwrite it.").format(path=save))
    earlier = None if since is None else _read_state(since)
    issuer = issuer_public_key(issuer_public_key_file)
    with opened(reader) as card:
        found = read_log(card, issuer, earlier)
    told = _info(found)
    if save is not None:
        with FileOutput(save, overwrite=force) as sink:
            sink.write(_to_file(told))
    Printer(json).result(told, _text(told, since))


def _info(found: CardLog) -> LogInfo:
    return LogInfo(
        card_id=found.card_id,
        count=found.answer.count,
        chain=found.state.chain,
        signer=found.signer,
        device_key_sha256=found.device_key,
        issuer_public_key_sha256=None
        if found.issuer_public_key is None
        else fingerprint(found.issuer_public_key),
        missing=found.missing,
        events=tuple(event_info(entry) for entry in found.answer.entries),
    )


def event_info(entry: LogEntry) -> EventInfo:
    """An event of the log, for people and for programs."""
    name = None if entry.event is None else entry.event.name.lower()
    return EventInfo(entry.number, name, entry.code, entry.detail, in_words(entry))


def _text(told: LogInfo, since: Path | None) -> str:
    width = len(str(told.count))
    head = plural(
        "card id {card_id}, {count} event since installation",
        "card id {card_id}, {count} events since installation",
        told.count,
    )
    lines = [head.format(card_id=told.card_id.hex(), count=told.count)]
    if told.events and told.events[0].number > 1:
        lines.append(f"{'…':>{width}}")
    lines += [hanging(f"{event.number:>{width}}  ", event.text) for event in told.events]
    if told.missing is not None:
        lines.append(_continuity(told.missing, since))
    lines.append(_(_TRUST[told.signer]))
    if told.issuer_public_key_sha256 is not None:
        lines.append(f"    SHA-256 {told.issuer_public_key_sha256.hex()}")
    return "\n".join(lines)


def _continuity(missing: int, since: Path | None) -> str:
    if not missing:
        return _("continues {file}; no event is missing").format(file=since)
    later = plural(
        "later than {file}; 1 event is missing in between",
        "later than {file}; {count} events are missing in between",
        missing,
    )
    return later.format(file=since, count=missing)


def _to_file(told: LogInfo) -> bytes:
    from twincard.results.in_json import to_json

    return (to_json(told) + "\n").encode()


def _read_state(path: Path) -> LogState:
    """The reading in a file that `--save` or `--json` wrote. Raises InputError, OSError."""
    content = read_bounded(path, _MOST_FILE_BYTES) or b""
    try:
        kept = json_module.loads(content)
        card_id, chain = (bytes.fromhex(kept[name]) for name in ("card_id", "chain"))
        count = kept["count"]
        key = kept.get("device_key_sha256")
        device_key = None if key is None else bytes.fromhex(key)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(
            _("{path} is not a log that `twincard card log --save` wrote.").format(path=path)
        ) from None
    good = len(card_id) == ID_BYTES and len(chain) == CHAIN_BYTES and type(count) is int
    if not good or count < 0:
        raise InputError(
            _("{path} is not a log that `twincard card log --save` wrote.").format(path=path)
        )
    return LogState(card_id, count, chain, device_key)
