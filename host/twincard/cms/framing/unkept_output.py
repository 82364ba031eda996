"""An output of which nothing is kept: to find out whether a content is authentic."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from twincard.cms.framing.output import Output


class UnkeptOutput(Output):
    """Takes everything, and forgets it."""

    def write(self, piece: bytes | memoryview, /) -> None:
        """See Output."""

    def restart(self) -> None:
        """See Output."""

    def spoil(self) -> None:
        """See Output."""

    def __enter__(self) -> Self:
        """See Output."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """See Output."""
