"""`twincard card contents` and `unload`: packages and applets on a card."""

from __future__ import annotations

from typing import Annotated

import typer

from twincard.card.session import APPLET_AID
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
)
from twincard.cli.terminal.options import Json, Reader, Yes
from twincard.cli.terminal.output import Printer, aligned
from twincard.flows.load.applet import instances, remove
from twincard.globalplatform.registry import Kind, Production, RegistryEntry
from twincard.ground.language import _
from twincard.results.contents import ContentInfo, Contents, ProductionInfo, Unloaded

# An applet's AID begins with its package's.
_PACKAGE = aid_text(APPLET_AID[:-1])


def contents(
    reader: Reader,
    management_keys_file: ManagementKeysFile = None,
    default_keys: DefaultKeys = False,
    isd: SecurityDomain = None,
    json: Json = False,
) -> None:
    """List the packages and applets on a card, using its management keys."""
    keys = management_keys(management_keys_file, default=default_keys)
    with managed(reader, isd) as (_connection, manager):
        production = manager.production()
        manager.authenticate([keys])
        domain = manager.domain
        told = Contents(
            domain.aid,
            domain.key_version,
            domain.parameter,
            None if production is None else _production(production),
            tuple(map(_content, manager.contents(Kind.PACKAGE))),
            tuple(map(_content, manager.contents(Kind.APPLICATION))),
        )
    out = Printer(json)
    warn_of_answers(out, manager)
    out.result(told, _text(told))


def unload(
    reader: Reader,
    management_keys_file: ManagementKeysFile = None,
    default_keys: DefaultKeys = False,
    isd: SecurityDomain = None,
    package: Annotated[
        str, typer.Option("--package", metavar="AID", help="Package to delete.")
    ] = _PACKAGE,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Delete the applet and its package from a card, with every key in it."""
    aid = parse_aid(package, "--package")
    keys = management_keys(management_keys_file, default=default_keys)
    confirm_deletion(reader, yes=yes)
    with managed(reader, isd) as (_connection, manager):
        manager.authenticate([keys])
        changed = remove(manager, aid, instances(manager, aid, None))
    text = (
        _("Package {aid} was deleted, with everything in it.")
        if changed
        else _("This card has no package {aid}; nothing was changed.")
    )
    out = Printer(json)
    warn_of_answers(out, manager)
    out.result(Unloaded(aid, changed), text.format(aid=aid_text(aid)))


def _content(entry: RegistryEntry) -> ContentInfo:
    version = None if entry.version is None else "{}.{}".format(*entry.version)
    return ContentInfo(entry.aid, entry.life_cycle, version, entry.package_aid)


def _production(value: Production) -> ProductionInfo:
    return ProductionInfo(value.maker, value.chip, value.system, value.serial)


def _text(told: Contents) -> str:
    keys = _("version {version}, i = {parameter:02X}")
    rows = [
        (_("security domain"), aid_text(told.security_domain)),
        (_("SCP03 keys"), keys.format(version=told.key_version, parameter=told.parameter)),
    ]
    if told.production is not None:
        made = _("{maker}, chip {chip}, system {system}, serial {serial}")
        values = told.production
        text = made.format(
            maker=values.maker, chip=values.chip, system=values.system, serial=values.serial
        )
        rows.append((_("made by"), text))
    for item in told.packages:
        rows.append((_("package"), f"{aid_text(item.aid)} {item.version or ''}".rstrip()))
    rows += [(_("applet"), aid_text(item.aid)) for item in told.applets]
    return aligned(rows)
