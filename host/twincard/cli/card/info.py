"""`twincard card info`: the state report of a card, as text or JSON."""

from __future__ import annotations

from twincard.card.files import EXPIRY_DATE, MEMBER_NUMBER
from twincard.card.report import (
    CardReport,
    ComponentWay,
    GroupReport,
    ImportState,
    KeyOrigin,
    LifeCycle,
    Mode,
    PolicyFlags,
    Role,
    SetBy,
)
from twincard.card.session import Card
from twincard.cli.terminal.cards import opened
from twincard.cli.terminal.options import Json, Reader
from twincard.cli.terminal.output import Printer, aligned
from twincard.ground.language import N_, _, plural
from twincard.identity.device_certificate import fingerprint
from twincard.iso.status import AuthorityMissingError, NotFoundError
from twincard.keys.value_lines import kcv_text
from twincard.results.card_info import (
    CardInfo,
    ComponentInfo,
    ExportInfo,
    GroupInfo,
    KeyInfo,
    KeyServiceInfo,
    Scp03KeysInfo,
    TriesInfo,
)

_STATES = (
    *(N_("initialisation"), N_("operational"), N_("terminated")),
    *(N_("none"), N_("pending"), N_("done")),
    *(N_("empty"), N_("ticketed"), N_("imported"), N_("void")),
    *(N_("base"), N_("host-blind")),
)
"""The names of states and modes, which `state_word` translates for people."""


_ORIGINS = {
    KeyOrigin.CARD: N_("this card"),
    KeyOrigin.SERVICE: N_("a key service"),
    KeyOrigin.SERVICE_WITH_ESCROW: N_("a key service that keeps a copy"),
}


def info(reader: Reader, json: Json = False) -> None:
    """Show the state of a card. No PIN is needed."""
    with opened(reader) as card:
        told = card_info(card)
    Printer(json).result(told, card_text(told))


def card_info(card: Card) -> CardInfo:
    """Ask a card for its state. Raises CardError, TransportError."""
    report = card.kept_report()
    return CardInfo(
        card_id=report.card_id,
        role=report.role,
        life_cycle=report.life_cycle,
        group=_group(report.group),
        key=_key(report),
        export=_export(report),
        pin=TriesInfo(report.pin_tries_left),
        puk=TriesInfo(report.puk_tries_left),
        policy=tuple((flag.name or "").lower() for flag in PolicyFlags if flag in report.policy),
        member_number=_file(card, report, MEMBER_NUMBER),
        expires=_file(card, report, EXPIRY_DATE),
        mode=Mode.HOST_BLIND if report.certified else Mode.BASE,
        certified=report.certified,
        issuer_public_key_sha256=fingerprint(card.device.issuer_public_key())
        if report.certified
        else None,
        scp03_keys=_scp03_keys(report),
        transport_pin=report.transport_pin,
        key_service=_key_service(report),
    )


def card_text(info: CardInfo) -> str:
    """The state of a card for people: a name and a value on each line."""
    return aligned(_rows(info))


def _rows(info: CardInfo) -> list[tuple[str, str]]:
    rows = [
        (_("card id"), info.card_id.hex()),
        (_("role"), info.role.word),
        (_("life cycle"), state_word(info.life_cycle.name)),
    ]
    if info.member_number is not None:
        rows.append((_("member's number"), info.member_number))
    if info.expires is not None:
        rows.append((_("expires"), info.expires))
    rows.extend(_identity_rows(info))
    if info.group is not None:
        size = plural("{id}, {size} component", "{id}, {size} components", info.group.size)
        text = size.format(id=info.group.id.hex(), size=info.group.size)
        rows.append((_("key group"), text))
        for item in info.group.components:
            name = _("component {number}").format(number=item.number)
            rows.append((f"  {name}", _component_words(item)))
        safe = _("set through SCP03") if info.group.quantum_safe else _("not set through SCP03")
        rows.append(("  " + _("issuer's component"), safe))
    if info.key is not None:
        rows.append((_("key"), info.key.type))
        rows.append(("  SHA-256", info.key.public_key_sha256.hex()))
        if not info.key.released:
            rows.append(("  " + _("public key"), _released(info.export)))
        if info.key.archive_id is not None:
            rows.append(("  " + _("archive key"), info.key.archive_id.hex()))
    if info.export is not None:
        rows.append(_export_row(info.role, info.export))
    if info.transport_pin:
        rows.append(("PIN", _("transport PIN; set your own with `twincard card pin`")))
    if info.key_service is not None and info.key is not None and info.key_service.origin:
        rows.append((_("key made by"), _(_ORIGINS[info.key_service.origin])))
    rows.append((_("PIN tries left"), str(info.pin.tries_left)))
    rows.append((_("PUK tries left"), str(info.puk.tries_left)))
    return rows


