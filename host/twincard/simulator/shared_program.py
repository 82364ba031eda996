"""Several simulated cards in one Java program: each start after the first takes a few milliseconds.

For a command or a program that uses one card after the other, or two at once. Each card has its own
file, and to end the program, however, pulls all of them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from threading import Lock

from twincard.ground.language import _
from twincard.simulator.java import java_program
from twincard.simulator.process import Operation, SimulatorProcess, shared_program
from twincard.transport.connection import CardGoneError, TransportError

_NUMBER_BYTES = 2


@contextlib.contextmanager
def one_program() -> Iterator[None]:
    """Cards that this thread opens inside of the block share a program; all are pulled at its end.

    Inside of another such block it is that one's.
    """
    if shared_program.get() is not None:
        yield
        return
    shared = _Shared()
    token = shared_program.set(shared)
    try:
        yield
    finally:
        shared_program.reset(token)
        shared.close()


class _Program(SimulatorProcess):
    """The program, used by one thread at a time."""

    def __init__(self) -> None:
        super().__init__(["several"])
        self._lock = Lock()

    def ask(self, request: bytes) -> bytes:
        with self._lock:
            return super().ask(request)


class CardInProgram:
    """One card of the program: what a SimulatorProcess is to a single one."""

    def __init__(self, program: _Program, arguments: Sequence[str]) -> None:
        """Put the card in. Raises TransportError."""
        self._program = program
        request = bytes(_NUMBER_BYTES) + "\0".join(arguments).encode()
        self._number: bytes | None = program.ask(request)

    @property
    def pid(self) -> int:
        """The operating system's number of the program."""
        return self._program.pid

    def call(self, operation: Operation, payload: bytes = b"") -> bytes:
        """See SimulatorProcess."""
        if self._number is None:
            raise CardGoneError(_("The connection to the simulated card is closed."))
        return self._program.ask(self._number + bytes([operation]) + payload)

    def close(self) -> None:
        """Take the card out."""
        number, self._number = self._number, None
        if number is not None:
            with contextlib.suppress(TransportError):
                self._program.ask(number)


class _Shared:
    """Has the program of a block, from its first card on; a new one when that has ended."""

    def __init__(self) -> None:
        self._program: _Program | None = None
        self._java = ""

    def put_in(self, arguments: Sequence[str]) -> CardInProgram:
        java = java_program()
        if self._program is None or not self._program.is_running or java != self._java:
            self.close()
            self._program, self._java = _Program(), java
        return CardInProgram(self._program, arguments)

    def close(self) -> None:
        if self._program is not None:
            self._program.close()
            self._program = None
