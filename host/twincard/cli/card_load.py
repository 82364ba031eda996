"""`twincard card load`: the applet onto a card that has none."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from twincard.card.scp03 import ScpKeys
from twincard.cli import prompts
from twincard.cli.errors import InputError
from twincard.cli.managers import (
    CardKeysFile,
    DefaultKeys,
    SecurityDomain,
    managed,
    management_keys,
    parse_aid,
    warn_of_default_keys,
)
from twincard.cli.options import READER_HELP, Json, Yes
from twincard.cli.output import Output
from twincard.globalplatform.cap import CapFile, Package
from twincard.globalplatform.card_keys import draw_card_keys, read_card_keys, write_card_keys
from twincard.globalplatform.manager import CardManager, Domain, Installation
from twincard.keys.issuer_key import TRANSPORT_KEY_BYTES, read_issuer_key
from twincard.keys.secret import Secret
from twincard.language import _
from twincard.private_file import write_private
from twincard.protocols.errors import ProtocolError
from twincard.protocols.load import (
    Sizes,
    card_id_under,
    install_data,
    instances,
    load_and_install,
    next_version,
    replace_keys,
)
from twincard.transport.base import Connection


@dataclass(frozen=True)
class PackageInfo:
    """A package by its AID, and its version."""

    aid: bytes
    version: str


@dataclass(frozen=True)
class CapInfo:
    """What a CAP file holds, and what of it a card is sent."""

    file: Path
    package: PackageInfo
    applets: tuple[bytes, ...]
    imports: tuple[PackageInfo, ...]
    load_file_bytes: int
    load_file_sha256: bytes


@dataclass(frozen=True)
class Loaded:
    """A card that has the applet; `changed` is False where it had it before, from the same run.

    `issuer_key_file` holds its transport key; `key_version` is that of its management keys, in
    `card_keys_file`, or None where they are the default keys.
    """

    card_id: bytes
    applet: bytes
    changed: bool
    issuer_key_file: Path
    card_keys_file: Path | None
    key_version: int
    load_file_sha256: bytes


@dataclass(frozen=True)
class _Order:
    """What shall be on the card."""

    cap: CapFile
    applet: bytes
    sizes: Sizes
    issuer_key_file: Path | None
    force: bool


def load(
    file: Annotated[Path, typer.Argument(metavar="FILE.cap", help="The applet: `make cap`.")],
    reader: Annotated[
        str | None, typer.Option("--reader", "-r", metavar="READER", help=READER_HELP)
    ] = None,
    card_keys: CardKeysFile = None,
    default_keys: DefaultKeys = False,
    new_card_keys: Annotated[
        Path | None,
        typer.Option(
            "--new-card-keys",
            metavar="FILE",
            help="Replace the management keys: by those in FILE, or new ones that FILE gets.",
        ),
    ] = None,
    issuer_key_file: Annotated[
        Path | None,
        typer.Option(
            "--issuer-key-file",
            metavar="FILE",
            help="File for the applet's transport key; one that is there gives it. By default it "
            "is named after the card.",
        ),
    ] = None,
    isd: SecurityDomain = None,
    applet: Annotated[
        str | None,
        typer.Option("--applet", metavar="AID", help="Which applet of the file, if of several."),
    ] = None,
    files: Annotated[
        int | None, typer.Option("--files", min=1, max=127, help="Entries in the file table.")
    ] = None,
    file_bytes: Annotated[
        int | None,
        typer.Option("--file-bytes", min=0, max=32767, help="Bytes for the contents of files."),
    ] = None,
    contacts: Annotated[
        int | None, typer.Option("--contacts", min=0, max=16, help="Places for contacts.")
    ] = None,
    allow_challenge_response: Annotated[
        bool,
        typer.Option(
            "--allow-challenge-response", help="The issuer needs no secure channel to the applet."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what is in the file; no card is needed.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Delete the applet that is there, and all its keys.")
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Load the applet onto a card and install it, through GlobalPlatform SCP03.

    Draws the applet's transport key into a file before the card gets it. Interrupted, the same
    command goes on.
    """
    out = Output(json)
    cap = CapFile.read(file)
    chosen = _chosen(cap, applet)
    if dry_run:
        told = _info(file, cap)
        out.result(told, _info_text(told))
        return
    if reader is None:
        raise InputError(_("Name the reader of the card with --reader."))
    current = management_keys(card_keys, default=default_keys)
    new = _kept(new_card_keys)
    sizes = Sizes(files, file_bytes, contacts, not allow_challenge_response)
    order = _Order(cap, chosen, sizes, issuer_key_file, force)
    if force:
        question = _("Destroy the applet on {reader}, and every key on it, if there is one?")
        prompts.confirm(question.format(reader=reader), "--yes", yes=yes)
    with managed(reader, isd) as (connection, manager):
        used = manager.authenticate([current] if new is None else [current, new])
        if new_card_keys is not None and used != new:
            _give_keys(out, manager, new, new_card_keys)
        elif default_keys and used is current:
            warn_of_default_keys(out)
        key_file, card_id, changed = _put_on(out, connection, manager, order)
        version = manager.domain.key_version
    done = Loaded(
        card_id,
        chosen,
        changed,
        key_file,
        new_card_keys or card_keys,
        version,
        cap.load_file_sha256,
    )
    out.result(done, _loaded_text(reader, done))


