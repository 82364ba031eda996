"""Several simulated cards in one Java program: each start after the first takes a few milliseconds.

For a command or a program that uses several cards in turn or at once. Each card has its own file.
When the program ends, all its cards are pulled.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from threading import Lock

from twincard.ground.language import _
from twincard.simulator.java import java_program
from twincard.simulator.process import (
    Operation,
    SimulatorProcess,
    for_every_thread,
    shared_program,
)
from twincard.transport.connection import CardGoneError, TransportError

_NUMBER_BYTES = 2


@contextlib.contextmanager
def one_program(*, every_thread: bool = False) -> Iterator[None]:
    """Simulated cards that are opened inside of the block share a Java program.

    It starts with the first card, which takes a tenth of a second; each further one takes a few
    milliseconds. At the end of the block all its cards are pulled. The block applies to its own
    thread, or with `every_thread` to the whole process. A block inside another uses the outer one's
    program.
    """
    if shared_program.get() is not None or (every_thread and for_every_thread):
        yield
        return
    shared = Shared()
    try:
        with shared.serving(every_thread=every_thread):
            yield
    finally:
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

    def __init__(
        self,
        program: _Program,
        arguments: Sequence[str],
        taken_out: Callable[[CardInProgram], None],
    ) -> None:
        """Insert the card; `taken_out` is called when it is removed. Raises TransportError."""
        self._program = program
        self._taken_out = taken_out
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
            self._taken_out(self)


class Shared:
    """Starts the program of a block with its first card, and again if it has ended."""

    def __init__(self) -> None:
        self._program: _Program | None = None
        self._java = ""
        self._lock = Lock()
        self._cards: set[CardInProgram] = set()

    @contextlib.contextmanager
    def serving(self, *, every_thread: bool) -> Iterator[None]:
        """Cards opened inside the block run here, and may outlive it."""
        if every_thread:
            for_every_thread.append(self)
        else:
            token = shared_program.set(self)
        try:
            yield
        finally:
            if every_thread:
                for_every_thread.remove(self)
            else:
                shared_program.reset(token)

    def put_in(self, arguments: Sequence[str]) -> CardInProgram:
        """A place for the card of these arguments. Raises TransportError."""
        with self._lock:
            java = java_program()
            if self._program is None or not self._program.is_running or java != self._java:
                self.close()
                self._program, self._java = _Program(), java
            program = self._program
        card = CardInProgram(program, arguments, self._cards.discard)
        self._cards.add(card)
        return card

    def pull_all(self) -> None:
        """Remove all cards; the program stays for others."""
        for card in list(self._cards):
            card.close()

    def close(self) -> None:
        """End the program, which pulls its cards."""
        self._cards.clear()
        if self._program is not None:
            self._program.close()
            self._program = None
