"""`twincard card terminate`: erases and disables a card."""

from __future__ import annotations

from twincard.card.report import LifeCycle
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import (
    issuer_public_key,
    opened,
    same_card,
    transport_key,
)
from twincard.cli.terminal.options import (
    IssuerPublicKeyFile,
    Json,
    PinFile,
    Reader,
    TransportKeyFile,
    Yes,
)
from twincard.cli.terminal.output import Printer
from twincard.cli.terminal.pins import pin_of
from twincard.flows.authority import take_authority
from twincard.flows.errors import ProtocolError
from twincard.flows.identity import protect
from twincard.flows.usable import check_own_pin
from twincard.ground.language import _
from twincard.results.card_changes import Terminated


def terminate(
    reader: Reader,
    pin_file: PinFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    transport_key_file: TransportKeyFile = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Erase every secret on a card, and disable the card permanently.

    The command asks for the PIN. With --transport-key-file, or if the card has no PIN yet, it uses
    the transport key instead.
    """
    with opened(reader) as card:
        before = card.kept_report()
    if before.life_cycle is LifeCycle.TERMINATED:
        raise ProtocolError(
            _(
                "This card is already terminated; nothing was changed. If you meant another "
                "card, look for its reader with `twincard readers`."
            )
        )
    prompts.confirm(
        _("Permanently erase everything on {reader}?").format(reader=reader), "--yes", yes=yes
    )
    issuer = issuer_public_key(issuer_public_key_file)
    by_issuer = transport_key_file is not None or before.life_cycle is LifeCycle.INITIALISATION
    secret = (
        transport_key(reader, transport_key_file)
        if by_issuer
        else pin_of(reader, pin_file, "PIN", issuer, check_own_pin)
    )
    with opened(reader) as card:
        # The first report came unauthenticated, so nothing is kept of it but the card id.
        with same_card(card, before, reader):
            if by_issuer:
                take_authority(card, before, secret, plain=True)  # no other secret follows
            else:
                protect(card, issuer)
        if not by_issuer:
            check_own_pin(card.kept_report())
            card.pin.verify(secret)
        card.terminate()
    ended = Terminated(before.card_id, LifeCycle.TERMINATED)
    Printer(json).result(
        ended,
        _("The card in {reader} is terminated, and its secrets are erased.").format(reader=reader),
    )