def _chosen(cap: CapFile, applet: str | None) -> bytes:
    if applet is None:
        if len(cap.applets) == 1:
            return cap.applets[0]
        names = ", ".join(map(_hex, cap.applets))
        raise InputError(
            _("There are several applets in the file: choose one with --applet: {names}.").format(
                names=names
            )
        )
    aid = parse_aid(applet, "--applet")
    if aid not in cap.applets:
        raise InputError(_("There is no applet {aid} in the file.").format(aid=_hex(aid)))
    return aid


def _kept(file: Path | None) -> ScpKeys | None:
    """New management keys that are in their file already, from an earlier run or another card."""
    if file is None or not file.exists():
        return None
    keys = read_card_keys(file)
    if not keys.version:
        raise InputError(
            _("{file} must say which version its keys shall have, 1 to 127.").format(file=file)
        )
    return keys


def _give_keys(out: Output, manager: CardManager, new: ScpKeys | None, file: Path) -> None:
    """New management keys: drawn and written first, where there are none yet."""
    if new is None:
        new = draw_card_keys(manager.key_bytes, next_version(manager.domain.key_version))
        write_card_keys(file, new)
    replace_keys(manager, new, lambda step: out.step(step.value))


def _put_on(
    out: Output, connection: Connection, manager: CardManager, order: _Order
) -> tuple[Path, bytes, bool]:
    """The applet onto the card: the file with its transport key, its card id, whether it is new."""
    key_file = order.issuer_key_file or _usual_name(manager.domain)
    present = instances(manager, order.cap.package.aid, order.applet)
    if present and not order.force:
        card_id = (
            card_id_under(connection, read_issuer_key(key_file)) if key_file.exists() else None
        )
        if card_id is None:
            raise ProtocolError(
                _(
                    "This card has the applet already, and {file} does not open it: --force "
                    "deletes it with every key on it."
                ).format(file=key_file)
            )
        return key_file, card_id, False
    key = _transport_key(out, key_file)
    data = install_data(key, order.sizes)
    installation = Installation(order.cap.package.aid, order.applet, order.applet, data)
    total = sum(map(len, manager.load_blocks(order.cap)))
    with out.progress("load", total) as loaded:
        load_and_install(
            manager, order.cap, installation, present, lambda step: out.step(step.value), loaded
        )
    card_id = card_id_under(connection, key)
    if card_id is None:
        raise ProtocolError(_("The card installed the applet, but does not answer with it."))
    return key_file, card_id, True


def _transport_key(out: Output, file: Path) -> Secret:
    """The key in the file, or a new one, which the file then holds."""
    if file.exists():
        out.note(_("{file} was there: the applet gets the key in it.").format(file=file))
        return read_issuer_key(file)
    key = Secret(secrets.token_bytes(TRANSPORT_KEY_BYTES))
    write_private(file, key.reveal().hex().encode("ascii") + b"\n")
    return key


def _usual_name(domain: Domain) -> Path:
    return Path(f"card-{domain.diversification.hex()}.issuer-key")


def _info(file: Path, cap: CapFile) -> CapInfo:
    return CapInfo(
        file,
        _package(cap.package),
        cap.applets,
        tuple(map(_package, cap.imports)),
        len(cap.load_file),
        cap.load_file_sha256,
    )


def _package(package: Package) -> PackageInfo:
    return PackageInfo(package.aid, package.version)


def _info_text(info: CapInfo) -> str:
    lines = [f"package    {_hex(info.package.aid)} {info.package.version}"]
    lines += [f"applet     {_hex(aid)}" for aid in info.applets]
    lines += [f"imports    {_hex(each.aid)} {each.version}" for each in info.imports]
    lines += [
        "load file  " + _("{count} bytes").format(count=info.load_file_bytes),
        f"SHA-256    {info.load_file_sha256.hex()}",
    ]
    return "\n".join(lines)


def _loaded_text(reader: str, done: Loaded) -> str:
    if done.changed:
        text = _("{reader} has the applet, as card {card_id}; its transport key is in {file}.")
    else:
        text = _("{reader} had the applet before, as card {card_id}; nothing was changed.")
    return text.format(reader=reader, card_id=done.card_id.hex(), file=done.issuer_key_file)


def _hex(value: bytes) -> str:
    return value.hex().upper()
