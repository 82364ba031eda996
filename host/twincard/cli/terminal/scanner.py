"""Reads what a barcode scanner types that acts as a keyboard.

A scanner types the lines of a code faster than separate prompts could read them, and ends with
Enter once or more. So one question reads everything, without an echo, until typing stops.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from twincard.cli.terminal import prompts, typed_ahead
from twincard.cli.terminal.errors import InputError
from twincard.ground.control_characters import visible
from twincard.ground.language import _
from twincard.keys.codes import MOST_CODE_BYTES, is_unfinished
from twincard.keys.secret import Secret

_SILENCE_SECONDS = 0.5
"""The silence after Enter that ends a scan."""
_PAUSE_SECONDS = 5.0
"""The silence within a code, which may come over a slow line."""
_END_OF_INPUT = b"\x04"
_PIECE = 4096

Read = Callable[[float | None], bytes]
"""What is typed within so many seconds, or nothing; None waits for it."""


def scan(what: str, option: str) -> Secret:
    """The text of a code, as a scanner types it. `option` is what gives it without a terminal.

    Raises InputError.
    """
    prompts.check_terminal(what, option)
    typed_ahead.note_question()
    text = bytearray()
    try:
        with _keyboard() as read:
            # Only now, since nothing is shown any more of what a scanner types.
            sys.stderr.write(visible(_("{what}, scan the QR code: ").format(what=what)))
            sys.stderr.flush()
            too_long = _fill(text, read)
        if too_long:
            raise InputError(_("This is longer than any QR code."))
        if not text.strip():
            raise InputError(_("No QR code was scanned."))
        return Secret(text)
    finally:
        text[:] = bytes(len(text))
        sys.stderr.write("\n")
        sys.stderr.flush()


def _fill(text: bytearray, read: Read) -> bool:
    """Read until typing stops; true if it was longer than any code."""
    too_long = False
    while True:
        ended = text.endswith((b"\r", b"\n"))
        if not ended and not too_long:
            wait = None
        else:
            wait = _PAUSE_SECONDS if is_unfinished(text) else _SILENCE_SECONDS
        piece = read(wait)
        if not piece or piece.endswith(_END_OF_INPUT):
            return too_long
        if len(text) + len(piece) > MOST_CODE_BYTES + len(b"\r\n" * 2):
            too_long = True  # the rest is read and thrown away: nothing else may get it
        else:
            text += piece


if sys.platform == "win32":  # pragma: no cover

    @contextmanager
    def _keyboard() -> Iterator[Read]:
        import msvcrt
        import time

        def read(seconds: float | None) -> bytes:
            deadline = None if seconds is None else time.monotonic() + seconds
            while not msvcrt.kbhit():
                if deadline is not None and time.monotonic() > deadline:
                    return b""
                time.sleep(0.01)
            key = msvcrt.getwch()
            if key == "\x03":
                raise KeyboardInterrupt
            return key.encode("utf-8", "replace")

        yield read

else:

    @contextmanager
    def _keyboard() -> Iterator[Read]:
        import os
        import select
        import termios

        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
        quiet = list(before)
        # Not line by line: a terminal cuts long lines, and ends a line of its own at Ctrl-D.
        quiet[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, quiet)

        def read(seconds: float | None) -> bytes:
            if not select.select([descriptor], [], [], seconds)[0]:
                return b""
            return os.read(descriptor, _PIECE)

        try:
            yield read
        finally:
            termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)
