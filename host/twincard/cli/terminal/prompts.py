"""Secrets and confirmations, from a terminal or from files; never from an argument."""

from __future__ import annotations

import getpass
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from twincard.card.pin import LONGEST, SHORTEST, PinFormatError, pin_bytes
from twincard.cli.terminal import bars, typed_ahead
from twincard.cli.terminal.errors import InputError, describe
from twincard.ground.bounded_read import read_bounded
from twincard.ground.control_characters import visible
from twincard.ground.language import _
from twincard.keys.secret import Secret
from twincard.keys.transport_key import TRANSPORT_KEY_BYTES
from twincard.keys.value_lines import parse_hex

_STANDARD_INPUT = Path("-")
_MOST_FILE_BYTES = 4096
_ATTEMPTS = 3
_PIN_OPTIONS = ("--pin-file", "--backup-pin-file")
_T = TypeVar("_T")
_input_is_data: ContextVar[bool] = ContextVar("input_is_data", default=False)


def read_secret(path: Path, content: str | None = None) -> Secret:
    """The one line in a file; `-` is the next line of standard input.

    Errors say that the file must contain `content`, by default one line with the secret. Raises
    InputError if it contains anything else, OSError.
    """
    expected = content or _("one line with the secret")
    if path == _STANDARD_INPUT:
        found: bytes | None = sys.stdin.buffer.readline(_MOST_FILE_BYTES)
    else:
        found = read_bounded(path, _MOST_FILE_BYTES)
    if found is None:
        raise InputError(_other_content(path, expected))
    value = found.removesuffix(b"\n").removesuffix(b"\r")
    if not value:
        name = _("Standard input") if path == _STANDARD_INPUT else str(path)
        empty = _("{name} is empty. It must contain {content}.")
        raise InputError(empty.format(name=name, content=expected))
    if b"\n" in value:
        raise InputError(_other_content(path, expected))
    return Secret(value)


def _other_content(path: Path, expected: str) -> str:
    told = _("{path} must contain {content}, and nothing else.")
    return told.format(path=path, content=expected)


def pin(path: Path | None, what: str, option: str) -> Secret:
    """A PIN or PUK that the card knows. A prompt asks for `what`; `option` would give its file."""
    if path is not None:
        return pin_in(path)
    return _known_pin(what, option) or _noted(_checked(ask_secret(what, option)), option)


def pin_in(path: Path) -> Secret:
    """A PIN or PUK from its file. Raises InputError, PinFormatError, OSError."""
    return _checked(read_secret(path))


def other_pin(path: Path | None, what: str, option: str, first: Secret, *, asked: bool) -> Secret:
    """The PIN of a second card: from its file, or typed; Enter alone takes the `first` PIN.

    It is asked for only if the first PIN was (`asked`). Otherwise both cards have the same PIN.
    """
    if path is not None:
        return pin_in(path)
    typed = _known.get()
    if not asked or (typed is not None and typed.of_both):
        return first
    secret = ask_secret(_("{what} (Enter: the same)").format(what=what), option, may_be_empty=True)
    if not secret or secret == first:
        if typed is not None:
            typed.of_both = True
        return first
    if typed is not None:
        typed.forget()
    return _checked(secret)


def new_pin(path: Path | None, what: str, option: str, *, of_both: bool = False) -> Secret:
    """A PIN or PUK to set: typed twice, until a card can take it. `of_both`: on both cards."""
    if path is not None:
        return pin_in(path)

    def ask() -> Secret:
        question = _("{what} ({shortest} to {longest} bytes)")
        question = question.format(what=what, shortest=SHORTEST, longest=LONGEST)
        first = _checked(ask_secret(question, option))
        return _confirmed(first, lambda: ask_secret(_("{what} again").format(what=what), option))

    secret = repeated(ask)
    return _noted(secret, option, of_both=True) if of_both else secret


@dataclass
class _Typed:
    """The PIN that was typed first; `of_both`: both cards are known to have it."""

    pin: Secret | None = None
    of_both: bool = False
    several: bool = False
    """The cards have different PINs, so each command asks."""

    def note(self, pin: Secret, *, of_both: bool) -> None:
        if self.pin is None and not self.several:
            self.pin, self.of_both = Secret(pin.reveal()), of_both

    def forget(self) -> None:
        if self.pin is not None:
            self.pin.wipe()
        self.pin, self.of_both, self.several = None, False, True


@contextmanager
def one_pin() -> Iterator[None]:
    """For several commands one after the other: a PIN of both cards is typed only once."""
    typed = _Typed()
    token = _known.set(typed)
    try:
        yield
    finally:
        _known.reset(token)
        typed.forget()


_known: ContextVar[_Typed | None] = ContextVar("known_pin", default=None)


def _known_pin(what: str, option: str) -> Secret | None:
    typed = _known.get()
    if typed is None or typed.pin is None or option not in _PIN_OPTIONS:
        return None
    sys.stderr.write(
        visible(_("{what}: using the PIN that you typed before.").format(what=what)) + "\n"
    )
    return Secret(typed.pin.reveal())


def _noted(secret: Secret, option: str, *, of_both: bool = False) -> Secret:
    typed = _known.get()
    if typed is not None and option in _PIN_OPTIONS:
        typed.note(secret, of_both=of_both)
    return secret


