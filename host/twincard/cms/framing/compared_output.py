"""An output that writes nothing: it compares with a file that is there."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from twincard.cms.errors import OutputExistsError
from twincard.cms.framing.output import HeldOutput
from twincard.cms.framing.source import Writable
from twincard.ground.regular_file import NotRegularError, open_regular


class ComparedOutput(HeldOutput):
    """Succeeds if the file has the content that is written, and raises OutputExistsError if not."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._path = path
        self._file: BinaryIO | None = None

    def _open(self) -> Writable:
        try:
            self._file = open_regular(self._path)
        except NotRegularError:
            raise OutputExistsError(self._name) from None
        return _Comparison(self._file, self._name)

    def _restart(self) -> None:
        if self._file is not None:
            self._file.seek(0)

    def _publish(self) -> None:
        if self._file is not None and self._file.read(1):
            raise OutputExistsError(self._name)

    def _discard(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class _Comparison:
    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name

    def write(self, piece: bytes | memoryview, /) -> None:
        """Compare the next bytes."""
        if self._file.read(len(piece)) != piece:
            raise OutputExistsError(self._name)
