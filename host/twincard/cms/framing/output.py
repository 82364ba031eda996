"""Outputs that appear under their final name, or in a pipe, only when complete."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from twincard.cms.errors import OutputError
from twincard.ground.language import _
from twincard.ground.private_file import PRIVATE_MODE, give_name, open_nameless, sync_folder
from twincard.ground.system_words import reason

_BUFFER_BYTES = 1 << 20


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
    """An output that holds everything in a private file until all is there."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._file: BinaryIO | None = None
        self._spoiled = False

    def write(self, piece: bytes | memoryview, /) -> None:
        """Writes all of it."""
        with self._writing():
            self._held().write(piece)

    def restart(self) -> None:
        """See Output."""
        with self._writing():
            self._held().seek(0)
            self._held().truncate()

    def spoil(self) -> None:
        """See Output."""
        self._spoiled = True

    def __enter__(self) -> Self:
        self._spoiled = False
        with self._writing():
            self._file = self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        file = self._held()
        try:
            if kind is None and self._spoiled:
                raise OutputError(
                    _("{name} was not written: its content is not authentic.").format(
                        name=self._name
                    )
                )
            if kind is None:
                with self._writing():
                    self._publish(file)
        finally:
            # On a full disk closing fails too; the caller should see the first failure.
            with contextlib.suppress(OSError):
                file.close()
            self._discard()
            self._file = None

    def _held(self) -> BinaryIO:
        if self._file is None:
            raise ValueError("an output is written to inside its with statement")
        return self._file

    @abstractmethod
    def _open(self) -> BinaryIO:
        """A private file that holds the bytes until all are there."""

    @abstractmethod
    def _publish(self, file: BinaryIO) -> None:
        """Makes what was written visible."""

    @abstractmethod
    def _discard(self) -> None:
        """Removes what is left of the private file, which is closed."""

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
    of which nothing is left even if the process is killed, except where ``overwrite`` is set. Only
    then is an existing file replaced; a symbolic link is followed. ``mode`` is for the finished
    file.
    """

    def __init__(
        self, path: str | PathLike[str], *, overwrite: bool = False, mode: int = PRIVATE_MODE
    ) -> None:
        path = Path(path)
        super().__init__(str(path))
        self._path = path.resolve() if overwrite else path
        self._overwrite = overwrite
        self._mode = mode
        self._temporary: Path | None = None

    def _open(self) -> BinaryIO:
        self._check_free()
        descriptor = None if self._overwrite else open_nameless(self._path.parent)
        if descriptor is None:
            descriptor, name = tempfile.mkstemp(
                prefix=".twincard-", suffix=".part", dir=self._path.parent
            )
            self._temporary = Path(name)
        return os.fdopen(descriptor, "wb", _BUFFER_BYTES)

    def _publish(self, file: BinaryIO) -> None:
        file.flush()
        if hasattr(os, "fchmod"):
            # By descriptor: in a shared folder the name may belong to another file by now.
            os.fchmod(file.fileno(), self._mode)
        os.fsync(file.fileno())
        if self._temporary is None:
            self._give_name(file)
        else:
            file.close()
            self._rename(self._temporary)
        sync_folder(self._path.parent)

    def _give_name(self, file: BinaryIO) -> None:
        try:
            give_name(file.fileno(), self._path)
        except FileExistsError:
            raise self._taken() from None

    def _rename(self, temporary: Path) -> None:
        if self._overwrite:
            temporary.replace(self._path)
        else:
            self._rename_to_free_name(temporary)

    def _rename_to_free_name(self, temporary: Path) -> None:
        # A hard link, unlike a rename, never replaces a file that appeared meanwhile.
        try:
            os.link(temporary, self._path)
        except FileExistsError:
            raise self._taken() from None
        except (OSError, NotImplementedError):  # some file systems have no hard links
            self._check_free()
            temporary.rename(self._path)

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
        return OutputError(
            _("{name} already exists, so it was not written.").format(name=self._name)
        )

    def _discard(self) -> None:
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)
            self._temporary = None


class SpooledOutput(HeldOutput):
    """A stream, such as standard output, that gets its first byte only when all are known.

    They are held in an unlinked file of mode 0600 in ``folder``, or where temporary files go.
    """

    def __init__(self, stream: BinaryIO, *, folder: str | PathLike[str] | None = None) -> None:
        super().__init__(_("the output"))
        self._stream = stream
        self._folder = None if folder is None else Path(folder)

    def _open(self) -> BinaryIO:
        # mypy knows only the portable type of what this gives.
        return cast(BinaryIO, tempfile.TemporaryFile(buffering=_BUFFER_BYTES, dir=self._folder))

    def _publish(self, file: BinaryIO) -> None:
        file.seek(0)
        try:
            shutil.copyfileobj(file, self._stream, _BUFFER_BYTES)
            self._stream.flush()
        except OSError as error:
            # Written bytes cannot be taken back.
            raise OutputError(
                _(
                    "{name} could not be written: {reason}. Whatever was written of it is "
                    "incomplete."
                ).format(name=self._name, reason=reason(error))
            ) from error

    def _discard(self) -> None:
        """Nothing to do: the file has no name, so it vanished when it was closed."""
