"""What holders type without an echo at a key ceremony: components in groups, shares in words.

Each holder finds a clear screen and leaves one. What they type is overwritten in memory as soon as
it is no longer needed. Copies that Python makes on the way cannot be reached; they stay until the
program ends.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from twincard.cli.terminal import prompts
from twincard.cli.terminal.errors import InputError
from twincard.flows.components import equal_to
from twincard.ground.language import N_, _, plural
from twincard.keys.checked_groups import GROUPS, WrongGroupError, group_bytes
from twincard.keys.component import COMPONENT_BYTES, Component
from twincard.keys.derivation import KCV_BYTES
from twincard.keys.secret import Secret
from twincard.keys.shares import (
    SHARE_WORDS,
    ShareError,
    share_index,
    share_threshold,
    whole_words,
)
from twincard.keys.value_lines import kcv_text, parse_hex

_LINE_WORDS = 11
# Erase the screen and the scrollback, and go to the top (ECMA-48; 3J is from xterm).
_CLEAR_SCREEN = "\x1b[2J\x1b[3J\x1b[H"
_ALONE = N_("{what}: only its holder should be at the keyboard. Nothing is shown as you type.")


def component(number: int, size: int, known: Mapping[int, bytes], option: str) -> Component:
    """A component that its holder types without an echo and confirms by its KCV: 16 groups.

    `known` are the KCVs, by number, of components that a card holds or that were entered before.
    The component must equal the known one of its own number, and differ from all others. `option`
    gives the component without a terminal. Raises InputError.
    """
    what = _("Component {number} of {size}").format(number=number, size=size)
    if not prompts.has_terminal():
        raise InputError(
            _("There is no terminal to ask for component {number}. Use {option}.").format(
                number=number, option=option
            )
        )
    with alone(_(_ALONE).format(what=what)):
        return prompts.repeated(lambda: _component(what, number, size, known, option))


def shares() -> list[Secret]:
    """The words of as many shares as the first one requires; each holder types without an echo.

    Raises InputError.
    """
    typed: list[Secret] = []
    needed = 1
    try:
        while len(typed) < needed:
            typed.append(share(len(typed) + 1, {share_index(words) for words in typed}))
            needed = share_threshold(typed[0])
    except BaseException:
        for words in typed:
            words.wipe()
        raise
    return typed


def share(place: int, known: set[int]) -> Secret:
    """The words of one share; `known` are the indices of those typed before. Raises InputError."""
    prompts.check_terminal(_("Share {number}").format(number=place), _("share files"))
    with alone(_(_ALONE).format(what=_("Share {number}").format(number=place))):
        return _share(place, known)


def value(option: str) -> Secret:
    """The 32 bytes of a component of any number, typed blind. Raises InputError."""
    what = _("Component")
    prompts.check_terminal(what, option)
    with alone(_(_ALONE).format(what=what)):
        return _groups(what, option)


def kcv_bytes(text: str) -> bytes:
    """A key check value as it is printed: 3 bytes. Raises InputError."""
    try:
        return parse_hex("".join(text.split()), KCV_BYTES)
    except ValueError:
        raise InputError(_("A KCV has 6 hex digits, such as 36CB71.")) from None


def _component(
    what: str, number: int, size: int, known: Mapping[int, bytes], option: str
) -> Component:
    typed = Component(number, size, _groups(what, option))
    try:
        check_kcv(typed, known, option)
    except BaseException:
        typed.value.wipe()
        raise
    return typed


def _groups(what: str, option: str) -> Secret:
    value = bytearray()
    try:
        while len(value) < COMPONENT_BYTES:
            value += _group(what, len(value) // 2, option)
        return Secret(value)
    finally:
        value[:] = bytes(len(value))


def _group(what: str, place: int, option: str) -> bytes:
    """The two bytes of a group; or all 32 bytes, if the holder types the 64 digits of a file."""
    question = _("{what}, group {place} of {groups}")
    question = question.format(what=what, place=place + 1, groups=GROUPS)
    while True:
        with prompts.ask_secret(question, option, may_be_empty=True) as typed:
            digits = b"".join(typed.reveal().split())
        try:
            if place == 0 and len(digits) == 2 * COMPONENT_BYTES:
                return parse_hex(digits, COMPONENT_BYTES)
            return group_bytes(place, digits)
        except WrongGroupError as error:
            _tell(_("{error} Type it again.").format(error=error))
        except ValueError:
            told = _("That is not {count} hex digits. Type the group again.")
            _tell(told.format(count=2 * COMPONENT_BYTES))


def check_kcv(typed: Component, known: Mapping[int, bytes], option: str) -> None:
    """See that this is the component wanted, and let its holder confirm that; see `component`.

    Raises InputError.
    """
    expected = known.get(typed.number, typed.kcv)
    if typed.kcv != expected:
        differs = _(
            "The KCV of this component is {kcv}, but the component on the card has KCV "
            "{expected}. If the card holds the wrong one, press Ctrl-C and clear it with "
            "`twincard group clear -r READER {number}`."
        )
        raise InputError(
            differs.format(
                kcv=kcv_text(typed.kcv), expected=kcv_text(expected), number=typed.number
            )
        )
    other = equal_to(typed, known)
    if other is not None:
        same = _("This is component {other}, which was entered before. Enter component {number}.")
        raise InputError(same.format(other=other, number=typed.number))
    question = _("Is {kcv} the KCV of component {number}?")
    prompts.confirm(question.format(kcv=kcv_text(typed.kcv), number=typed.number), option)


def _share(place: int, known: set[int]) -> Secret:
    while True:
        with Secret(" ".join(_lines(place))) as words:
            try:
                if share_index(words) not in known:
                    return Secret(words.reveal())
                _tell(_("This share was already typed. Type a different one."))
            except ShareError as error:
                _tell(_("{error} Type the share again.").format(error=error))


def _lines(place: int) -> list[str]:
    words: list[str] = []
    while len(words) < SHARE_WORDS:
        first, last = len(words) + 1, len(words) + _LINE_WORDS
        question = _("Share {place}, words {first} to {last}").format(
            place=place, first=first, last=last
        )
        with prompts.ask_secret(question, _("share files"), may_be_empty=True) as typed:
            try:
                line = whole_words(typed.reveal())
            except ShareError as error:
                _tell(
                    _("{error} Type these {count} words again.").format(
                        error=error, count=_LINE_WORDS
                    )
                )
                continue
        if len(line) == _LINE_WORDS:
            words += line
        else:
            told = plural(
                "You typed {count} word. Type words {first} to {last}, with spaces between them.",
                "You typed {count} words. Type words {first} to {last}, with spaces between them.",
                len(line),
            )
            _tell(told.format(count=len(line), first=first, last=last))
    return words


@contextmanager
def alone(text: str) -> Iterator[None]:
    """A clear screen with this text, and a clear screen afterwards."""
    _clear_screen()
    _tell(text)
    try:
        yield
    finally:
        _clear_screen()


def _clear_screen() -> None:
    if sys.stderr.isatty():
        sys.stderr.write(_CLEAR_SCREEN)
        sys.stderr.flush()


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
