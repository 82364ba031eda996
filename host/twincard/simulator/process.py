"""Simulated cards: the real applet in a small Java program, controlled over two pipes.

A frame is a 4-byte big-endian length and that many bytes: in a request the operation (1 byte) and
its payload, in an answer the status (1 byte) and its payload.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import IO, Protocol, Self, cast

from twincard.ground.core_dumps import forbid_core_dumps_of
from twincard.ground.language import _
from twincard.simulator.archive import JAR, MAIN, archive_flags
from twincard.simulator.failures import failure_of
from twincard.simulator.java import FLAGS, clean_environment, java_program
from twincard.transport.connection import (
    CardGoneError,
    CardInUseError,
    PowerCutError,
    TransportError,
)
from twincard.transport.open_here import check_not_open, note_closed, note_open

_STATUS_OK = 0x00
_STATUS_POWER_CUT = 0x01
_STATUS_NO_POWER = 0x02
_STATUS_FAILED = 0x7F
_LONGEST = 128 * 1024
"""A frame has this many bytes at most, either way."""
_DESCRIPTORS = Path("/dev/fd")
"""Where a program finds its inherited pipes, except on Windows."""
_CLOSE_SECONDS = 5.0


class Operation(IntEnum):
    """The first byte of a request."""

    RESET = 0x01
    APDU = 0x02
    SNAPSHOT = 0x10
    RESTORE = 0x11
    CUT = 0x12
    WRITES = 0x13
    SIZES = 0x14
    FAULTS = 0x15
    DROP = 0x16
    IMAGE = 0x17
    OPERATIONS = 0x18
    PEAKS = 0x19
    ENGINES = 0x1A
    INSTALL = 0x20
    REMOVE = 0x21
    KEEP = 0x22
    KEPT = 0x23


class SimulatorProcess:
    """The Java program that holds one card, and the frames to and from it."""

    def __init__(self, arguments: Sequence[str], program: Sequence[str] = ()) -> None:
        """Start it; `arguments` follow the program's name. It answers before this returns.

        `program` are Java's arguments for another program that speaks the same frames.
        """
        if not program and not JAR.is_file():
            raise TransportError(_("The card simulator is not built. Run `make setup`."))
        java = java_program()
        shared = () if program else (*archive_flags(java), "-cp", str(JAR), MAIN)
        command = [java, *FLAGS, *program, *shared, *arguments]
        # A file, not a pipe: nobody reads it while the program runs, and a full pipe blocks.
        self._printed: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            with _signals_later():
                self._process, self._requests, self._answers = _start(command, self._printed)
            forbid_core_dumps_of(self._process.pid)
        except KeyboardInterrupt:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The operating system's number of the process, for tests that kill it."""
        return self._process.pid

    def call(self, operation: Operation, payload: bytes = b"") -> bytes:
        """Carry out one operation and return the answer's payload.

        Raises PowerCutError, CardGoneError when the program has ended, CardInUseError when another
        one holds the card, TransportError with the program's own sentence otherwise.
        """
        return self.ask(bytes([operation]) + payload)

    @property
    def is_running(self) -> bool:
        """Whether it has neither ended nor been closed."""
        return not self._requests.closed and self._process.poll() is None

    def ask(self, request: bytes) -> bytes:
        """Send a request of whatever form the program takes; see `call`."""
        if self._requests.closed:
            raise CardGoneError(_("The connection to the simulated card is closed."))
        if len(request) > _LONGEST:
            raise ValueError(f"a frame has at most {_LONGEST} bytes")
        try:
            # A program that has ended may have left an answer with the reason.
            with contextlib.suppress(BrokenPipeError):
                self._requests.write(len(request).to_bytes(4, "big") + request)
                self._requests.flush()
            answer = self._read(self._read_length())
        except EOFError:
            raise self._ended() from None
        except BaseException:
            # Interrupted before the answer came: it must not be taken for the next one.
            self.close()
            raise
        return _payload(answer)

    def close(self) -> None:
        """End the program by ending its input, so that it leaves nothing half done."""
        with contextlib.suppress(BrokenPipeError):
            self._requests.close()
        try:
            self._process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._answers.close()
        self._printed.close()

    def _read(self, size: int) -> bytes:
        data = self._answers.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def _read_length(self) -> int:
        length = int.from_bytes(self._read(4), "big")
        if not 0 < length <= _LONGEST:
            raise CardGoneError(_("The card simulator returned an invalid answer."))
        return length

    def _ended(self) -> TransportError:
        self._process.wait()
        self._printed.seek(0)
        printed = self._printed.read(_LONGEST).decode(errors="replace").strip().splitlines()
        self.close()
        if printed:
            # Printed by Java itself: it is too old, or lacks memory.
            return CardGoneError(
                _("The card simulator ended unexpectedly. It printed: {line}").format(
                    line=printed[0]
                )
            )
        return CardGoneError(_("The card simulator ended unexpectedly."))


