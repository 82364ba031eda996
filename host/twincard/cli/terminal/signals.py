"""SIGTERM and SIGHUP end a command as Ctrl-C does: what is not finished is removed.

SIGTERM comes from `kill`, `timeout` and a system that shuts down, SIGHUP from a terminal that is
closed. Without this they would end the program at once, and leave what it was writing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


class HungUp(KeyboardInterrupt):
    """SIGHUP came."""


class Terminated(KeyboardInterrupt):
    """SIGTERM came."""


_KINDS = {"SIGHUP": HungUp, "SIGTERM": Terminated}
_received: list[KeyboardInterrupt] = []


@contextmanager
def as_interruptions() -> Iterator[None]:
    """In the block, both signals raise a KeyboardInterrupt of their own; those ignored stay so."""
    _received.clear()
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread gets signals
        return
    numbers = [getattr(signal, name) for name in _KINDS if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    # nohup ignores SIGHUP, and wants that to stay.
    taken = [number for number in numbers if before[number] is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number])


def interruption() -> KeyboardInterrupt:
    """What interrupted the command: one of these signals, or Ctrl-C."""
    return _received[0] if _received else KeyboardInterrupt()


def _interrupt(number: int, _frame: FrameType | None) -> NoReturn:
    # The second one must not interrupt the cleaning up after the first.
    for name in _KINDS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    error = _KINDS[signal.Signals(number).name]()
    _received.append(error)
    raise error
