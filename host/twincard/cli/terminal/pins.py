"""Prompts for PINs and PUKs, with the tries left, and only if the card can take them.

The card is read through its secure channel before the prompt, and released again, because some
systems take a card away from a program that waits. The reading only decides what to ask; before the
card gets the PIN it is checked again, and must be the same one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from twincard.card.pin import PIN_TRIES, PUK_TRIES, UNBLOCK
from twincard.card.report import CardReport, LifeCycle, Role
from twincard.card.session import Card
from twincard.cli.terminal import bars, prompts
from twincard.cli.terminal.cards import (
    Holder,
    check_reader,
    issuer_public_key,
    naming,
    opened,
    opened_pair,
    protect_usable,
    protected,
)
from twincard.flows.usable import check_own_pin
from twincard.ground.control_characters import visible
from twincard.ground.language import _, plural
from twincard.iso.status import PinBlockedError, PukBlockedError, Sw
from twincard.keys.secret import Secret

Check = Callable[[CardReport], None]
"""Raises an error if the PIN of a card with this report would be of no use."""


def any_card(report: CardReport) -> None:
    """A Check that always passes."""


@dataclass(frozen=True)
class Wanted:
    """One of two cards whose PIN is needed: its name, its reader, and where the PIN comes from."""

    name: str
    reader: str
    path: Path | None
    what: str
    option: str
    role: Role | None = None
    own_pin: bool = False
    check: Check = any_card

    def usable(self, report: CardReport) -> None:
        """Raises an error if the PIN should not be asked for."""
        if self.own_pin:
            check_own_pin(report)
        self.check(report)
        _check_pin(report)


def pin_of(
    reader: str, path: Path | None, what: str, issuer: bytes | None, check: Check = any_card
) -> Secret:
    """The PIN of a card, from --pin-file or typed.

    `issuer` is as for a Holder. Raises PinBlockedError, and what `check` raises.
    """
    return asked_pin(reader, path, what, issuer, check)[0]


def asked_pin(
    reader: str, path: Path | None, what: str, issuer: bytes | None, check: Check = any_card
) -> tuple[Secret, CardReport | None]:
    """The same; and where it was typed, the report of the card it was typed for."""
    option = "--pin-file"
    report = None
    with bars.hidden():
        if path is None:
            prompts.check_terminal(what, option)
            report = _report_of(reader, issuer)
            check(report)
            _check_pin(report)
            _tell_tries(what, report.pin_tries_left, PIN_TRIES)
        return prompts.pin(path, what, option), report


@dataclass(frozen=True)
class Unlocked:
    """A card whose PIN is verified, and the PIN for when it asks for it again."""

    card: Card
    _pin: Secret

    def pin(self) -> Secret:
        """See PinProvider."""
        return self._pin


@contextmanager
def unlocked(
    reader: str,
    pin_file: Path | None,
    issuer_public_key_file: Path | None,
    check: Check = any_card,
    what: str = "PIN",
) -> Iterator[Unlocked]:
    """A session with the card of --reader, unlocked with the PIN of --pin-file or a prompt.

    The PIN must be the user's own, and is wiped at the end of the block; a prompt calls it `what`.
    It goes through a secure channel if the card has one, and only to a card that the issuer of
    --issuer-public-key has certified. Raises CardNotFoundError, and what `check` raises, before a
    prompt asks.
    """
    check_reader(reader)
    issuer = issuer_public_key(issuer_public_key_file)

    def usable(report: CardReport) -> None:
        check_own_pin(report)
        check(report)

    secret, before = asked_pin(reader, pin_file, what, issuer, usable)
    with secret as pin, protected(reader, issuer, before) as card:
        usable(card.kept_report())
        card.pin.verify(pin)
        yield Unlocked(card, pin)


def asked_puk(
    reader: str, path: Path | None, issuer: bytes | None
) -> tuple[Secret, CardReport | None]:
    """The PUK of a card, from --puk-file or typed; and the report as from `asked_pin`."""
    report = None
    if path is None:
        prompts.check_terminal("PUK", "--puk-file")
        report = _report_of(reader, issuer)
        if not report.puk_tries_left:
            raise PukBlockedError(Sw.BLOCKED, _(UNBLOCK))
        _tell_tries("PUK", report.puk_tries_left, PUK_TRIES)
    return prompts.pin(path, "PUK", "--puk-file"), report


def holders_of(
    first: Wanted, second: Wanted, issuer: bytes | None, *, second_may_be_terminated: bool = False
) -> tuple[Holder, Holder]:
    """Two cards with their PINs; both cards are read before the first prompt.

    A terminated second card, if it is allowed, needs no PIN. Raises PinBlockedError, and what the
    checks raise.
    """
    asked = first.path is None
    before: tuple[CardReport, CardReport] | tuple[None, None] = None, None
    if asked:
        prompts.check_terminal(first.what, first.option)
        before = _looked_at(first, second, issuer, second_may_be_terminated)
        _tell_tries(first.what, before[0].pin_tries_left, PIN_TRIES)
    pin = prompts.pin(first.path, first.what, first.option)
    if before[1] is not None and second.path is None:
        if before[1].life_cycle is LifeCycle.TERMINATED:
            asked = False
        else:
            _tell_tries(second.what, before[1].pin_tries_left, PIN_TRIES)
    other = prompts.other_pin(second.path, second.what, second.option, pin, asked=asked)
    return _holder(first, pin, issuer, before[0]), _holder(second, other, issuer, before[1])


def _report_of(reader: str, issuer: bytes | None) -> CardReport:
    with opened(reader) as card:
        protect_usable(card, issuer)
        return card.kept_report()


def _looked_at(
    first: Wanted, second: Wanted, issuer: bytes | None, second_may_be_terminated: bool
) -> tuple[CardReport, CardReport]:
    reports = []
    with opened_pair((first.name, first.reader), (second.name, second.reader)) as cards:
        for wanted, card in zip((first, second), cards, strict=True):
            with naming(wanted.name, wanted.reader):
                ended = card.kept_report().life_cycle is LifeCycle.TERMINATED
                if not (ended and wanted is second and second_may_be_terminated):
                    protect_usable(card, issuer, wanted.role)
                    wanted.usable(card.kept_report())
                reports.append(card.kept_report())
    return reports[0], reports[1]


def _holder(wanted: Wanted, pin: Secret, issuer: bytes | None, before: CardReport | None) -> Holder:
    return Holder(wanted.name, wanted.reader, pin, wanted.role, issuer, wanted.own_pin, before)


def _check_pin(report: CardReport) -> None:
    if not report.pin_tries_left:
        raise PinBlockedError(Sw.BLOCKED, _("verify the PIN"))


def _tell_tries(what: str, left: int, most: int) -> None:
    if left < most:
        told = plural("{what}: {count} try left.", "{what}: {count} tries left.", left)
        sys.stderr.write(visible(told.format(what=what, count=left)) + "\n")
