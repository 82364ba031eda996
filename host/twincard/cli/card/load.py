"""`twincard card load`: loads the applet onto a card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.card.managers import (
    DefaultKeys,
    ManagementKeysFile,
    SecurityDomain,
    aid_text,
    confirm_deletion,
    managed,
    management_keys,
    parse_aid,
    warn_of_answers,
    warn_of_default_keys,
)
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.flow_events import listener
from twincard.cli.terminal.options import READER_HELP, Json, Yes
from twincard.cli.terminal.output import Printer, aligned
from twincard.flows.load.applet import (
    AppletSizes,
    LoadOrder,
    kept_keys,
    load_card,
)
from twincard.globalplatform.cap import CapFile, Package
from twincard.ground.language import _
from twincard.keys.store import FileKeyStore
from twincard.results.load import CapInfo, Loaded, PackageInfo
from twincard.simulator.atr import is_simulated


def load(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.cap", help="CAP file with the applet, as `make cap` builds it."
        ),
    ],
    reader: Annotated[
        str | None, typer.Option("--reader", "-r", metavar="READER", help=READER_HELP)
    ] = None,
    management_keys_file: ManagementKeysFile = None,
    default_keys: DefaultKeys = False,
    new_management_keys: Annotated[
        Path | None,
        typer.Option(
            "--new-management-keys",
            metavar="FILE",
            help="Replace the management keys with those in FILE. If FILE does not exist, "
            "generate new keys and write them there.",
        ),
    ] = None,
    transport_key_file: Annotated[
        Path | None,
        typer.Option(
            "--transport-key-file",
            metavar="FILE",
            help="File with the transport key of the applet. If it does not exist, generate a "
            "key and write it there. Default: a file named after the card.",
        ),
    ] = None,
    isd: SecurityDomain = None,
    applet: Annotated[
        str | None,
        typer.Option(
            "--applet", metavar="AID", help="AID of the applet to install, if the file has several."
        ),
    ] = None,
    files: Annotated[
        int | None,
        typer.Option(
            "--file-entries",
            min=1,
            max=127,
            help="Number of entries in the file table. Default: chosen by the applet.",
        ),
    ] = None,
    file_bytes: Annotated[
        int | None,
        typer.Option(
            "--file-bytes",
            min=0,
            max=32767,
            help="Space for the contents of files, in bytes. Default: chosen by the applet.",
        ),
    ] = None,
    contacts: Annotated[
        int | None,
        typer.Option(
            "--contacts",
            min=0,
            max=16,
            help="Number of contacts that the card can hold. Default: chosen by the applet.",
        ),
    ] = None,
    allow_challenge_response: Annotated[
        bool,
        typer.Option(
            "--allow-challenge-response", help="Also accept the issuer without SCP03 (weaker)."
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Only show the contents of the CAP file. No card is needed."
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="First delete the applet that is already on the card, with all its keys.",
        ),
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Load the applet onto a card through GlobalPlatform SCP03, and install it.

    The command generates the transport key of the applet, and writes it to a file before the card
    gets it. If interrupted, run the same command again to resume.
    """
    out = Printer(json)
    cap = CapFile.read(file)
    chosen = _chosen(cap, applet)
    if dry_run:
        told = _info(file, cap)
        out.result(told, _info_text(told))
        return
    if reader is None:
        raise InputError(_("Give the reader of the card with --reader."))
    order = LoadOrder(
        cap,
        chosen,
        management_keys(management_keys_file, default=default_keys),
        None if new_management_keys is None else str(new_management_keys),
        None if transport_key_file is None else str(transport_key_file),
        AppletSizes(files, file_bytes, contacts, not allow_challenge_response),
        force,
    )
    store = FileKeyStore(Path())
    kept_keys(store, order.new_keys)  # raises before the card is opened
    if default_keys and new_management_keys is None:
        warn_of_default_keys(out)
    if force:
        confirm_deletion(reader, yes=yes)
    with (
        managed(reader, isd) as (connection, manager),
        out.progress(file.name, len(cap.load_file)) as sent,
    ):
        if cap.is_stand_in and not is_simulated(connection):
            raise InputError(
                _(
                    "{file} contains no code and is only for blank simulated cards. Build the "
                    "applet for real cards with `make cap`."
                ).format(file=file)
            )
        card = load_card(connection, manager, order, store, on_event=listener(out, sent))
    warn_of_answers(out, manager)
    done = Loaded(
        card.card_id,
        chosen,
        card.changed,
        store.path(card.transport_key),
        new_management_keys or management_keys_file,
        card.key_version,
        cap.load_file_sha256,
    )
    out.result(done, _loaded_text(reader, done))


def _chosen(cap: CapFile, applet: str | None) -> bytes:
    if applet is None:
        if len(cap.applets) == 1:
            return cap.applets[0]
        names = ", ".join(map(aid_text, cap.applets))
        raise InputError(
            _("The file has several applets. Choose one with --applet: {names}.").format(
                names=names
            )
        )
    aid = parse_aid(applet, "--applet")
    if aid not in cap.applets:
        raise InputError(
            _("The file has no applet {aid}. Use --dry-run to list its applets.").format(
                aid=aid_text(aid)
            )
        )
    return aid


def _info(file: Path, cap: CapFile) -> CapInfo:
    return CapInfo(
        file,
        _package(cap.package),
        cap.applets,
        tuple(map(_package, cap.imports)),
        len(cap.load_file),
        cap.load_file_sha256,
        cap.is_stand_in,
    )


def _package(package: Package) -> PackageInfo:
    return PackageInfo(package.aid, package.version)


def _info_text(info: CapInfo) -> str:
    size = _("{count} bytes").format(count=info.load_file_bytes)
    return aligned(
        [
            (_("package"), f"{aid_text(info.package.aid)} {info.package.version}"),
            *((_("applet"), aid_text(aid)) for aid in info.applets),
            *((_("imports"), f"{aid_text(each.aid)} {each.version}") for each in info.imports),
            (_("load file"), size),
            ("SHA-256", info.load_file_sha256.hex()),
            *([(_("code"), _("none (only for blank simulated cards)"))] if info.stand_in else ()),
        ]
    )


def _loaded_text(reader: str, done: Loaded) -> str:
    if done.changed:
        text = _(
            "The applet is installed on {reader} with card id {card_id}. Its transport "
            "key is in {file}."
        )
    else:
        text = _(
            "The applet was already installed on {reader} with card id {card_id}; "
            "nothing was changed."
        )
    return text.format(reader=reader, card_id=done.card_id.hex(), file=done.transport_key_file)
