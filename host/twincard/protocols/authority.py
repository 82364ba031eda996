"""The issuer's authority over a card, by the way that the card has for it."""

from __future__ import annotations

from twincard.card.report import CardReport, Features
from twincard.card.session import Card
from twincard.card.status import CardError, Sw
from twincard.keys.secret import Secret


def take_authority(card: Card, report: CardReport, transport_key: Secret) -> None:
    """Prove the issuer's authority: through SCP03 where the card has it, else by its challenge.

    A secure channel ends the session of the PIN, which is then verified after this.
    Raises IssuerRefusedError, CardError.
    """
    # Said in the clear, and twice: it is not given up for one answer that leaves it out.
    if Features.SCP03 in card.features | report.features:
        card.issuer.open_channel(report.card_id, transport_key)
        return
    if card.serves_opensc:
        # Its answer to SELECT tells nothing: the other answer is to be the card's refusal.
        try:
            card.issuer.open_channel(report.card_id, transport_key)
        except CardError as error:
            if error.sw not in (Sw.UNKNOWN_INSTRUCTION, Sw.UNKNOWN_CLASS):
                raise
        else:
            return
    card.issuer.authenticate(report.card_id, transport_key)
