"""`twincard duplicate`: copies the original's key to its backup, or cancels that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

import typer

from twincard.card.report import CardReport, KeyReport, PolicyFlags, Role
from twincard.cli.pair import giving_up
from twincard.cli.pair.components import ask_component, read_components
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import (
    Holder,
    check_two_cards,
    issuer_public_key,
    naming,
    unlocked_pair,
)
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.flow_events import listener
from twincard.cli.terminal.options import (
    READER_HELP,
    BackupPinFile,
    Components,
    IssuerPublicKeyFile,
    Json,
    Original,
    OriginalTransportKeyFile,
    PinFile,
    Scan,
    Yes,
)
from twincard.cli.terminal.output import Printer
from twincard.cli.terminal.pins import Wanted, holders_of
from twincard.flows.certify.certificate import copy_certificate, has_certificate
from twincard.flows.components import kcvs_held
from twincard.flows.duplicate.duplication import (
    Duplicated,
    duplicate_key,
)
from twincard.flows.errors import ComponentMissingError, ProtocolError
from twincard.flows.usable import check_own_pin
from twincard.ground.language import _, told_by
from twincard.keys.component import Component
from twincard.keys.key_type import KeyType
from twincard.results.pair import Copied


@dataclass(frozen=True)
class Place:
    """A place of the key group that is empty on a card."""

    number: int
    size: int


@dataclass(frozen=True)
class _Done:
    """The result; `certificates`: the original, and the backup, have a certificate for the key.

    `released`: the original withheld its public key until now, and gives it out from now on.
    """

    result: Duplicated
    certificates: tuple[bool, bool]
    released: bool


class PlacesMissingError(Exception):
    """The `places` need components; `error` is the error without a terminal.

    `held` are the KCVs of the components that a card has, by their numbers.
    """

    def __init__(
        self, places: tuple[Place, ...], held: dict[int, bytes], error: ComponentMissingError
    ) -> None:
        super().__init__(told_by(error))
        self.places = places
        self.held = held
        self.error = error


def duplicate(
    original: Original,
    backup: Annotated[
        str | None, typer.Option("--backup", metavar="READER", help="The backup: " + READER_HELP)
    ] = None,
    component: Components = None,
    scan: Scan = False,
    key: Annotated[
        KeyType | None,
        typer.Option(
            "--key",
            help="Type of the key pair to generate if the original has none. Default: rsa2048.",
        ),
    ] = None,
    pin_file: PinFile = None,
    backup_pin_file: BackupPinFile = None,
    forget_void: Annotated[
        bool,
        typer.Option(
            "--forget-void",
            help="Reuse this backup although another original never received its void receipt.",
        ),
    ] = False,
    keep_certificate: Annotated[
        bool | None,
        typer.Option(
            "--keep-certificate/--no-keep-certificate",
            help="Also store the original's certificate on the backup, where other programs "
            "may need it and anyone with the backup can read it. Default: ask at a "
            "terminal, else no.",
        ),
    ] = None,
    cancel: Annotated[
        bool,
        typer.Option("--cancel", help="Make the backup's ticket void instead of copying the key."),
    ] = False,
    abandon: Annotated[
        bool,
        typer.Option(
            "--abandon",
            help="Give up an export to a backup that was destroyed. The export slot stays used.",
        ),
    ] = False,
    plain: Annotated[
        bool,
        typer.Option(
            "--plain",
            help="With --abandon: allow the PIN to be sent unencrypted if the card has no "
            "secure channel.",
        ),
    ] = False,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    transport_key_file: OriginalTransportKeyFile = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Copy the key of the original to its backup.

    If the original has no key pair yet, it generates one. Holders type the components that are not
    given as files. By default, a key can be copied only once. If interrupted, run the same command
    again to resume.
    """
    out = Printer(json)
    issuer = issuer_public_key(issuer_public_key_file)
    if abandon:
        giving_up.abandon(out, original, pin_file, transport_key_file, issuer, plain=plain, yes=yes)
        return
    if backup is None:
        raise InputError(_("Give the reader of the backup with --backup."))
    check_two_cards(original, backup)
    components = read_components(component)
    holders = holders_of(
        Wanted(
            _("Original"),
            original,
            pin_file,
            _("PIN of the original"),
            "--pin-file",
            Role.ORIGINAL,
        ),
        Wanted(
            _("Backup"),
            backup,
            backup_pin_file,
            _("PIN of the backup"),
            "--backup-pin-file",
            Role.BACKUP,
        ),
        issuer,
        second_may_be_terminated=cancel,
    )
    if cancel:
        giving_up.cancel(out, *holders)
        return

    def run(given: list[Component]) -> _Done:
        return _run(out, holders, given, key, forget_void=forget_void, keep=keep_certificate)

    done = _with_prompts(run, components, scan=scan)
    may_ask = keep_certificate is None and not done.result.backup.transport_pin
    if may_ask and done.certificates == (True, False) and prompts.has_terminal():
        question = _("Also store the original's certificate on the backup, for other programs?")
        if prompts.agrees(question):
            with unlocked_pair(*holders) as cards:
                copy_certificate(*cards)
            done = replace(done, certificates=(True, True))
    _tell(out, done, original, backup)


