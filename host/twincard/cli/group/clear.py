"""`twincard group clear`: clears exposed or wrong components on a card."""

from __future__ import annotations

from typing import Annotated

import typer

from twincard.card.report import CardReport, LifeCycle
from twincard.card.session import Card
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import (
    check_living,
    check_reader,
    issuer_public_key,
    opened,
    protect_usable,
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
from twincard.flows.clear import Clearing, clear_components, plan_clearing
from twincard.flows.errors import ProtocolError
from twincard.flows.identity import protect
from twincard.ground.language import _, listed, plural
from twincard.keys.component import LARGEST_GROUP
from twincard.results.group import GroupCleared


def clear(
    reader: Reader,
    numbers: Annotated[
        list[int] | None,
        typer.Argument(
            metavar="[NUMBER...]",
            min=1,
            max=LARGEST_GROUP,
            help="Numbers of the components to clear. Default: all that the card holds.",
        ),
    ] = None,
    pin_file: PinFile = None,
    transport_key_file: TransportKeyFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    plain: Annotated[
        bool,
        typer.Option(
            "--plain", help="Also accept a card that has no secure channel for its issuer."
        ),
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Clear exposed or wrong components on a card that has no key yet.

    Components that the holders set are cleared with the PIN, those that the issuer set with the
    transport key. The card keeps its key group: `twincard duplicate` then asks for what is missing.
    """
    check_reader(reader)
    issuer = issuer_public_key(issuer_public_key_file)
    wanted = tuple(numbers or ())
    with opened(reader) as card:
        before = _report(card, issuer)
        plan = plan_clearing(before, wanted)
    if plan.numbers:
        prompts.confirm(_question(plan, reader), "--yes", yes=yes)
    # Only the issuer's channel authenticates a card in initialisation; its report so far could have
    # been forged.
    blank = before.life_cycle is LifeCycle.INITIALISATION
    key = transport_key(reader, transport_key_file) if plan.by_issuer or blank else None
    pin = pin_of(reader, pin_file, "PIN", issuer) if plan.by_user else None
    with opened(reader) as card:
        with same_card(card, before, reader):
            if not blank:
                # A card that says it is blank all of a sudden must not get the PIN in the clear.
                protect_usable(card, issuer)
            # Take both authorities before anything is cleared, so that a refusal changes nothing.
            if key is not None:
                proved = issuer is not None and not blank
                take_authority(card, card.kept_report(), key, plain=plain or proved)
        _check_agreed(plan, plan_clearing(card.kept_report(), wanted), reader)
        if pin is not None:
            card.pin.verify(pin)
        clear_components(card, plan.numbers)
        after = card.kept_report()
    _tell(Printer(json), before, after, plan, reader)


def _report(card: Card, issuer: bytes | None) -> CardReport:
    check_living(card)
    if card.kept_report().life_cycle is LifeCycle.OPERATIONAL:
        protect(card, issuer)
    return card.kept_report()


def _check_agreed(agreed: Clearing, plan: Clearing, reader: str) -> None:
    """Raises ProtocolError if the plan is not the one that was agreed to.

    The first report may have come in the clear, and been forged.
    """
    if plan != agreed:
        raise ProtocolError(
            _(
                "{reader} holds other components than it reported before the question. Run the "
                "command again."
            ).format(reader=reader)
        )


def _question(plan: Clearing, reader: str) -> str:
    question = plural(
        "Clear component {numbers} on {reader}?",
        "Clear components {numbers} on {reader}?",
        len(plan.numbers),
    )
    return question.format(numbers=_listed(plan.numbers), reader=reader)


def _tell(out: Printer, before: CardReport, after: CardReport, plan: Clearing, reader: str) -> None:
    missing = after.group.missing if after.group else ()
    was_missing = before.group.missing if before.group else ()
    cleared = tuple(number for number in missing if number not in was_missing)
    result = GroupCleared(after.card_id, cleared, missing)
    if not cleared:
        out.result(
            result,
            _("{reader} holds none of these components; nothing was changed.").format(
                reader=reader
            ),
        )
        return
    told = plural(
        "Component {numbers} is cleared on {reader}.",
        "Components {numbers} are cleared on {reader}.",
        len(cleared),
    )
    lines = [told.format(numbers=_listed(cleared), reader=reader)]
    if before.life_cycle is LifeCycle.INITIALISATION:
        lines.append(_("Next: `twincard issue`, with the right component."))
    else:
        if plan.by_issuer:
            out.note(
                _(
                    "The issuer's component bound this card to the other card of its pair. Only "
                    "the holders can set it now, so compare the card ids before you run "
                    "`twincard duplicate`."
                )
            )
        lines.append(
            _(
                "Next: clear it on the other card of the pair too, then set the right one on both "
                "with `twincard duplicate`."
            )
        )
    out.result(result, "\n".join(lines))


def _listed(numbers: tuple[int, ...]) -> str:
    return listed(list(map(str, numbers)))
