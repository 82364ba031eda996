"""`twincard issue`: issues two blank cards as an original and its backup."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from twincard.card.report import Features, PolicyFlags, Role
from twincard.card.session import Card
from twincard.cli.group.mailers import MailerLanguage
from twincard.cli.pair.components import read_components
from twincard.cli.pair.holder_data import expiry_date_bytes, member_number_bytes
from twincard.cli.pair.issue_pins import (
    NO_LETTERS,
    LetterFormat,
    LetterFormatOption,
    LetterPlan,
    NewPin,
    PinFiles,
    PinLetters,
    new_pins,
    write_letters,
)
from twincard.cli.terminal.cards import check_two_cards, naming, opened_pair, transport_key
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.flow_events import listener
from twincard.cli.terminal.options import (
    Backup,
    BackupPinFile,
    IssuerComponents,
    Json,
    Original,
    OriginalTransportKeyFile,
    PinFile,
    PukFile,
    Scan,
)
from twincard.cli.terminal.output import Printer
from twincard.flows.issue.pair import (
    Blank,
    IssuedPair,
    IssueEvent,
    IssueStep,
    Modes,
    Profile,
    issue_pair,
    modes_of,
)
from twincard.ground.language import N_, _
from twincard.identity.device_certificate import fingerprint
from twincard.identity.issuer_signing_key import IssuerSigningKey
from twincard.iso.status import CardError
from twincard.keys.component import LARGEST_GROUP, Component
from twincard.keys.secret import Secret
from twincard.results.pair import ComponentKcv, Issued

_UNBOUND = N_(
    "Without --component, no secret of the issuer binds the two cards, so any "
    "card in the backup's place could get the key. Compare the backup's card id "
    "before you run `duplicate`."
)
_SHARED = N_(
    "Without --component, the backup of another pair certified with this key "
    "could take this backup's place. Compare the backup's card id before you run "
    "`duplicate`."
)
_UNABLE = N_(
    "One of the cards reports that it has no host-blind mode. If you know that "
    "this is true, issue the pair with --base-mode."
)
_HEARD = N_(
    "One of the cards reports that it has no secure channel for its issuer. If "
    "you know that this is true, and nobody can listen on the connection, issue "
    "the pair with --plain."
)
_ALONE = N_(
    "Without --certify-with, the key that certifies this pair is discarded, so "
    "no backup can be added later."
)


def issue(
    original: Original,
    backup: Backup,
    group_size: Annotated[
        int,
        typer.Option(
            "--group-size", min=1, max=LARGEST_GROUP, help="Number of components in the key group."
        ),
    ] = 3,
    component: IssuerComponents = None,
    scan: Scan = False,
    member_number: Annotated[
        str | None,
        typer.Option("--member-number", metavar="M", help="Member number to store on the cards."),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(
            "--expires",
            metavar="YYYY-MM",
            help="Expiry date to store on the cards, as year and month.",
        ),
    ] = None,
    backups: Annotated[
        int,
        typer.Option(
            "--backups", min=0, max=8, help="Number of backups that can be made of a key."
        ),
    ] = 1,
    keep_group: Annotated[
        bool,
        typer.Option(
            "--keep-group", help="Keep the key group after the last backup. Default: erase it."
        ),
    ] = False,
    public_key_in_backup: Annotated[
        bool,
        typer.Option(
            "--public-key-in-backup", help="Make the public key available from the backup too."
        ),
    ] = False,
    trusted_targets: Annotated[
        bool,
        typer.Option(
            "--trusted-targets", help="Allow re-encryption only to contacts written by the issuer."
        ),
    ] = False,
    no_decipher: Annotated[
        bool,
        typer.Option(
            "--no-decipher",
            help="Forbid decryption with the card; it can only re-encrypt files to other keys.",
        ),
    ] = False,
    pin_each_time: Annotated[
        bool,
        typer.Option(
            "--pin-each-time",
            help="Require the PIN for every decryption and every signature. Meant for use "
            "through OpenSC.",
        ),
    ] = False,
    certificate_bytes: Annotated[
        int | None,
        typer.Option(
            "--certificate-bytes",
            min=0,
            max=0x7FFF,
            help="Space for the certificate of each key, in bytes. Default: 2560 if the card "
            "has room.",
        ),
    ] = None,
    chain_bytes: Annotated[
        int | None,
        typer.Option(
            "--chain-bytes",
            min=0,
            max=0x7FFF,
            help="Space for the issuers' certificates, in bytes. Default: 2560 if the card "
            "has room.",
        ),
    ] = None,
    public_key_at_once: Annotated[
        bool,
        typer.Option(
            "--public-key-at-once",
            help="Make the public key available even before there is a backup.",
        ),
    ] = False,
    transport_pin: Annotated[
        bool,
        typer.Option(
            "--transport-pin",
            help="Make the PIN a transport PIN: it works only for `duplicate` until the "
            "holder changes it.",
        ),
    ] = False,
    certify_with: Annotated[
        Path | None,
        typer.Option(
            "--certify-with",
            metavar="FILE",
            help="File with the issuer's signing key. Default: generate a key for this pair "
            "and discard it.",
        ),
    ] = None,
    allow_base: Annotated[
        bool,
        typer.Option(
            "--allow-base", help="Also allow base mode, with cards that lack host-blind mode."
        ),
    ] = False,
    base_mode: Annotated[
        bool, typer.Option("--base-mode", help="Use base mode, without certificates.")
    ] = False,
    plain: Annotated[
        bool,
        typer.Option(
            "--plain",
            help="Allow PIN, PUK and components to be sent unencrypted if a card has no "
            "secure channel.",
        ),
    ] = False,
    pin_file: PinFile = None,
    puk_file: PukFile = None,
    backup_pin_file: BackupPinFile = None,
    backup_puk_file: Annotated[
        Path | None,
        typer.Option(
            "--backup-puk-file",
            metavar="FILE",
            help="File with the PUK of the backup, if it differs from the original's.",
        ),
    ] = None,
    pin_letters: PinLetters = None,
    letter_format: LetterFormatOption = LetterFormat.PDF,
    language: MailerLanguage = None,
    transport_key_file: OriginalTransportKeyFile = None,
    backup_transport_key_file: Annotated[
        Path | None,
        typer.Option(
            "--backup-transport-key-file",
            metavar="FILE",
            help="File with the transport key of the backup, if it differs from the original's.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Issue a pair of cards: an original and its backup.

    The issuer sets the components given here; the holders set the others in `duplicate`. Both cards
    are certified, so that no other card can take the backup's place, and no computer sees the key
    on its way to the backup. If interrupted, run the same command again to resume.
    """
    check_two_cards(original, backup)
    flags = {
        PolicyFlags.ERASE_GROUP: not keep_group,
        PolicyFlags.PUBLIC_KEY_IN_BACKUP: public_key_in_backup,
        PolicyFlags.TRUSTED_TARGETS_ONLY: trusted_targets,
        PolicyFlags.DECIPHER_OFF: no_decipher,
        PolicyFlags.PIN_EACH_TIME: pin_each_time,
    }
    profile = Profile(
        group_size,
        backups,
        functools.reduce(operator.or_, (flag for flag in flags if flags[flag]), PolicyFlags.NONE),
        member_number_bytes(member_number),
        expiry_date_bytes(expires),
        _modes(allow_base=allow_base, base_mode=base_mode),
        certificate_bytes,
        chain_bytes,
        public_key_at_once,
        transport_pin,
    )
    if base_mode and certify_with is not None:
        raise InputError(
            _("Base mode uses no certificates. Give either --base-mode or --certify-with.")
        )
    pin_files = PinFiles(pin_file, puk_file, backup_pin_file, backup_puk_file)
    pin_files.check_beside(pin_letters)
    issuer = None if certify_with is None else IssuerSigningKey.read(certify_with)
    components = read_components(component, group_size, scan=scan)
    keys = (
        transport_key(original, transport_key_file),
        transport_key(
            backup, backup_transport_key_file or transport_key_file, "--backup-transport-key-file"
        ),
    )
    names = {Role.ORIGINAL: (_("Original"), original), Role.BACKUP: (_("Backup"), backup)}
    letters = NO_LETTERS
    if pin_letters is None:
        pins = new_pins(names, pin_files)
    else:
        member = member_number or ""
        plan = LetterPlan(pin_letters, letter_format, language, member, transport_pin)
        letters = write_letters(names, plan)
        pins = letters.pins()
    out = Printer(json)
    events: list[IssueEvent] = []
    tell = listener(out)

    def on_event(event: IssueEvent) -> None:
        events.append(event)
        tell(event)

    with opened_pair(names[Role.ORIGINAL], names[Role.BACKUP]) as cards:
        blanks = (
            _blank(cards[0], keys[0], pins[Role.ORIGINAL]),
            _blank(cards[1], keys[1], pins[Role.BACKUP]),
        )
        for role, card in zip(names, cards, strict=True):
            with naming(*names[role]):
                letters.check(role, card.kept_report())
        _check_features(blanks, profile, plain=plain)
        for note in _notes(blanks, profile, components, issuer):
            out.note(note)
        try:
            pair = issue_pair(*blanks, profile, components, issuer, plain=plain, on_event=on_event)
        except CardError as error:
            if events:
                name, reader = names[events[-1].role]
                error.add_note(f"{name} {reader}")
            raise
        finally:
            for item in components:
                item.value.wipe()
    given = {event.role for event in events if event.step is IssueStep.PERSONALISE}
    letters = letters.finish(given)
    _tell(out, pair, original, backup, letters.paths, changed=bool(events))


