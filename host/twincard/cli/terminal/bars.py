"""Progress bars that are shown now: they make room for prompts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Bar(Protocol):
    """A progress bar, or several together."""

    def start(self) -> None:
        """Show it."""

    def stop(self) -> None:
        """Hide it."""


_shown: list[Bar] = []


@contextmanager
def shown(bar: Bar) -> Iterator[None]:
    """While its block runs, the bar makes room for prompts."""
    _shown.append(bar)
    try:
        yield
    finally:
        _shown.remove(bar)


@contextmanager
def hidden() -> Iterator[None]:
    """No bar is shown while the block runs: it would be drawn over what a prompt says."""
    bars, _shown[:] = _shown[:], []
    for bar in bars:
        bar.stop()
    try:
        yield
    finally:
        _shown[:] = bars
        for bar in bars:
            bar.start()
