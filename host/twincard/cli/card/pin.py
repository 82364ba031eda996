"""`twincard card pin` and `unblock`: a new PIN."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from twincard.card.session import Card
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import check_reader, issuer_public_key, protected
from twincard.cli.terminal.errors import UnsettledError, describe
from twincard.cli.terminal.options import (
    IssuerPublicKeyFile,
    Json,
    PinFile,
    PukFile,
    Reader,
    SetPinFile,
)
from twincard.cli.terminal.output import Printer
from twincard.cli.terminal.pins import asked_pin, asked_puk
from twincard.flows.certify.opensc import update_opensc_files
from twincard.ground.language import _
from twincard.results.card_changes import PinSet
from twincard.results.card_info import TriesInfo
from twincard.results.failure import ExitCode
from twincard.transport import CardGoneError, PowerCutError


def pin(
    reader: Reader,
    pin_file: PinFile = None,
    set_pin_file: SetPinFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    json: Json = False,
) -> None:
    """Change the PIN."""
    check_reader(reader)
    issuer = issuer_public_key(issuer_public_key_file)
    old, before = asked_pin(reader, pin_file, _("Old PIN"), issuer)
    new = prompts.new_pin(set_pin_file, _("New PIN"), "--set-pin-file")
    with protected(reader, issuer, before) as card, _pin_unsettled():
        first = card.kept_report().transport_pin
        card.pin.change(old, new)
        if first:
            # With a transport PIN, the duplication could not write these files.
            card.pin.verify(new)
            update_opensc_files(card)
        _pin_is_set(card, json)


def unblock(
    reader: Reader,
    puk_file: PukFile = None,
    set_pin_file: SetPinFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    json: Json = False,
) -> None:
    """Set a new PIN with the PUK."""
    check_reader(reader)
    issuer = issuer_public_key(issuer_public_key_file)
    puk, before = asked_puk(reader, puk_file, issuer)
    new = prompts.new_pin(set_pin_file, _("New PIN"), "--set-pin-file")
    with protected(reader, issuer, before) as card:
        card.pin.unblock(puk, new)
        _pin_is_set(card, json)


@contextmanager
def _pin_unsettled() -> Iterator[None]:
    """After an interruption the PIN may be changed already, and the old PIN then costs a try."""
    advice = _(
        "Run the command again; if the card refuses the old PIN, the new PIN is already set."
    )
    told = _("{sentence} {advice}")
    try:
        yield
    except (CardGoneError, PowerCutError) as error:
        raise UnsettledError(told.format(sentence=error, advice=advice), ExitCode.NO_CARD) from None
    except KeyboardInterrupt as error:
        sentence = told.format(sentence=_("Interrupted."), advice=advice)
        raise UnsettledError(sentence, describe(error).code) from None


def _pin_is_set(card: Card, json: bool) -> None:
    report = card.kept_report()
    done = PinSet(report.card_id, TriesInfo(report.pin_tries_left))
    Printer(json).result(done, _("The new PIN is set."))
