"""An output around another one: it does something with what the other one gets."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Self

from twincard.cms.framing.output import Output


class OutputAround(Output):
    """An output that does something with what is written before another output gets it."""

    def __init__(self, inner: Output) -> None:
        self._inner = inner

    def spoil(self) -> None:
        """See Output."""
        self._inner.spoil()

    def inherit(self, source: os.stat_result, /) -> None:
        """See Output."""
        self._inner.inherit(source)

    def __enter__(self) -> Self:
        """Opens the other output."""
        self._inner.__enter__()
        try:
            self._begin()
        except BaseException as error:
            self._leave(error)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            try:
                self._end()
            except BaseException as failure:
                self._leave(failure)
                raise
        self._leave(error)

    def _leave(self, error: BaseException | None) -> None:
        self._clear()
        traceback = None if error is None else error.__traceback__
        self._inner.__exit__(None if error is None else type(error), error, traceback)

    def _begin(self) -> None:
        """What is done first."""

    def _end(self) -> None:
        """What is done last, where nothing failed."""

    def _clear(self) -> None:
        """What is done in any case."""
