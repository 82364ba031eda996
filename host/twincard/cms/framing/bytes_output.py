"""An output in memory, for what is short."""

from __future__ import annotations

import io

from twincard.cms.framing.output import HeldOutput
from twincard.cms.framing.source import Writable
from twincard.ground.language import _


class BytesOutput(HeldOutput):
    """Bytes that can be read only when they are complete and authentic: `value`."""

    def __init__(self) -> None:
        super().__init__(_("the output"))
        self._value: bytes | None = None
        self._bytes = io.BytesIO()

    @property
    def value(self) -> bytes:
        """Everything that was written. Raises ValueError unless the block has ended well."""
        if self._value is None:
            raise ValueError("the output is not complete")
        return self._value

    def _open(self) -> Writable:
        self._value = None
        self._bytes = io.BytesIO()
        return self._bytes

    def _restart(self) -> None:
        self._bytes = io.BytesIO()
        self._sink = self._bytes

    def _publish(self) -> None:
        self._value = self._bytes.getvalue()

    def _discard(self) -> None:
        self._bytes = io.BytesIO()
