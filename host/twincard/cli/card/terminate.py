"""`twincard card terminate`: the end of a card."""

from __future__ import annotations

from pathlib import Path

from twincard.card.report import CardReport, LifeCycle
from twincard.card.session import Card
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import (
    issuer_public_key,
    opened,
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
from twincard.flows.authority import take_authority
from twincard.flows.errors import ProtocolError
from twincard.flows.identity import protect
from twincard.flows.usable import check_own_pin
from twincard.ground.language import _
from twincard.keys.secret import Secret
from twincard.results.card_changes import Terminated


def terminate(
    reader: Reader,
    pin_file: PinFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    transport_key_file: TransportKeyFile = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Wipe every secret on a card and end its life, for good.

    With the PIN; or with the transport key, where it is named or the card has no PIN yet.
    """
    with opened(reader) as card:
        before = card.kept_report()
    if before.life_cycle is LifeCycle.TERMINATED:
        raise ProtocolError(_("This card was terminated before: there is nothing left to do."))
    prompts.confirm(
        _("Destroy all that is on {reader}, for good?").format(reader=reader), "--yes", yes=yes
    )
    issuer = issuer_public_key(issuer_public_key_file)
    by_issuer = transport_key_file is not None or before.life_cycle is LifeCycle.INITIALISATION
    secret = _issuer_or_pin(reader, pin_file, transport_key_file, by_issuer=by_issuer)
    with opened(reader) as card:
        _check_same(card, before, reader)
        if by_issuer:
            take_authority(card, before, secret)
        else:
            check_own_pin(before)
            protect(card, issuer)
            # Until here anybody on the way could say it.
            _check_same(card, before, reader)
            card.pin.verify(secret)
        card.terminate()
        after = card.kept_report()
    ended = Terminated(after.card_id, after.life_cycle)
    Printer(json).result(
        ended,
        _("The card in {reader} is terminated and holds nothing any more.").format(reader=reader),
    )


def _check_same(card: Card, before: CardReport, reader: str) -> None:
    if card.kept_report().card_id != before.card_id:
        raise ProtocolError(
            _("There is another card in {reader} now than when this was asked.").format(
                reader=reader
            )
        )


def _issuer_or_pin(
    reader: str, pin_file: Path | None, transport_key_file: Path | None, *, by_issuer: bool
) -> Secret:
    if by_issuer:
        return transport_key(reader, transport_key_file)
    return prompts.pin(pin_file, "PIN", "--pin-file")
