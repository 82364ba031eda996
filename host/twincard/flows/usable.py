"""Checks that a card can be used, since its own refusals would say less."""

from __future__ import annotations

from twincard.card.report import CardReport
from twincard.flows.errors import NotReleasedError, TransportPinError


def check_released(report: CardReport) -> None:
    """Raises NotReleasedError for an original whose public key waits for a backup."""
    if report.key is not None and not report.key.released:
        raise NotReleasedError(dead=report.key_is_dead)


def check_own_pin(report: CardReport) -> None:
    """Raises TransportPinError for a card whose user has not set a PIN."""
    if report.transport_pin:
        raise TransportPinError
