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
from twincard.ground.language import _


@dataclass(frozen=True)
class Plan:
    """The steps left, in the order of the fields.

    `deliver_void`: the original still waits for the ticket that the backup made void.
    `copy`: ticket, export and import; `void_delivered` lets a void backup draw a new ticket.
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

    `used` are the original's used slots. `forget_void` gives up on a void receipt that another
    original may wait for. Raises ProtocolError where no way leads on, saying what would.
    """
    export, import_ = _sides(original, backup)
    if export.state is ExportState.PENDING:
        return _while_pending(export, import_, original, backup)
    if import_.state is ImportState.IMPORTED:
        return _when_imported(import_, original, backup)
    _check_open(original, backup, used)
    # A key that was never shown, and has no backup, opens nothing that anybody has.
    generate = original.key is None or original.key_is_dead
    if original.key_is_dead and original.key_from_service:
        raise ProtocolError(
            _(
                "No backup was made of the key that the key service gave, and none can be made any "
                "more: let the service give another."
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
                _("The {name} was terminated; it holds nothing any more.").format(name=role.word)
            )
        if report.life_cycle is LifeCycle.INITIALISATION:
            raise ProtocolError(
                _("The card for the {name} is not issued yet.").format(name=role.word)
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
                "The original has handed its key to another backup, card {card}: finish with "
                "that card, cancel there, or abandon the export."
            ).format(card=_short(export.backup_id))
        )
    if (import_.original_id, import_.nonce) != (original.card_id, export.nonce):
        raise ProtocolError(
            _("The original waits for a ticket that this backup no longer has: abandon the export.")
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
            _("This backup holds the key of another original, card {card}.").format(
                card=_short(import_.original_id)
            )
        )
    if original.key is None or backup.key is None or original.key.digest != backup.key.digest:
        raise ProtocolError(
            _("This backup holds an earlier key of the original; take a new backup.")
        )
    return _FINISHED


def _check_open(original: CardReport, backup: CardReport, used: tuple[UsedSlot, ...]) -> None:
    if original.backups_allowed == 0:
        raise ProtocolError(_("The original was issued to make no backup."))
    if original.export_closed and not original.key_is_dead:
        raise ProtocolError(
            _(
                "The original has made every backup it may make of its key "
                "({count}); another one is refused for good."
            ).format(count=original.backups_allowed)
        )
    if any(slot.backup_id == backup.card_id for slot in used):
        raise ProtocolError(_("The export to this backup was abandoned; take another backup."))


def _mode(original: CardReport, backup: CardReport) -> Mode:
    """The mode of a ticket that is not drawn yet: host-blind wherever both cards are certified."""
    if original.certified and backup.certified:
        return Mode.HOST_BLIND
    for report, role in ((original, Role.ORIGINAL), (backup, Role.BACKUP)):
        if PolicyFlags.BASE_MODE_FORBIDDEN in report.policy:
            raise ProtocolError(
                _(
                    "The {name} takes part in host-blind duplications only, and the other card has "
                    "no issuer's certificate for one."
                ).format(name=role.word)
            )
    return Mode.BASE


def _of_ticket(import_: ImportReport) -> Mode:
    return import_.mode or Mode.BASE


def _of_another_original(import_: ImportReport) -> str:
    card = _short(import_.original_id)
    if import_.state is ImportState.VOID:
        return _(
            "The backup's void receipt is for another original, card {card}: give it that "
            "receipt first, or say that it is not needed."
        ).format(card=card)
    return _(
        "The backup has asked another original for its key, card {card}: cancel that first."
    ).format(card=card)


def _short(card_id: bytes | None) -> str:
    return card_id.hex()[:8] if card_id else "unknown"
