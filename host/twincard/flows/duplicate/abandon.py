"""Ways out of a duplication that will not be finished."""

from __future__ import annotations

from enum import Enum

from twincard.card.report import ExportState, ImportState, LifeCycle
from twincard.card.session import Card
from twincard.flows.authority import take_authority
from twincard.flows.errors import ProtocolError
from twincard.ground.language import _
from twincard.keys.secret import Secret


class Cancelled(Enum):
    """What cancelling came to."""

    SLOT_FREE = "the original has its slot back"
    NOTHING_PENDING = "the original was not waiting for this ticket"


def cancel(original: Card, backup: Card) -> Cancelled:
    """Make the backup's ticket void, and free the original's slot with its receipt.

    Both PINs must be verified, except the backup's if its ticket is already void: so a terminated
    backup also frees the slot. May be interrupted and repeated. Raises ProtocolError when the
    backup has no ticket or has the key already, CardError, TransportError.
    """
    before, asked = original.kept_report(), backup.kept_report()
    side = asked.import_
    if side is not None and side.state is ImportState.TICKETED:
        backup.duplication.cancel()
    elif asked.life_cycle is not LifeCycle.TERMINATED and (
        side is None or side.state is not ImportState.VOID
    ):
        raise ProtocolError(_("This backup has no open ticket to cancel."))
    receipt = backup.duplication.receipt()
    waiting = before.export is not None and before.export.backup_id == asked.card_id
    if not waiting:
        return Cancelled.NOTHING_PENDING
    original.duplication.confirm(receipt)
    return Cancelled.SLOT_FREE


def abandon(original: Card, transport_key: Secret, pin: Secret, *, plain: bool = False) -> None:
    """Spend the pending slot of an original whose backup is destroyed.

    Both authorities are proved here, the issuer's first, since it opens a secure channel. A card
    may do without one only if `plain` is set, or if an open channel has already authenticated a
    card of a given issuer. Raises NoIssuerChannelError, ProtocolError when nothing is pending,
    IssuerRefusedError, CardError, TransportError.
    """
    report = original.kept_report()
    if report.export is None or report.export.state is not ExportState.PENDING:
        raise ProtocolError(_("The original has no pending export to abandon."))
    take_authority(original, report, transport_key, plain=plain)
    original.pin.verify(pin)
    original.duplication.abandon()