def transport_key(path: Path | None, what: str) -> Secret:
    """A transport key of 32 bytes, in 64 hex digits."""
    if path is not None:
        expected = _("one line of {count} hex digits").format(count=2 * TRANSPORT_KEY_BYTES)
        given = read_secret(path, expected)
        return _hex_secret(given, TRANSPORT_KEY_BYTES, _other_content(path, expected))
    return repeated(lambda: _ask_hex(what, "--transport-key-file", TRANSPORT_KEY_BYTES))


def new_transport_key(path: Path | None, what: str) -> Secret:
    """A transport key to set: typed twice."""
    if path is not None:
        return transport_key(path, what)

    def ask() -> Secret:
        option, size = "--new-transport-key-file", TRANSPORT_KEY_BYTES
        again = _("{what} again").format(what=what)
        return _confirmed(_ask_hex(what, option, size), lambda: _ask_hex(again, option, size))

    return repeated(ask)


def _checked(pin: Secret) -> Secret:
    """The PIN or PUK if a card can take it; otherwise it is wiped. Raises PinFormatError."""
    try:
        pin_bytes(pin)
    except BaseException:
        pin.wipe()
        raise
    return pin


def _confirmed(first: Secret, again: Callable[[], Secret]) -> Secret:
    """The first entry, if the second is the same; else both are wiped. Raises InputError."""
    try:
        with again() as second:
            if second != first:
                raise InputError(_("The two entries differ."))
    except BaseException:
        first.wipe()
        raise
    return first


def confirm(question: str, option: str, *, yes: bool = False) -> None:
    """Continue only if the answer is yes; `option` would answer without a terminal.

    Raises InputError.
    """
    if yes:
        return
    if not has_terminal():
        raise InputError(
            _("There is no terminal to ask: {question} Use {option}.").format(
                question=question, option=option
            )
        )
    if not agrees(question):
        raise InputError(_("Not confirmed; nothing was done."))


def agrees(question: str, *, usual: bool = False) -> bool:
    """Whether the answer, typed at the terminal, is yes; `usual` is what Enter means."""
    shown = _("{question} [Y/n] ") if usual else _("{question} [y/N] ")
    line = _typed_line(shown.format(question=question))
    return line.strip().lower() in _agreement() if line.strip() else usual and bool(line)


def ask_line(question: str) -> str:
    """A line that is typed, without the spaces around it. Raises InputError at the end of input."""
    line = _typed_line(question)
    if not line:
        raise InputError(_("The input ended before an answer was typed."))
    return line.strip()


def _typed_line(question: str) -> str:
    """With its end; an input method may leave its own forms of letters, which become the usual."""
    with _prompting():
        sys.stderr.write(visible(question))
        sys.stderr.flush()
        typed_ahead.note_question()
        line = sys.stdin.readline()
    return unicodedata.normalize("NFKC", line)


def _agreement() -> tuple[str, ...]:
    """The answers that mean yes, in English and in the language in use."""
    # Translators: the answers that mean yes, with spaces between.
    return ("y", "yes", *_("y yes").split())


def ask_secret(what: str, option: str, *, may_be_empty: bool = False) -> Secret:
    """A secret that is typed without an echo. Raises InputError without a terminal."""
    check_terminal(what, option)
    typed_ahead.note_question(_session_terminal() if _input_is_data.get() else None)
    try:
        with _prompting():
            text = getpass.getpass(f"{visible(what)}: ")
    except EOFError:
        raise InputError(_("{what}: nothing was typed.").format(what=what)) from None
    if not text and not may_be_empty:
        raise InputError(_("{what}: nothing was typed.").format(what=what))
    return Secret(text)


@contextmanager
def _prompting() -> Iterator[None]:
    """Progress bars make room; after Ctrl-C, begin a new line for what is printed next."""
    with bars.hidden():
        try:
            yield
        except KeyboardInterrupt:
            sys.stderr.write("\n")
            raise


def repeated(ask: Callable[[], _T]) -> _T:
    """Ask until the answer can be used, at most three times."""
    for _attempt in range(_ATTEMPTS - 1):
        try:
            return ask()
        except (InputError, PinFormatError) as error:
            if not has_terminal():
                raise
            sys.stderr.write(f"{visible(describe(error).sentence)}\n")
    return ask()


def check_terminal(what: str, option: str) -> None:
    """Raises InputError if there is no terminal to ask for a secret."""
    if not has_terminal():
        raise InputError(
            _("There is no terminal to ask at: {what}. Use {option}.").format(
                what=what, option=option
            )
        )


def has_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() or (_input_is_data.get() and _session_terminal() is not None)


@contextmanager
def beside_data(wanted: bool) -> Iterator[None]:
    """In the block, if `wanted`, standard input is data, and prompts use the terminal itself."""
    before = _input_is_data.set(wanted)
    try:
        yield
    finally:
        _input_is_data.reset(before)


@cache
def _session_terminal() -> int | None:
    """The terminal of the session, even if all streams are redirected; None if it has none."""
    try:
        return os.open("/dev/tty", os.O_RDWR | getattr(os, "O_NOCTTY", 0))
    except OSError:
        return None


def _ask_hex(what: str, option: str, size: int) -> Secret:
    question = _("{what} ({count} hex digits, spaces allowed)").format(what=what, count=2 * size)
    typed = ask_secret(question, option)
    refusal = _("That is not {count} hex digits.").format(count=2 * size)
    return _hex_secret(typed, size, refusal)


def _hex_secret(text: Secret, size: int, refusal: str) -> Secret:
    digits = b"".join(text.reveal().split())
    text.wipe()
    try:
        return Secret(parse_hex(digits, size))
    except ValueError:
        raise InputError(refusal) from None
