"""Outputs that appear under their final name, or in a pipe, only when complete."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from twincard.cms.errors import OutputError, OutputExistsError
from twincard.cms.framing.source import Writable
from twincard.cms.framing.spool import Spool
from twincard.ground.file_metadata import copy_times
from twincard.ground.language import _
from twincard.ground.system_words import reason
from twincard.ground.unfinished import PRIVATE_MODE, UnfinishedFile
from twincard.ground.whole_writes import write_whole

_OWNER_ONLY = 0o700


class Output(ABC):
    """A context manager to write to: published if its block succeeds, else discarded.

    Writing and publishing raise OutputError.
    """

    @abstractmethod
    def write(self, piece: bytes | memoryview, /) -> None:
        """Writes all of it."""

    @abstractmethod
    def restart(self) -> None:
        """Drops what was written so far; what is written from now on takes its place."""

    @abstractmethod
    def spoil(self) -> None:
        """What was written must never be published, even if the block does not fail.

        Leaving the block discards it and raises OutputError, unless it raises something itself.
        """

    def tell(self, content_type: str, /) -> None:
        """Hears from `decrypt` what the content is, before any of it; most outputs do not care."""
        del content_type

    def inherit(self, source: os.stat_result, /) -> None:
        """Takes over what a file keeps of its source; a stream keeps nothing."""
        del source

    @abstractmethod
    def __enter__(self) -> Self:
        """Opens it."""

    @abstractmethod
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Publishes what was written, or after an error discards it."""


class HeldOutput(Output):
    """An output that holds everything back until all is there."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._sink: Writable | None = None
        self._spoiled = False

    def write(self, piece: bytes | memoryview, /) -> None:
        """Writes all of it."""
        with self._writing():
            self._held().write(piece)

    def restart(self) -> None:
        """See Output."""
        self._held()
        with self._writing():
            self._restart()

    def spoil(self) -> None:
        """See Output."""
        self._spoiled = True

    def __enter__(self) -> Self:
        self._spoiled = False
        with self._writing():
            self._sink = self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._held()
        try:
            if kind is None and self._spoiled:
                raise OutputError(
                    _("{name} was not written: its content is not authentic.").format(
                        name=self._name
                    )
                )
            if kind is None:
                with self._writing():
                    self._publish()
        finally:
            self._sink = None
            self._discard()

    def _held(self) -> Writable:
        if self._sink is None:
            raise ValueError("an output is written to inside its with statement")
        return self._sink

    @abstractmethod
    def _open(self) -> Writable:
        """Where the bytes wait until all are there."""

    @abstractmethod
    def _restart(self) -> None:
        """Drops the bytes that wait."""

    @abstractmethod
    def _publish(self) -> None:
        """Makes what was written visible."""

    @abstractmethod
    def _discard(self) -> None:
        """Removes what is left of what waited."""

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise OutputError(
                _("Cannot write {name}: {reason}.").format(name=self._name, reason=reason(error))
            ) from error


class FileOutput(HeldOutput):
    """A file that appears under its name only when it is whole and on the disk.

    Until then it is a temporary file of mode 0600 in the same folder; on Linux one without a name,
    of which nothing is left even if the process is killed. Elsewhere the next process that writes
    to the folder removes what a killed one left. An existing file is replaced only where
    ``overwrite`` is set; a symbolic link is then followed. ``mode`` is for the finished file.
    """

    def __init__(
        self, path: str | PathLike[str], *, overwrite: bool = False, mode: int = PRIVATE_MODE
    ) -> None:
        path = Path(path)
        super().__init__(str(path))
        self._path = path.resolve() if overwrite else path
        self._overwrite = overwrite
        self._mode = mode
        self._source: os.stat_result | None = None
        self._unfinished: UnfinishedFile | None = None

    def inherit(self, source: os.stat_result, /) -> None:
        """Takes over the modification time, and the owner's permissions.

        Group and others get none: a file may be shared more widely in its encrypted form.
        """
        self._source = source
        self._mode = source.st_mode & _OWNER_ONLY

    def _open(self) -> Writable:
        self._check_free()
        self._unfinished = UnfinishedFile(self._path.parent)
        return self._unfinished.file

    def _restart(self) -> None:
        if self._unfinished is not None:
            self._unfinished.file.seek(0)
            self._unfinished.file.truncate()

    def _publish(self) -> None:
        if self._unfinished is None:
            return
        file = self._unfinished.file
        file.flush()
        # By descriptor: in a shared folder the name may belong to another file by now.
        if self._source is not None:
            copy_times(self._source, file.fileno())
        if hasattr(os, "fchmod"):
            os.fchmod(file.fileno(), self._mode)
        try:
            self._unfinished.publish(self._path, replace=self._overwrite)
        except FileExistsError:
            raise self._taken() from None

    def _check_free(self) -> None:
        if not self._path.exists() and not self._path.is_symlink():
            return
        if not self._overwrite:
            raise self._taken()
        if not self._path.is_file():
            raise OutputError(
                _("{name} is not a regular file, so it was not replaced.").format(name=self._name)
            )

    def _taken(self) -> OutputError:
        return OutputExistsError(self._name)

    def _discard(self) -> None:
        if self._unfinished is not None:
            self._unfinished.discard()
            self._unfinished = None


class SpooledOutput(HeldOutput):
    """A stream, such as standard output, that gets its first byte only when all are known.

    They wait in memory; those beyond 8 MiB wait encrypted, under a key that is only in memory, in
    an unlinked file of mode 0600 in ``folder``, or where temporary files go.
    """

    def __init__(self, stream: BinaryIO, *, folder: str | PathLike[str] | None = None) -> None:
        super().__init__(_("the output"))
        self._stream = stream
        self._folder = None if folder is None else Path(folder)
        self._spool: Spool | None = None

    def _open(self) -> Writable:
        self._spool = Spool(self._folder)
        return self._spool

    def _restart(self) -> None:
        if self._spool is not None:
            self._spool.clear()

    def _publish(self) -> None:
        if self._spool is None:
            return
        with _told_to_be_incomplete(self._name):
            for piece in self._spool.pieces():
                write_whole(self._stream, piece)
            self._stream.flush()

    def _discard(self) -> None:
        if self._spool is not None:
            self._spool.clear()
            self._spool = None


class StreamOutput(Output):
    """A stream that gets each byte at once: for what is encrypted, which nobody can misuse.

    After an error, what the stream got is incomplete.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._name = _("the output")
        self._stream = stream

    def write(self, piece: bytes | memoryview, /) -> None:
        """Writes all of it."""
        with _told_to_be_incomplete(self._name):
            write_whole(self._stream, piece)

    def restart(self) -> None:
        """See Output; it cannot."""
        raise ValueError("what a stream has got cannot be dropped")

    def spoil(self) -> None:
        """See Output; nothing that must be authentic may be written to it."""
        raise ValueError("what a stream has got cannot be dropped")

    def __enter__(self) -> Self:
        """Nothing is to be opened."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Writes what is buffered."""
        if kind is None:
            with _told_to_be_incomplete(self._name):
                self._stream.flush()


@contextmanager
def _told_to_be_incomplete(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # Written bytes cannot be taken back.
        raise OutputError(
            _(
                "{name} could not be written: {reason}. Whatever was written of it is incomplete."
            ).format(name=name, reason=reason(error))
        ) from error