def _blank(card: Card, key: Secret, pins: NewPin) -> Blank:
    return Blank(card, key, pins.pin, pins.puk)


def _tell(
    out: Printer,
    pair: IssuedPair,
    original: str,
    backup: str,
    letters: tuple[Path, ...],
    *,
    changed: bool,
) -> None:
    name = None if pair.issuer_public_key is None else fingerprint(pair.issuer_public_key)
    issued = Issued(
        pair.original_id,
        pair.backup_id,
        pair.group_id,
        changed,
        pair.mode,
        name,
        tuple(ComponentKcv(number, kcv) for number, kcv in enumerate(pair.kcvs, 1)),
        letters,
    )
    if changed:
        text = _("Issued {original} as an original, and {backup} as its backup.").format(
            original=original, backup=backup
        )
    else:
        text = _(
            "{original} and {backup} are already issued as a pair; nothing was changed."
        ).format(original=original, backup=backup)
    handed = _("Hand over {path} sealed, apart from its card, and delete the file.")
    out.result(issued, "\n".join([text, *(handed.format(path=path) for path in letters)]))


def _modes(*, allow_base: bool, base_mode: bool) -> Modes:
    if allow_base and base_mode:
        raise InputError(_("Give either --allow-base or --base-mode, not both."))
    if base_mode:
        return Modes.BASE
    return Modes.EITHER if allow_base else Modes.HOST_BLIND


def _check_features(blanks: tuple[Blank, Blank], profile: Profile, *, plain: bool) -> None:
    """Raises InputError if a card lacks a feature that no option gives up.

    The feature bits are not authenticated: an attacker could remove some from the answer.
    """
    if not plain and any(Features.SCP03 not in blank.card.features for blank in blanks):
        raise InputError(_(_HEARD))
    if profile.modes is Modes.HOST_BLIND and modes_of(*blanks, profile) is Modes.BASE:
        raise InputError(_(_UNABLE))


def _notes(
    blanks: tuple[Blank, Blank],
    profile: Profile,
    components: Sequence[Component],
    issuer: IssuerSigningKey | None,
) -> Iterator[str]:
    """Warnings to print before the pair is issued."""
    if modes_of(*blanks, profile) is Modes.BASE:
        if not components:
            yield _(_UNBOUND)
    elif issuer is None and profile.backups > 1:
        yield _(_ALONE)
    elif issuer is not None and not components:
        yield _(_SHARED)
