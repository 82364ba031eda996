"""`twincard card`: one card, its PIN and its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from twincard.card.report import LifeCycle
from twincard.card.session import Card
from twincard.cli.card import accept as card_accept
from twincard.cli.card import check as card_check
from twincard.cli.card import contents as card_contents
from twincard.cli.card import load as card_load
from twincard.cli.card import log as card_log
from twincard.cli.card import report as card_report
from twincard.cli.card import scp03_keys
from twincard.cli.card.info import TriesInfo, card_info, card_text
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import (
    check_reader,
    check_usable,
    issuer_public_key,
    opened,
    transport_key,
)
from twincard.cli.terminal.errors import ExitCode, UnsettledError
from twincard.cli.terminal.options import (
    IssuerPublicKeyFile,
    Json,
    NewPinFile,
    PinFile,
    PukFile,
    Reader,
    TransportKeyFile,
    Yes,
)
from twincard.cli.terminal.output import Printer
from twincard.cli.terminal.values import Id
from twincard.flows.authority import take_authority
from twincard.flows.certify.opensc import update_opensc_files
from twincard.flows.errors import ProtocolError
from twincard.flows.identity import protect
from twincard.flows.usable import check_own_pin
from twincard.ground.language import _
from twincard.keys.secret import Secret
from twincard.transport import CardGoneError, PowerCutError

app = typer.Typer(help="One card: its state, its PIN, its end.")
app.command("accept")(card_accept.accept)
app.command("check")(card_check.check)
app.command("scp03-keys")(scp03_keys.scp03_keys)
app.command("log")(card_log.log)
app.command("report")(card_report.report)
app.command("load")(card_load.load)
app.command("contents")(card_contents.contents)
app.command("unload")(card_contents.unload)


@dataclass(frozen=True)
class PinSet:
    """A card that has a new PIN."""

    card_id: Id
    pin: TriesInfo


@dataclass(frozen=True)
class Terminated:
    """A card whose life is over."""

    card_id: Id
    life_cycle: LifeCycle


@app.command("info")
def info(reader: Reader, json: Json = False) -> None:
    """Show what a card says about itself. No PIN is needed."""
    with opened(reader) as card:
        told = card_info(card)
    Printer(json).result(told, card_text(told))


@app.command("pin")
def pin(
    reader: Reader,
    pin_file: PinFile = None,
    new_pin_file: NewPinFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    json: Json = False,
) -> None:
    """Change the PIN."""
    check_reader(reader)
    issuer = issuer_public_key(issuer_public_key_file)
    old = prompts.pin(pin_file, _("Old PIN"), "--pin-file")
    new = prompts.new_pin(new_pin_file, _("New PIN"), "--new-pin-file")
    with opened(reader) as card:
        check_usable(card)
        protect(card, issuer)
        with _pin_unsettled():
            first = card.report().transport_pin
            card.pin.change(old, new)
            if first:
                # What duplication had to leave out.
                card.pin.verify(new)
                update_opensc_files(card)
            _pin_is_set(card, json)


@app.command("unblock")
def unblock(
    reader: Reader,
    puk_file: PukFile = None,
    new_pin_file: NewPinFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    json: Json = False,
) -> None:
    """Set a new PIN with the PUK."""
    check_reader(reader)
    issuer = issuer_public_key(issuer_public_key_file)
    puk = prompts.pin(puk_file, "PUK", "--puk-file")
    new = prompts.new_pin(new_pin_file, _("New PIN"), "--new-pin-file")
    with opened(reader) as card:
        check_usable(card)
        protect(card, issuer)
        card.pin.unblock(puk, new)
        _pin_is_set(card, json)


@app.command("terminate")
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
        before = card.report()
    if before.life_cycle is LifeCycle.TERMINATED:
        raise ProtocolError(_("This card was terminated before: there is nothing left to do."))
    prompts.confirm(
        _("Destroy all that is on {reader}, for good?").format(reader=reader), "--yes", yes=yes
    )
    issuer = issuer_public_key(issuer_public_key_file)
    by_issuer = transport_key_file is not None or before.life_cycle is LifeCycle.INITIALISATION
    secret = _issuer_or_pin(reader, pin_file, transport_key_file, by_issuer=by_issuer)
    with opened(reader) as card:
        if card.report().card_id != before.card_id:
            raise ProtocolError(
                _("There is another card in {reader} now than when this was asked.").format(
                    reader=reader
                )
            )
        if by_issuer:
            take_authority(card, before, secret)
        else:
            check_own_pin(before)
            protect(card, issuer)
            card.pin.verify(secret)
        card.terminate()
        after = card.report()
    ended = Terminated(after.card_id, after.life_cycle)
    Printer(json).result(
        ended,
        _("The card in {reader} is terminated and holds nothing any more.").format(reader=reader),
    )


def _issuer_or_pin(
    reader: str, pin_file: Path | None, transport_key_file: Path | None, *, by_issuer: bool
) -> Secret:
    if by_issuer:
        return transport_key(reader, transport_key_file)
    return prompts.pin(pin_file, "PIN", "--pin-file")


@contextmanager
def _pin_unsettled() -> Iterator[None]:
    """If it ends in the middle, the old PIN may be refused the next time, which costs a try."""
    advice = _("Run the command again: should the old PIN be refused, then the new one is set.")
    told = _("{sentence} {advice}")
    try:
        yield
    except (CardGoneError, PowerCutError) as error:
        raise UnsettledError(told.format(sentence=error, advice=advice), ExitCode.NO_CARD) from None
    except KeyboardInterrupt:
        sentence = told.format(sentence=_("Interrupted."), advice=advice)
        raise UnsettledError(sentence, ExitCode.INTERRUPTED) from None


def _pin_is_set(card: Card, json: bool) -> None:
    report = card.report()
    done = PinSet(report.card_id, TriesInfo(report.pin_tries_left))
    Printer(json).result(done, _("The new PIN is set."))
