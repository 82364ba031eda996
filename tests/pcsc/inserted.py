"""Cards put into virtual readers by the tests themselves."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from threading import Lock, Thread

from tests.pcsc.service import Reader

from twincard.simulator.laboratory import Laboratory
from twincard.simulator.process import Operation, SimulatedCard, SimulatorProcess
from twincard.simulator.vpcd import VirtualReader
from twincard.transport.connection import Connection, TransportError
from twincard.transport.pcsc import PcscCard
from twincard.transport.slots import slots

_SECONDS = 60
# pcscd looks for cards every 0.4 s. A card that is lost in use and back before it has looked
# is there for its eyes and gone for all others.
_LOOK_SECONDS = 0.5
_MISSED_SECONDS = 5


class Inserted:
    """A card in a reader, served by a thread of its own until it is pulled."""

    def __init__(self, card: Connection, reader: Reader) -> None:
        """Put it in, and wait until PC/SC has seen it."""
        for seconds in (_MISSED_SECONDS, 2 * _MISSED_SECONDS, _SECONDS):
            self._put_in(card, reader)
            try:
                wait_until(reader, card=True, seconds=seconds)
                return
            except AssertionError:
                # A busy pcscd may have missed that the card before was taken out. Nothing stays in
                # the reader, for the next test's sake too.
                self.pull()
                if seconds == _SECONDS:
                    raise
            time.sleep(_LOOK_SECONDS + seconds / 5)

    def _put_in(self, card: Connection, reader: Reader) -> None:
        self._reader = VirtualReader(reader.address)
        self._thread = Thread(target=self._serve, args=(card,), daemon=True)
        self._thread.start()

    def _serve(self, card: Connection) -> None:
        # A card that breaks falls out of its reader; and somebody takes every card out at last.
        with contextlib.suppress(TransportError, OSError):
            self._reader.serve(card)
        self._reader.close()

    def pull(self) -> None:
        """Take the card out, in the middle of whatever it does."""
        self._reader.close()
        self._thread.join(_SECONDS)
        assert not self._thread.is_alive()

    @property
    def is_there(self) -> bool:
        """Whether it was neither pulled nor broke."""
        return self._thread.is_alive()


@contextlib.contextmanager
def inserted(card: Connection, reader: Reader) -> Iterator[Inserted]:
    """A card in a reader for the time of a block, or until it is pulled."""
    put_in = Inserted(card, reader)
    try:
        yield put_in
    finally:
        lost = not put_in.is_there
        put_in.pull()
        wait_until_out(reader, in_use=lost)


def wait_until_out(reader: Reader, *, in_use: bool) -> None:
    """Wait until PC/SC is ready for a card again, after one was taken out (`in_use` or not)."""
    wait_until(reader, card=False)
    if in_use:
        time.sleep(_LOOK_SECONDS)


def wait_until(reader: Reader, *, card: bool, seconds: float = _SECONDS) -> None:
    """Wait until PC/SC says that a card is in the reader, or that none is."""
    give_up = time.monotonic() + seconds
    while not any(slot.reader == reader.name and slot.holds.is_card is card for slot in slots()):
        assert time.monotonic() < give_up, f"no change of {reader.name}"
        time.sleep(0.01)


class LaboratoryInReader(Laboratory):
    """A laboratory card in a reader: commands and resets go through PC/SC, all else does not."""

    def __init__(self, reader: Reader) -> None:
        """A blank card, in this reader."""
        process = _SharedProcess(["run", "--memory", "--lab"])
        self._inside = _Failing(process)
        self._inserted = Inserted(self._inside, reader)
        self._outside = PcscCard(reader.name)
        super().__init__(process)

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        answer = self._outside.transmit(apdu)
        failure, self._inside.failure = self._inside.failure, None
        if failure is not None:
            raise failure
        return answer

    def reset(self) -> None:
        self._outside.reset()
        self._atr = self._outside.atr

    def close(self) -> None:
        self._outside.close()
        self._inserted.pull()
        super().close()


class _Failing(SimulatedCard):
    """Tells of a power cut past its reader, since vpcd would throw out a card that is mute."""

    failure: TransportError | None = None

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        try:
            return super().transmit(apdu)
        except TransportError as failure:
            self.failure = failure
            return b"", 0x6F00


class _SharedProcess(SimulatorProcess):
    """Used by the test and by the reader at a time."""

    def __init__(self, arguments: Sequence[str]) -> None:
        super().__init__(arguments)
        self._lock = Lock()

    def call(self, operation: Operation, payload: bytes = b"") -> bytes:
        with self._lock:
            return super().call(operation, payload)
