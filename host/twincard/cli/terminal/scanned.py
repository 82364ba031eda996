"""Components and shares that their holders scan from their mailers, one after the other."""

from __future__ import annotations

from collections.abc import Mapping

from twincard.cli.terminal import ceremony, prompts, scanner
from twincard.cli.terminal.errors import InputError
from twincard.ground.language import N_, _, told_by
from twincard.keys.codes import parse_code
from twincard.keys.component import Component, ComponentError
from twincard.keys.secret import Secret
from twincard.keys.shares import Share, ShareError

_ALONE = N_("{what}: only its holder should be at the scanner. Nothing is shown.")


def component(number: int, size: int, known: Mapping[int, bytes], option: str) -> Component:
    """The component of this place, confirmed by its KCV; arguments as for a typed one.

    Raises InputError.
    """
    what = _("Component {number} of {size}").format(number=number, size=size)
    prompts.check_terminal(what, option)

    def ask() -> Component:
        found = _code(what, option)
        try:
            if isinstance(found, Share):
                raise InputError(
                    _("This is the code of a share: `twincard group join --scan` joins shares.")
                )
            if (found.number, found.size) != (number, size):
                raise InputError(
                    _("This is component {number} of {size}. Scan the code of {what}.").format(
                        number=found.number, size=found.size, what=what
                    )
                )
            ceremony.check_kcv(found, known, option)
        except BaseException:
            _secret(found).wipe()
            raise
        return found

    with ceremony.alone(_(_ALONE).format(what=what)):
        return prompts.repeated(ask)


def shares(option: str) -> list[Share]:
    """As many shares of one component as the first one requires. Raises InputError."""
    scanned: list[Share] = []

    def ask() -> Share:
        found = _code(_("Share {number}").format(number=len(scanned) + 1), option)
        try:
            _check_share(found, scanned)
        except BaseException:
            _secret(found).wipe()
            raise
        assert isinstance(found, Share)  # noqa: S101 -- checked
        return found

    try:
        while not scanned or len(scanned) < scanned[0].threshold:
            what = _("Share {number}").format(number=len(scanned) + 1)
            prompts.check_terminal(what, option)
            with ceremony.alone(_(_ALONE).format(what=what)):
                scanned.append(prompts.repeated(ask))
    except BaseException:
        for share in scanned:
            share.words.wipe()
        raise
    return scanned


def part(option: str) -> Component | Share:
    """The component or share of any mailer. Raises InputError."""
    what = _("Mailer")
    with ceremony.alone(_(_ALONE).format(what=what)):
        return prompts.repeated(lambda: _code(what, option))


def _check_share(found: Component | Share, before: list[Share]) -> None:
    if isinstance(found, Component):
        raise InputError(_("This is the code of a component, not of a share."))
    if not before:
        return
    first = before[0]
    if (found.number, found.size, found.kcv) != (first.number, first.size, first.kcv):
        raise InputError(_("This share belongs to a different component than the one before."))
    if any(found.index == share.index for share in before):
        raise InputError(_("This share was already scanned. Scan a different one."))


def _code(what: str, option: str) -> Component | Share:
    with scanner.scan(what, option) as text:
        try:
            return parse_code(text)
        except (ComponentError, ShareError) as error:
            raise InputError(told_by(error)) from None


def _secret(found: Component | Share) -> Secret:
    return found.value if isinstance(found, Component) else found.words
