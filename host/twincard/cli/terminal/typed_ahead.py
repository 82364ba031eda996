"""Lines that somebody types, or has pasted, for a question that is not asked any more.

After a command that fails they would go to the shell, which shows, keeps and runs them: a PIN too.
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
"""Descriptors of terminals where this run has asked something."""


def note_question(descriptor: int | None = None) -> None:
    """Something is asked at a terminal: at standard input, or at this descriptor."""
    with suppress(OSError, ValueError, AttributeError):
        _questions.add(sys.stdin.fileno() if descriptor is None else descriptor)


@contextmanager
def discarded() -> Iterator[None]:
    """For the end of a command that fails: nothing is shown or kept of what is typed meanwhile.

    Nor of what is typed after the block, until nobody types any more; where nothing was asked in
    this run, terminals are left alone.
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
            # A line that is not ended yet counts as well, and nobody should see it.
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
        # A terminal that is gone has nothing to read; who presses Ctrl-C will not wait.
        with suppress(OSError, KeyboardInterrupt):
            while (
                time.monotonic() < deadline
                and select.select([descriptor], [], [], _SILENCE_SECONDS)[0]
                and os.read(descriptor, _PIECE)
            ):
                pass