def duplicate_first(out: Printer, original: Holder, backup: Holder, *, scan: bool) -> None:
    """The duplication that another command needs first; prompts ask for components."""

    def run(given: list[Component]) -> _Done:
        return _run(out, (original, backup), given, None, forget_void=False, keep=None)

    _with_prompts(run, [], scan=scan)


def _with_prompts(
    run: Callable[[list[Component]], _Done], components: list[Component], *, scan: bool
) -> _Done:
    """Ask for missing components while no card is open, because an open card may not wait."""
    try:
        return run(components)
    except PlacesMissingError as missing:
        if not prompts.has_terminal():
            raise missing.error from None
        places, known = missing.places, dict(missing.held)
    known |= {item.number: item.kcv for item in components}
    typed: list[Component] = []
    try:
        for place in places:
            item = ask_component(place.number, place.size, known, scan=scan)
            typed.append(item)
            known[item.number] = item.kcv
        return run([*components, *typed])
    finally:
        for item in typed:
            item.value.wipe()


def _run(
    out: Printer,
    holders: tuple[Holder, Holder],
    components: list[Component],
    key: KeyType | None,
    *,
    forget_void: bool,
    keep: bool | None,
) -> _Done:
    with unlocked_pair(*holders) as (original, backup):
        report = original.kept_report()
        _check_type(report, key)
        if keep:
            with naming(holders[1].name, holders[1].reader):
                check_own_pin(backup.kept_report())
        if keep and not has_certificate(original):
            raise ProtocolError(
                _(
                    "The original has no certificate for its key yet. Leave out "
                    "--keep-certificate. After `twincard certificate` has made one, run this "
                    "command again with --keep-certificate to store it."
                )
            )
        try:
            result = duplicate_key(
                original,
                backup,
                components,
                key,
                forget_void=forget_void,
                on_event=listener(out),
            )
        except ComponentMissingError as error:
            raise _missing(original.kept_report(), backup.kept_report(), error) from None
        if keep:
            copy_certificate(original, backup)
        waited = report.key is None or not report.key.released
        withheld = PolicyFlags.PUBLIC_KEY_WITHHELD in report.policy
        certificates = has_certificate(original), has_certificate(backup)
        return _Done(result, certificates, released=waited and withheld)


def _lasting_key(report: CardReport) -> KeyReport | None:
    return None if report.key_is_dead else report.key


def _check_type(report: CardReport, key: KeyType | None) -> None:
    held = _lasting_key(report)
    if key is not None and held is not None and held.type is not key:
        name = held.type.value
        raise ProtocolError(
            _("The original already holds a key pair of type {held}. Leave out --key.").format(
                held=name
            )
        )


def _missing(
    original: CardReport, backup: CardReport, error: ComponentMissingError
) -> PlacesMissingError:
    assert original.group is not None  # noqa: S101 -- where a place of it is empty
    places = tuple(Place(number, original.group.size) for number in error.places)
    return PlacesMissingError(places, kcvs_held(original, backup), error)


def _tell(out: Printer, done: _Done, original: str, backup: str) -> None:
    result = done.result
    key, export = result.original.key, result.original.export
    assert key is not None  # noqa: S101 -- duplicate_key() checked both
    assert export is not None  # noqa: S101 -- and the role
    copied = Copied(
        result.original.card_id,
        result.backup.card_id,
        key.type,
        result.key_digest,
        result.generated,
        result.copied,
        export.slots_used,
        result.original.backups_allowed,
        result.mode,
        done.certificates,
        done.released,
    )
    if result.copied:
        held = _("{backup} now holds the key of {original}.")
    else:
        held = _("{backup} already held the key of {original}.")
    left = copied.allowed - copied.done
    more = _("Backups left: {count}.") if left else _("No further backup of this key can be made.")
    lines = [
        held.format(backup=backup, original=original),
        f"SHA-256 {result.key_digest.hex()}",
        more.format(count=left),
    ]
    if done.released:
        lines.append(
            _("The key now has a backup, so {original} gives out its public key.").format(
                original=original
            )
        )
    out.result(copied, "\n".join(lines))