def _released(export: ExportInfo | None) -> str:
    if export is not None and export.done >= export.allowed:
        return _("not available: this key has no backup and can get none")
    return _("available once a backup holds the key")


_WAYS = {
    ComponentWay.PLAIN: N_("KCV {kcv}, received unencrypted"),
    ComponentWay.SCP03: N_("KCV {kcv}, received through SCP03"),
    ComponentWay.SCP11B: N_("KCV {kcv}, received through SCP11b"),
}


def _component_words(item: ComponentInfo) -> str:
    if item.kcv is None or item.way is None:
        return _("not set")
    return _(_WAYS[item.way]).format(kcv=kcv_text(item.kcv))


def _identity_rows(info: CardInfo) -> list[tuple[str, str]]:
    rows = [(_("mode"), state_word(info.mode.name))]
    if info.issuer_public_key_sha256 is not None:
        rows.append((_("certified by"), f"SHA-256 {info.issuer_public_key_sha256.hex()}"))
    keys = info.scp03_keys
    if keys is not None:
        version = _("version {number}")
        if keys.required:
            version = _("version {number}, required for issuer commands")
        rows.append((_("SCP03 keys"), version.format(number=keys.version)))
    return rows


def _export_row(role: Role, export: ExportInfo) -> tuple[str, str]:
    if role is Role.ORIGINAL:
        made = _("{done} of {allowed} made, export {state}")
        state = state_word(export.state)
        return _("backups"), made.format(done=export.done, allowed=export.allowed, state=state)
    return _("backup"), state_word(export.state)


def state_word(name: str) -> str:
    return _(name.lower().replace("_", "-"))


def _group(group: GroupReport | None) -> GroupInfo | None:
    if group is None:
        return None
    places = tuple(
        ComponentInfo(item.number, item.set_by is not SetBy.NOBODY, item.set_by, item.kcv, item.way)
        for item in group.components
    )
    return GroupInfo(group.group_id, group.size, places, group.quantum_safe)


def _key(report: CardReport) -> KeyInfo | None:
    key = report.key
    if key is None:
        return None
    return KeyInfo(key.type, key.digest, key.public_key_readable, key.released, report.archive_id)


def _export(report: CardReport) -> ExportInfo | None:
    if report.export is not None:
        export = report.export
        state = export.state.name.lower()
        slots = export.slots_used, report.backups_allowed
        return ExportInfo(state, *slots, export.backup_id, export.mode)
    if report.import_ is not None:
        side = report.import_
        done = int(side.state is ImportState.IMPORTED)
        return ExportInfo(side.state.name.lower(), done, 1, side.original_id, side.mode)
    return None


def _scp03_keys(report: CardReport) -> Scp03KeysInfo | None:
    keys = report.scp03_keys
    return None if keys is None else Scp03KeysInfo(keys.version, keys.required)


def _key_service(report: CardReport) -> KeyServiceInfo | None:
    told = report.key_service
    if told is None:
        return None
    return KeyServiceInfo(told.state.name.lower(), told.origin, told.service_id)


def _file(card: Card, report: CardReport, fid: int) -> str | None:
    """The text of a file below the MF; None if the card has no such file, or does not show it."""
    if report.life_cycle is LifeCycle.TERMINATED:
        return None
    try:
        size = card.files.select(fid).size
        return None if size is None else card.files.read(size).decode(errors="backslashreplace")
    except (NotFoundError, AuthorityMissingError):
        return None