def _start(
    command: list[str], printed: IO[bytes]
) -> tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes]]:
    """The program, and the pipes for requests and answers.

    They are not the standard streams, on which a Java runtime may print. Windows passes no other
    pipes by number, so there the program takes over the standard streams before anything prints.
    """
    if not _DESCRIPTORS.is_dir():
        process = _popen(command, subprocess.PIPE, subprocess.PIPE, printed)
        return process, cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    requests, answers = os.fdopen(ours_out, "wb"), os.fdopen(ours_in, "rb")
    files = ["--requests", str(_DESCRIPTORS / str(theirs_in))]
    files += ["--answers", str(_DESCRIPTORS / str(theirs_out))]
    try:
        inherited = (theirs_in, theirs_out)
        process = _popen([*command, *files], subprocess.DEVNULL, printed, printed, inherited)
    except BaseException:
        requests.close()
        answers.close()
        raise
    finally:
        os.close(theirs_in)
        os.close(theirs_out)
    return process, requests, answers


def _popen(
    command: list[str],
    stdin: int,
    stdout: int | IO[bytes],
    stderr: IO[bytes],
    inherited: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        pass_fds=inherited,
        env=clean_environment(),
        # Ctrl-C at the terminal is for the host; the card ends with its input.
        start_new_session=True,
    )


@contextlib.contextmanager
def _signals_later() -> Iterator[None]:
    """Hold back signals: before its number is known, one would leave the program running."""
    if sys.platform == "win32":  # Windows has no signals to hold back
        yield
        return
    held_back = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held_back)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _payload(answer: bytes) -> bytes:
    status, payload = answer[0], answer[1:]
    if status == _STATUS_OK:
        return payload
    if status == _STATUS_POWER_CUT:
        raise PowerCutError
    if status == _STATUS_NO_POWER:
        raise TransportError(_("The card has no power. Reset it first."))
    if status == _STATUS_FAILED:
        raise failure_of(payload)
    raise CardGoneError(_("The card simulator returned an invalid answer."))


@dataclass(frozen=True)
class Make:
    """The chip and applet of a new simulated card; by default the chip lacks nothing."""

    applet: str | None = None
    """The class of the applet, by default that of the full build with extended length."""
    chip: str = ""
    """What the chip lacks, in the simulator's words (see Chip.java)."""

    @property
    def arguments(self) -> list[str]:
        """For the program."""
        applet = ["--applet", self.applet] if self.applet else []
        return applet + (["--chip", self.chip] if self.chip else [])


class CardProcess(Protocol):
    """Where a card runs: in a process of its own, or with others (see shared_program.py)."""

    @property
    def pid(self) -> int:
        """The operating system's number of the process."""

    def call(self, operation: Operation, payload: bytes = b"") -> bytes:
        """See SimulatorProcess."""

    def close(self) -> None:
        """Remove the card."""


class SharedProgram(Protocol):
    """A process that several cards share."""

    def put_in(self, arguments: Sequence[str]) -> CardProcess:
        """A place for the card of these arguments. Raises TransportError."""


shared_program: ContextVar[SharedProgram | None] = ContextVar("shared_program", default=None)
for_every_thread: list[SharedProgram] = []
"""For the whole process: used where a context has none of its own."""


def current_program() -> SharedProgram | None:
    """The shared process for cards opened now; None: each in a process of its own."""
    return shared_program.get() or (for_every_thread[-1] if for_every_thread else None)


class SimulatedCard:
    """A connection to a simulated card."""

    reader: str | None = None
    """The name that `connect` takes; a card without one is in memory only, or is being created."""

    def __init__(self, process: CardProcess) -> None:
        """Take over `process` and give the card its power."""
        self._process = process
        self._place: str | None = None
        self._atr = b""
        try:
            self.reset()
        except TransportError:
            process.close()
            raise

    @classmethod
    def open(cls, state: Path, make: Make | None = None) -> Self:
        """The card kept in the file `state`; created (without an applet) when it is missing.

        `make` describes a new card; an existing card stays as it is.
        """
        made = make.arguments if make else ()
        # Absolute, since a running program may have started in another folder.
        place = str(state.absolute())
        arguments = ["run", "--state", place, *made]
        shared = current_program()
        try:
            card = cls(shared.put_in(arguments) if shared else SimulatorProcess(arguments))
        except CardInUseError as error:
            check_not_open(place, f"sim:{state.stem}", error)
            raise
        note_open(place, card)
        card._place = place
        return card

    @property
    def atr(self) -> bytes:
        """See Connection."""
        return self._atr

    @property
    def pid(self) -> int:
        """The operating system's number of the simulator, for tests that kill it."""
        return self._process.pid

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """See Connection."""
        answer = self._process.call(Operation.APDU, apdu)
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    def reset(self) -> None:
        """See Connection."""
        self._atr = self._process.call(Operation.RESET)

    def install(self, application_data: bytes, aid: bytes = b"") -> None:
        """Install the applet on a blank card, with the TLVs of the card interface.

        `aid` is its name, 5 to 16 bytes; without, its usual one.
        """
        name = bytes([len(aid)]) + aid if aid else b""
        self._process.call(Operation.INSTALL, name + application_data)

    def remove(self) -> None:
        """Delete the applet with all that it holds, if there is one."""
        self._process.call(Operation.REMOVE)

    def keep(self, data: bytes) -> None:
        """Keep the card manager's state on the card, replacing the previous one."""
        self._process.call(Operation.KEEP, data)

    def kept(self) -> bytes:
        """The state that `keep` stored last; empty if the card has no card manager."""
        return self._process.call(Operation.KEPT)

    def close(self) -> None:
        """See Connection."""
        self._process.close()
        if self._place is not None:
            note_closed(self._place, self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
