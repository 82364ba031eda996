"""A command at a terminal, with somebody who reads and types."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Sequence
from typing import Self

_SECONDS = 60
_PIECE = 4096


class Terminal:
    """The real program with a pseudo-terminal as its standard input, output and errors.

    `around` is a script that runs it as "$@", with such a shell as a user has around it. `program`
    is what Python runs.
    """

    def __init__(
        self,
        *words: str,
        around: str | None = None,
        program: Sequence[str] = ("-m", "twincard.cli"),
    ) -> None:
        self.shown = ""
        self._read_up_to = 0
        # A piece may end inside of a character.
        self._decoder = getincrementaldecoder("utf-8")(errors="replace")
        self._master, slave = pty.openpty()
        command = [sys.executable, *program, *words]
        shell = [] if around is None else ["sh", "-c", around, "sh"]
        self._process = subprocess.Popen(
            [*shell, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(slave)

    def expect(self, text: str) -> None:
        """Wait until this is shown, after all that was expected before."""
        deadline = time.monotonic() + _SECONDS
        while text not in self.shown[self._read_up_to :]:
            assert time.monotonic() < deadline, f"{text!r} was not shown: {self.shown!r}"
            assert self._read(), f"{text!r} was not shown: {self.shown!r}"
        self._read_up_to = self.shown.index(text, self._read_up_to) + len(text)

    def answer(self, question: str, line: str) -> None:
        """Wait for a question, then type a line."""
        self.expect(question)
        os.write(self._master, line.encode() + b"\n")

    def question(self) -> str | None:
        """Read on; the line that is not ended yet, without control sequences; None at the end."""
        return self._last_line() if self._read() else None

    def _last_line(self) -> str:
        unread = self.shown[self._read_up_to :]
        return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", unread).rpartition("\n")[2].lstrip("\r")

    def type(self, text: str) -> None:
        """Type this, whatever is asked."""
        os.write(self._master, text.encode())

    def signal(self, number: int) -> None:
        """Send a signal, as Ctrl-C does."""
        self._process.send_signal(number)

    def wait(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        return self._process.wait(_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    def _read(self) -> bool:
        """More of what is shown; False at the end."""
        ready, _, _ = select.select([self._master], [], [], _SECONDS)
        assert ready, f"the command is silent: {self.shown!r}"
        try:
            piece = os.read(self._master, _PIECE)
        except OSError:  # how Linux says that nobody has the terminal open any more
            return False
        self.shown += self._decoder.decode(piece)
        return bool(piece)


def _take_terminal() -> None:
    """Standard input is the terminal of this session, as it is of a user's programs."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
