"""PINs and PUKs of cards: asked only where the card can take them, with the tries that are left.

A card is looked at before somebody is asked, in its secure channel, and let go again: some systems
take a card away from a program that waits. What was seen decides nothing but the question; the
card that gets the PIN is checked anew.
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
from twincard.cli.terminal import prompts
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
"""Raises what keeps the PIN of a card that reports this from being of any use."""


def any_card(report: CardReport) -> None:
    """The Check that passes."""


@dataclass(frozen=True)
class Wanted:
    """The PIN of one of two cards: what it is here, its reader, and where the PIN comes from."""

    name: str
    reader: str
    path: Path | None
    what: str
    option: str
    role: Role | None = None
    own_pin: bool = False
    check: Check = any_card

    def usable(self, report: CardReport) -> None:
        """Raises what keeps the PIN from being asked."""
        if self.own_pin:
            check_own_pin(report)
        self.check(report)
        _check_pin(report)


def pin_of(
    reader: str, path: Path | None, what: str, issuer: bytes | None, check: Check = any_card
) -> Secret:
    """The PIN of a card from --pin-file, or typed if the card can take one.

    `issuer` is as for a Holder. Raises PinBlockedError, and what `check` does.
    """
    option = "--pin-file"
    if path is None:
        prompts.check_terminal(what, option)
        with opened(reader) as card:
            protect_usable(card, issuer)
            report = card.kept_report()
        check(report)
        _check_pin(report)
        _tell_tries(what, report.pin_tries_left, PIN_TRIES)
    return prompts.pin(path, what, option)


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
) -> Iterator[Unlocked]:
    """A session with the card of --reader, unlocked with the PIN of --pin-file or a prompt.

    The PIN must be the user's own, and is wiped with the block; it goes through a secure channel,
    where the card has one, and to no card that the issuer of --issuer-public-key has not certified.
    Raises CardNotFoundError, and what `check` says against the card, before anybody is asked.
    """
    check_reader(reader)
    issuer = issuer_public_key(issuer_public_key_file)

    def usable(report: CardReport) -> None:
        check_own_pin(report)
        check(report)

    with (
        pin_of(reader, pin_file, "PIN", issuer, usable) as pin,
        protected(reader, issuer) as card,
    ):
        usable(card.kept_report())
        card.pin.verify(pin)
        yield Unlocked(card, pin)


def puk_of(reader: str, path: Path | None, issuer: bytes | None) -> Secret:
    """The PUK of a card likewise, from --puk-file."""
    if path is None:
        prompts.check_terminal("PUK", "--puk-file")
        with opened(reader) as card:
            protect_usable(card, issuer)
            report = card.kept_report()
        if not report.puk_tries_left:
            raise PukBlockedError(Sw.BLOCKED, _(UNBLOCK))
        _tell_tries("PUK", report.puk_tries_left, PUK_TRIES)
    return prompts.pin(path, "PUK", "--puk-file")


def holders_of(
    first: Wanted, second: Wanted, issuer: bytes | None, *, second_may_be_terminated: bool = False
) -> tuple[Holder, Holder]:
    """Two cards with their PINs; both are looked at before the first is asked for.

    A second card that was terminated takes no PIN, if it may be. Raises PinBlockedError, and what
    the checks do.
    """
    asked = first.path is None
    reports: tuple[CardReport, ...] = ()
    if asked:
        prompts.check_terminal(first.what, first.option)
        reports = _looked_at(first, second, issuer, second_may_be_terminated)
        _tell_tries(first.what, reports[0].pin_tries_left, PIN_TRIES)
    pin = prompts.pin(first.path, first.what, first.option)
    if asked and reports[1].life_cycle is not LifeCycle.TERMINATED and second.path is None:
        _tell_tries(second.what, reports[1].pin_tries_left, PIN_TRIES)
    elif asked and second.path is None:
        asked = False
    other = prompts.other_pin(second.path, second.what, second.option, pin, asked=asked)
    return _holder(first, pin, issuer), _holder(second, other, issuer)


def _looked_at(
    first: Wanted, second: Wanted, issuer: bytes | None, second_may_be_terminated: bool
) -> tuple[CardReport, ...]:
    reports = []
    with opened_pair((first.name, first.reader), (second.name, second.reader)) as cards:
        for wanted, card in zip((first, second), cards, strict=True):
            with naming(wanted.name, wanted.reader):
                ended = card.kept_report().life_cycle is LifeCycle.TERMINATED
                if not (ended and wanted is second and second_may_be_terminated):
                    protect_usable(card, issuer, wanted.role)
                    wanted.usable(card.kept_report())
                reports.append(card.kept_report())
    return tuple(reports)


def _holder(wanted: Wanted, pin: Secret, issuer: bytes | None) -> Holder:
    return Holder(wanted.name, wanted.reader, pin, wanted.role, issuer, wanted.own_pin)


def _check_pin(report: CardReport) -> None:
    if not report.pin_tries_left:
        raise PinBlockedError(Sw.BLOCKED, _("verify the PIN"))


def _tell_tries(what: str, left: int, most: int) -> None:
    if left < most:
        told = plural("{what}: {count} try left.", "{what}: {count} tries left.", left)
        sys.stderr.write(visible(told.format(what=what, count=left)) + "\n")
