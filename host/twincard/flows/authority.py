"""Proves the issuer's authority, in the way that the card supports."""

from __future__ import annotations

from twincard.card.report import CardReport, Features
from twincard.card.session import Card
from twincard.flows.errors import ProtocolError
from twincard.ground.language import _
from twincard.iso.status import CardError, Sw
from twincard.keys.secret import Secret


class NoIssuerChannelError(ProtocolError):
    """A card reports no secure channel for its issuer, where one is needed."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This card reports no secure channel for its issuer. Somebody between this "
                "computer and the card could have forged that answer."
            )
        )


def take_authority(
    card: Card, report: CardReport, transport_key: Secret, *, plain: bool = False
) -> None:
    """Prove the issuer's authority: by SCP03 where the card has it, else by its challenge.

    A secure channel ends the session of the PIN, so verify the PIN after this. With SCP03 the card
    proves the transport key too; a challenge proves nothing to the host, and is used only where
    `plain` allows it. Raises NoIssuerChannelError, IssuerRefusedError, CardError.
    """
    # Both answers came in the clear: one that omits the feature is not enough to do without.
    if Features.SCP03 in card.features | report.features:
        card.issuer.open_channel(report.card_id, transport_key)
        return
    if card.serves_opensc:
        # Its answer to SELECT lists no features, so the card's refusal serves as the second answer.
        try:
            card.issuer.open_channel(report.card_id, transport_key)
        except CardError as error:
            if error.sw not in (Sw.UNKNOWN_INS, Sw.UNKNOWN_CLA):
                raise
        else:
            return
    if not plain:
        raise NoIssuerChannelError
    card.issuer.authenticate(report.card_id, transport_key)
