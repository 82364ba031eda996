"""Discards lines that were typed or pasted for a question that is no longer asked.

After a failed command they would go to the shell, which shows, stores and runs them, even a PIN.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

_SILENCE_SECONDS = 0.5
_MOST_SECONDS = 5.0
_PIECE = 4096

_questions: set[int] = set()
"""Descriptors of the terminals at which this run has asked something."""


def note_question(descriptor: int | None = None) -> None:
    """Note that a question is asked at standard input, or at the terminal with this descriptor."""
    with suppress(OSError, ValueError, AttributeError):
        _questions.add(sys.stdin.fileno() if descriptor is None else descriptor)


@contextmanager
def discarded() -> Iterator[None]:
    """Discard what is typed in the block, and after it until typing stops, without an echo.

    For the end of a failed command. Terminals at which this run asked nothing are left alone.
    """
    with ExitStack() as stack:
        while _questions:
            stack.enter_context(_deaf(_questions.pop()))
        yield


if sys.platform == "win32":  # pragma: no cover

    @contextmanager
    def _deaf(descriptor: int) -> Iterator[None]:
        import msvcrt

        yield
        while msvcrt.kbhit():
            msvcrt.getwch()

else:

    @contextmanager
    def _deaf(descriptor: int) -> Iterator[None]:
        import termios

        try:
            before = termios.tcgetattr(descriptor)
            quiet = list(before)
            # Also discard a line that is not ended yet, and do not show it.
            quiet[3] &= ~(termios.ECHO | termios.ICANON)
            termios.tcsetattr(descriptor, termios.TCSAFLUSH, quiet)
        except termios.error:  # no terminal, or not there any more
            yield
            return
        try:
            yield
            _read_away(descriptor)
        finally:
            with suppress(termios.error):
                termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)

    def _read_away(descriptor: int) -> None:
        import select

        deadline = time.monotonic() + _MOST_SECONDS
        # A terminal that is gone has nothing to read; Ctrl-C ends the wait.
        with suppress(OSError, KeyboardInterrupt):
            while (
                time.monotonic() < deadline
                and select.select([descriptor], [], [], _SILENCE_SECONDS)[0]
                and os.read(descriptor, _PIECE)
            ):
                pass
