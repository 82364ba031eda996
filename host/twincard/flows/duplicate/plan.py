"""What is left to do for a duplication, from what the two cards report."""

from __future__ import annotations

from dataclasses import dataclass

from twincard.card.report import (
    CardReport,
    ExportReport,
    ExportState,
    ImportReport,
    ImportState,
    LifeCycle,
    Mode,
    PolicyFlags,
    Role,
    UsedSlot,
)
from twincard.flows.errors import ProtocolError
from twincard.ground.language import _, plural


@dataclass(frozen=True)
class Plan:
    """The steps left, in the order of the fields.

    `deliver_void`: the original still waits for the ticket that the backup made void. `copy`:
    ticket, export and import; `void_delivered` lets a backup with a void ticket issue a new one.
    `confirm`: the backup's receipt goes to the original. `mode` is that of the copy.
    """

    generate: bool = False
    deliver_void: bool = False
    copy: bool = False
    void_delivered: bool = False
    confirm: bool = False
    mode: Mode = Mode.BASE


_FINISHED = Plan()


def plan_duplication(
    original: CardReport,
    backup: CardReport,
    used: tuple[UsedSlot, ...] = (),
    *,
    forget_void: bool = False,
) -> Plan:
    """The steps left from here, whatever happened before.

    `used` are the original's used slots. `forget_void` discards a void receipt that another
    original may wait for. Raises ProtocolError, with the way out, where the duplication cannot
    continue.
    """
    export, import_ = _sides(original, backup)
    if export.state is ExportState.PENDING:
        return _while_pending(export, import_, original, backup)
    if import_.state is ImportState.IMPORTED:
        return _when_imported(import_, original, backup)
    _check_open(original, backup, used)
    # No file can exist for a key that was never shown and has no backup.
    generate = original.key is None or original.key_is_dead
    if original.key_is_dead and original.key_from_service:
        raise ProtocolError(
            _(
                "The key from the key service has no backup and cannot get one any more. "
                "Get another key from the service."
            )
        )
    mode = _mode(original, backup)
    if import_.state is ImportState.EMPTY:
        return Plan(generate=generate, copy=True, confirm=True, mode=mode)
    if import_.original_id != original.card_id and not (
        import_.state is ImportState.VOID and forget_void
    ):
        raise ProtocolError(_of_another_original(import_))
    if import_.state is ImportState.TICKETED:
        return Plan(generate=generate, copy=True, confirm=True, mode=_of_ticket(import_))
    return Plan(generate=generate, copy=True, void_delivered=True, confirm=True, mode=mode)


def _sides(original: CardReport, backup: CardReport) -> tuple[ExportReport, ImportReport]:
    for report, role in ((original, Role.ORIGINAL), (backup, Role.BACKUP)):
        if report.life_cycle is LifeCycle.TERMINATED:
            raise ProtocolError(
                _("The {name} is terminated, and its secrets are erased. Use another card.").format(
                    name=role.word
                )
            )
        if report.life_cycle is LifeCycle.INITIALISATION:
            raise ProtocolError(
                _("The {name} is not issued yet. Run `twincard issue` first.").format(
                    name=role.word
                )
            )
    if original.export is None:
        raise ProtocolError(_("The card given as the original was issued as a backup."))
    if backup.import_ is None:
        raise ProtocolError(_("The card given as the backup was issued as an original."))
    return original.export, backup.import_


def _while_pending(
    export: ExportReport, import_: ImportReport, original: CardReport, backup: CardReport
) -> Plan:
    if export.backup_id != backup.card_id:
        raise ProtocolError(
            _(
                "The original has exported its key to another backup, card {card}. Finish "
                "the duplication with that card, cancel it there, or abandon the export."
            ).format(card=_id(export.backup_id))
        )
    if (import_.original_id, import_.nonce) != (original.card_id, export.nonce):
        raise ProtocolError(
            _("The original waits for a ticket that this backup no longer has. Abandon the export.")
        )
    if import_.state is ImportState.IMPORTED:
        return Plan(confirm=True)
    if import_.state is ImportState.VOID:
        mode = _mode(original, backup)
        return Plan(deliver_void=True, copy=True, void_delivered=True, confirm=True, mode=mode)
    return Plan(copy=True, confirm=True, mode=_of_ticket(import_))


def _when_imported(import_: ImportReport, original: CardReport, backup: CardReport) -> Plan:
    if import_.original_id != original.card_id:
        raise ProtocolError(
            _("This backup has the key of another original, card {card}.").format(
                card=_id(import_.original_id)
            )
        )
    if original.key is None or backup.key is None or original.key.digest != backup.key.digest:
        raise ProtocolError(_("This backup has an earlier key of the original. Use a new backup."))
    return _FINISHED


def _check_open(original: CardReport, backup: CardReport, used: tuple[UsedSlot, ...]) -> None:
    if original.backups_allowed == 0:
        raise ProtocolError(_("The original was issued with no backups allowed."))
    if original.export_closed and not original.key_is_dead:
        raise ProtocolError(
            plural(
                "The original cannot make another backup of its key: it has used the one "
                "backup allowed.",
                "The original cannot make another backup of its key: it has used all {count} "
                "backups allowed.",
                original.backups_allowed,
            ).format(count=original.backups_allowed)
        )
    if any(slot.backup_id == backup.card_id for slot in used):
        raise ProtocolError(_("The export to this backup was abandoned. Use another backup."))


def _mode(original: CardReport, backup: CardReport) -> Mode:
    """The mode of a ticket not issued yet: host-blind if both cards are certified."""
    if original.certified and backup.certified:
        return Mode.HOST_BLIND
    for report, role in ((original, Role.ORIGINAL), (backup, Role.BACKUP)):
        if PolicyFlags.BASE_MODE_FORBIDDEN in report.policy:
            raise ProtocolError(
                _(
                    "The {name} allows host-blind mode only, and the other card has no "
                    "issuer's certificate."
                ).format(name=role.word)
            )
    return Mode.BASE


def _of_ticket(import_: ImportReport) -> Mode:
    return import_.mode or Mode.BASE


def _of_another_original(import_: ImportReport) -> str:
    card = _id(import_.original_id)
    if import_.state is ImportState.VOID:
        return _(
            "This backup has a void receipt for another original, card {card}. Run "
            "`twincard duplicate --cancel` with that original first, or give --forget-void "
            "if it does not need the receipt."
        ).format(card=card)
    return _(
        "This backup has an open ticket for another original, card {card}. Run `twincard "
        "duplicate --cancel` with that original first."
    ).format(card=card)


def _id(card_id: bytes | None) -> str:
    return card_id.hex() if card_id else "?"
