"""Duplicate: the original's key goes, wrapped, to exactly one backup.

Which steps are left is read from the state reports of the two cards alone, so that after any
interruption the same call continues from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from twincard.card.report import CardReport, Mode, Role
from twincard.card.session import Card
from twincard.flows.certify.opensc import update_opensc_files
from twincard.flows.components import set_components
from twincard.flows.duplicate.plan import Plan, plan_duplication
from twincard.flows.errors import ProtocolError
from twincard.flows.events import FlowEvent, Listener, ignore
from twincard.flows.identity import introduce
from twincard.ground.language import N_, _
from twincard.keys.component import Component
from twincard.keys.key_type import KeyType


class DuplicationStep(Enum):
    """The steps of a duplication, in this order; certificates in host-blind mode only."""

    COMPONENT = N_("set a component on both cards")
    GENERATE = N_("generating the key pair on the original")
    VOID = N_("giving the original the receipt for the void ticket")
    CERTIFICATES = N_("each card verifies the other's certificate")
    TICKET = N_("the backup requests the key")
    EXPORT = N_("the original exports its wrapped key")
    IMPORT = N_("the backup imports and tests the key")
    CONFIRM = N_("the original accepts the backup's receipt")

    @property
    def roles(self) -> tuple[Role, ...]:
        """The cards that act in this step."""
        if self in (DuplicationStep.COMPONENT, DuplicationStep.CERTIFICATES):
            return Role.ORIGINAL, Role.BACKUP
        if self in (DuplicationStep.TICKET, DuplicationStep.IMPORT):
            return (Role.BACKUP,)
        return (Role.ORIGINAL,)


@dataclass(frozen=True)
class DuplicationEvent(FlowEvent):
    """A step begins; `component` is the number of the component that is set."""

    name: ClassVar[str] = "duplicate.step"
    step: DuplicationStep
    component: int | None = None


@dataclass(frozen=True)
class Duplicated:
    """What the cards report at the end: both hold the key."""

    original: CardReport
    backup: CardReport
    key_digest: bytes
    """32 bytes."""
    generated: bool
    """Whether the key pair was made now."""
    copied: bool
    """Whether the backup took the key now; False when it held it before."""
    mode: Mode | None
    """How it took it; None when it held it before."""


def duplicate_key(
    original: Card,
    backup: Card,
    components: Iterable[Component] = (),
    key_type: KeyType | None = None,
    *,
    forget_void: bool = False,
    on_event: Listener[DuplicationEvent] = ignore,
) -> Duplicated:
    """Bring the pair to where both cards have the original's key and the export is closed.

    Both PINs must be verified. `components` are for the places that are still empty on either card.
    A key pair of `key_type` is made when the original has none, or one that was never shown and
    cannot get a backup any more; by default it is of the type it had, or RSA-2048. The key goes in
    host-blind mode where both cards are certified, and where a ticket is open, in its mode.
    `forget_void` reuses a backup with a void ticket for another original that does not need the
    receipt. May be interrupted anywhere and repeated, then with fewer steps or none. Raises
    ComponentMissingError, ProtocolError where the duplication cannot continue, CardError,
    TransportError.
    """
    reports = original.kept_report(), backup.kept_report()
    ids = {Role.ORIGINAL: reports[0].card_id, Role.BACKUP: reports[1].card_id}

    def tell(step: DuplicationStep, component: int | None = None) -> None:
        on_event(DuplicationEvent(tuple(ids[role] for role in step.roles), step, component))

    used = original.duplication.used_slots() if _has_used_slots(reports[0]) else ()
    plan = plan_duplication(*reports, used, forget_void=forget_void)
    if plan.copy:
        set_components(
            original,
            backup,
            reports,
            components,
            lambda number: tell(DuplicationStep.COMPONENT, number),
        )
    held = reports[0].key
    usual = KeyType.RSA_2048 if held is None else held.type
    _carry_out(plan, original, reports[0].card_id, backup, key_type or usual, tell)
    for card in (original, backup):
        if not card.kept_report().transport_pin:
            update_opensc_files(card)
    return _result(original, backup, plan)


def _has_used_slots(report: CardReport) -> bool:
    return report.export is not None and report.export.slots_used > 0


def _carry_out(
    plan: Plan,
    original: Card,
    original_id: bytes,
    backup: Card,
    key_type: KeyType,
    begin: Callable[[DuplicationStep], None],
) -> None:
    if plan.generate:
        begin(DuplicationStep.GENERATE)
        original.usage.generate(key_type)
    if plan.deliver_void:
        begin(DuplicationStep.VOID)
        original.duplication.confirm(backup.duplication.receipt())
    receipt = None
    if plan.copy:
        if plan.mode is Mode.HOST_BLIND:
            begin(DuplicationStep.CERTIFICATES)
            introduce(original, backup)
        begin(DuplicationStep.TICKET)
        ticket = backup.duplication.ticket(
            original_id, plan.mode, void_delivered=plan.void_delivered
        )
        begin(DuplicationStep.EXPORT)
        key = original.duplication.export_key(ticket)
        begin(DuplicationStep.IMPORT)
        receipt = backup.duplication.import_key(key)
    if plan.confirm:
        begin(DuplicationStep.CONFIRM)
        original.duplication.confirm(receipt or backup.duplication.receipt())


def _result(original: Card, backup: Card, plan: Plan) -> Duplicated:
    reports = original.kept_report(), backup.kept_report()
    keys = [report.key for report in reports]
    if keys[0] is None or keys[1] is None or keys[0].digest != keys[1].digest:
        raise ProtocolError(_("The two cards report different keys. Do not use either of them."))
    mode = plan.mode if plan.copy else None
    return Duplicated(*reports, keys[0].digest, plan.generate, plan.copy, mode)
