"""`twincard issue`: two blank cards become an original and a backup."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from twincard.card.report import PolicyFlags, Role
from twincard.card.status import CardError
from twincard.cli import prompts
from twincard.cli.cards import check_two_cards, issuer_key, opened_pair
from twincard.cli.components import read_components
from twincard.cli.errors import InputError
from twincard.cli.options import (
    Backup,
    BackupPinFile,
    Components,
    IssuerKeyFile,
    Json,
    Original,
    PinFile,
    PukFile,
)
from twincard.cli.output import Output
from twincard.keys.component import LARGEST_GROUP
from twincard.keys.secret import Secret
from twincard.protocols.issue import Blank, IssuedPair, IssueEvent, Profile, issue_pair

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")

_UNBOUND = (
    "Without --component nothing of the issuer's binds the pair: before `duplicate`, compare the "
    "backup's card id, for any card in its place may be given the key."
)


@dataclass(frozen=True)
class Issued:
    """The pair; `changed` is False where both cards were issued before."""

    original_id: bytes
    backup_id: bytes
    group_id: bytes
    changed: bool


@dataclass(frozen=True)
class _Secrets:
    """What one card is issued with."""

    transport_key: Secret
    pin: Secret
    puk: Secret


def issue(
    original: Original,
    backup: Backup,
    group_size: Annotated[
        int,
        typer.Option("--group-size", min=1, max=LARGEST_GROUP, help="Components of the key group."),
    ] = 3,
    component: Components = None,
    member_number: Annotated[
        str | None, typer.Option("--member-number", metavar="M", help="The member's number.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option("--expires", metavar="YYYY-MM", help="The last month of use.")
    ] = None,
    backups: Annotated[
        int, typer.Option("--backups", min=0, max=8, help="Backups that a key may have.")
    ] = 1,
    keep_group: Annotated[
        bool, typer.Option("--keep-group", help="Keep the key group after the last backup.")
    ] = False,
    public_key_in_backup: Annotated[
        bool, typer.Option("--public-key-in-backup", help="The backup shows the public key too.")
    ] = False,
    pin_file: PinFile = None,
    puk_file: PukFile = None,
    backup_pin_file: BackupPinFile = None,
    backup_puk_file: Annotated[
        Path | None,
        typer.Option(
            "--backup-puk-file", metavar="FILE", help="File with the backup's PUK, if another."
        ),
    ] = None,
    issuer_key_file: IssuerKeyFile = None,
    backup_issuer_key_file: Annotated[
        Path | None,
        typer.Option(
            "--backup-issuer-key-file", metavar="FILE", help="The same of the backup, if another."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Issue a pair of cards: an original and its backup.

    The components given here are set by the issuer, the others by the holders in `duplicate`.
    Give at least one: it binds the pair, since no other card can then take the backup's place.
    Interrupted, the same command goes on.
    """
    check_two_cards(original, backup)
    flags = PolicyFlags.NONE if keep_group else PolicyFlags.ERASE_GROUP
    if public_key_in_backup:
        flags |= PolicyFlags.PUBLIC_KEY_IN_BACKUP
    profile = Profile(
        group_size, backups, flags, _member_number(member_number), _expiry_date(expires)
    )
    components = read_components(component)
    keys = (
        issuer_key(original, issuer_key_file),
        issuer_key(backup, backup_issuer_key_file or issuer_key_file, "--backup-issuer-key-file"),
    )
    pin = prompts.new_pin(pin_file, "PIN of the cards", "--pin-file")
    puk = prompts.new_pin(puk_file, "PUK of the cards", "--puk-file")
    for_original = _Secrets(keys[0], pin, puk)
    for_backup = _Secrets(
        keys[1],
        prompts.pin_in(backup_pin_file) if backup_pin_file else pin,
        prompts.pin_in(backup_puk_file) if backup_puk_file else puk,
    )
    out = Output(json)
    if not components:
        out.note(_UNBOUND)
    events: list[IssueEvent] = []

    def progress(event: IssueEvent) -> None:
        events.append(event)
        out.step(f"{event.role.name.lower()}: {event.step.value}")

    names = {Role.ORIGINAL: ("Original", original), Role.BACKUP: ("Backup", backup)}
    with opened_pair(names[Role.ORIGINAL], names[Role.BACKUP]) as cards:
        blanks = [
            Blank(card, secrets.transport_key, secrets.pin, secrets.puk)
            for card, secrets in zip(cards, (for_original, for_backup), strict=True)
        ]
        try:
            pair = issue_pair(blanks[0], blanks[1], profile, components, progress)
        except CardError as error:
            if events:
                name, reader = names[events[-1].role]
                error.add_note(f"{name} {reader}")
            raise
    _tell(out, pair, original, backup, changed=bool(events))


def _tell(out: Output, pair: IssuedPair, original: str, backup: str, *, changed: bool) -> None:
    issued = Issued(pair.original_id, pair.backup_id, pair.group_id, changed)
    if changed:
        text = f"{original} is issued as an original, {backup} as its backup."
    else:
        text = f"{original} and {backup} were issued as a pair before; nothing was changed."
    out.result(issued, text)


def _member_number(text: str | None) -> bytes | None:
    if text is None:
        return None
    value = text.encode(errors="surrogateescape")
    if not 1 <= len(value) <= 255:
        raise InputError("A member's number has 1 to 255 bytes in UTF-8.")
    return value


def _expiry_date(text: str | None) -> bytes | None:
    if text is None:
        return None
    if not _MONTH.fullmatch(text):
        raise InputError("--expires is a year and a month, such as 2030-12.")
    return text.encode("ascii")
