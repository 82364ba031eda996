"""An output in memory, for what is short."""

from __future__ import annotations

import io
from typing import BinaryIO

from twincard.cms.framing.output import HeldOutput
from twincard.ground.language import _


class BytesOutput(HeldOutput):
    """Bytes that can be read only when they are complete and authentic: `value`."""

    def __init__(self) -> None:
        super().__init__(_("the output"))
        self._value: bytes | None = None

    @property
    def value(self) -> bytes:
        """Everything that was written. Raises ValueError unless the block has ended well."""
        if self._value is None:
            raise ValueError("the output is not complete")
        return self._value

    def _open(self) -> BinaryIO:
        self._value = None
        return io.BytesIO()

    def _publish(self, file: BinaryIO) -> None:
        file.seek(0)
        self._value = file.read()

    def _discard(self) -> None:
        """Nothing to do: nothing else holds the bytes."""
