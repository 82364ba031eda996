"""An output that unpacks a tar archive into a new folder.

The archive is unpacked as it comes, before its authentication tag is checked; so everything stays
in a hidden folder of mode 0700 until then. tarfile's `data` filter refuses absolute names, names
and links that lead outside, and devices. Links are made last: nothing is written through one.
"""

from __future__ import annotations

import io
import os
import stat
import threading
from contextlib import suppress
from contextvars import copy_context
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Self, cast

from twincard.cms.errors import FilesError, OutputExistsError
from twincard.cms.framing.output import HeldOutput
from twincard.cms.framing.source import Writable
from twincard.ground.filtered_tarfile import tarfile
from twincard.ground.language import _
from twincard.ground.unfinished import sync_folder
from twincard.ground.unfinished_folder import UnfinishedFolder

_BLOCK_BYTES = 1 << 18
_MOST_HEADER_BYTES = 1 << 20
_HEADERS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
_KEPT_MODE = 0o755
"""Nobody but the owner gets to write."""
_NANOSECONDS = 10**9


class NotAnArchiveError(FilesError):
    """What was decrypted is no tar archive."""


class FolderOutput(HeldOutput):
    """A folder that appears under its name only when the archive is complete and authentic.

    An archive that holds only a folder of that name gives this folder.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        path = Path(path)
        super().__init__(str(path))
        self._path = path
        self._source_mode = stat.S_IRWXU
        self._unfinished: UnfinishedFolder | None = None
        self._unpacking: _Unpacking | None = None

    def inherit(self, source: os.stat_result, /) -> None:
        """Takes over the owner's permissions: the folder allows no more than the message."""
        self._source_mode = source.st_mode & stat.S_IRWXU | stat.S_IXUSR

    def _open(self) -> Writable:
        if self._path.exists() or self._path.is_symlink():
            raise OutputExistsError(self._name)
        self._unfinished = UnfinishedFolder(self._path.absolute().parent)
        self._unpacking = _Unpacking(self._unfinished.path)
        return self._unpacking

    def _restart(self) -> None:
        if self._unfinished is None or self._unpacking is None:
            return
        self._unpacking.stop()
        self._unfinished.clear()
        self._unpacking = _Unpacking(self._unfinished.path)
        self._sink = self._unpacking

    def _publish(self) -> None:
        if self._unfinished is None or self._unpacking is None:
            return
        self._unpacking.finish()
        hidden = self._unfinished.path
        content = hidden
        if [path.name for path in hidden.iterdir()] == [self._path.name]:
            inner = hidden / self._path.name
            if inner.is_dir() and not inner.is_symlink():
                content = inner
        content.chmod(content.stat().st_mode & self._source_mode & stat.S_IRWXU)
        try:
            self._unfinished.publish(content, self._path.absolute())
        except FileExistsError:
            raise OutputExistsError(self._name) from None

    def _discard(self) -> None:
        if self._unpacking is not None:
            self._unpacking.stop()
            self._unpacking = None
        if self._unfinished is not None:
            self._unfinished.discard()
            self._unfinished = None


class _Unpacking:
    """Takes the bytes of an archive, and unpacks them in another thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._error: BaseException | None = None
        reading, writing = os.pipe()
        self._reader = os.fdopen(reading, "rb", _BLOCK_BYTES)
        self._writer: io.FileIO | None = io.FileIO(writing, "wb")
        self._thread = threading.Thread(target=copy_context().run, args=(self._run,), daemon=True)
        self._thread.start()

    def write(self, piece: bytes | memoryview, /) -> None:
        """Unpack all of it. Raises FilesError, OSError."""
        if self._writer is None:
            raise ValueError("the archive is complete")
        try:
            left = memoryview(piece)
            while left:
                left = left[self._writer.write(left) :]
        except BrokenPipeError:
            self._thread.join()
            # A broken archive is told of only after it is known to be what its sender made.
            if isinstance(self._error, OSError):
                raise self._error from None

    def finish(self) -> None:
        """The archive is complete. Raises FilesError, OSError."""
        self.stop()
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        """End the thread."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._thread.join()

    def _run(self) -> None:
        try:
            with self._reader:
                _unpack(_Watched(self._reader), self._folder)
        except BaseException as error:
            self._error = error


class _Watched:
    """A stream that knows where its last byte other than zero was."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._position = 0
        self.last_byte = 0
        """The position behind it."""

    def read(self, size: int = -1, /) -> bytes:
        piece = self._stream.read(size)
        if used := len(piece.rstrip(b"\0")):
            self.last_byte = self._position + used
        self._position += len(piece)
        return piece


class _Member(tarfile.TarInfo):
    """A member of an archive that anybody may have made."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """See TarInfo. A header that tarfile would read into memory has a limit."""
        member = super().frombuf(buf, encoding, errors)
        if member.size > _MOST_HEADER_BYTES and member.type in _HEADERS:
            raise tarfile.ReadError
        return member


def _unpack(stream: _Watched, folder: Path) -> None:
    """Raises FilesError, OSError."""
    last: list[tarfile.TarInfo] = []
    try:
        with tarfile.open(
            tarinfo=_Member,
            fileobj=cast(BinaryIO, stream),
            mode="r|",
            bufsize=_BLOCK_BYTES,
            encoding="utf-8",
            errors="surrogateescape",
            errorlevel=2,
        ) as archive:
            for member in archive:
                checked = tarfile.data_filter(member, str(folder))
                if checked.issym():
                    last.append(checked)
                else:
                    archive.extract(checked, folder, set_attrs=False, filter="fully_trusted")
                    if checked.isdir():
                        last.append(member)
                    else:
                        _finish_file(folder / checked.name, member)
                # It would keep all members. typeshed does not know them.
                archive.members.clear()  # type: ignore[attr-defined]
            while stream.read(_BLOCK_BYTES):
                pass
            if stream.last_byte > archive.offset:  # tarfile ends at a broken header without a word
                raise tarfile.ReadError
    except tarfile.FilterError as error:
        raise _leads_outside(error.tarinfo) from error
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:
        raise NotAnArchiveError(
            _("The content is not a whole tar archive. Use --tar to get it as it is.")
        ) from error
    _make_links(folder, [member for member in last if member.issym()])
    for member in reversed([member for member in last if not member.issym()]):
        _finish_folder(folder / member.name, member)
    sync_folder(folder)


def _make_links(folder: Path, links: list[tarfile.TarInfo]) -> None:
    # Each was checked alone; together they must not lead outside either.
    for link in links:
        path = folder / link.name
        _check_inside(folder, path.parent, link)  # by way of the links that were made before
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(link.linkname)
        _set_times(path, link)
    for link in links:
        _check_inside(folder, folder / link.name, link)


def _check_inside(folder: Path, path: Path, link: tarfile.TarInfo) -> None:
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        raise _leads_outside(link)


def _leads_outside(member: tarfile.TarInfo) -> FilesError:
    return FilesError(
        _(
            "The archive was not unpacked: {name} would lead outside, or is a device. Use --tar to "
            "get the archive itself."
        ).format(name=member.name)
    )


def _finish_file(path: Path, member: tarfile.TarInfo) -> None:
    if member.islnk():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, member.mode & _KEPT_MODE)
        _set_times(path, member)
        with suppress(OSError):  # Windows writes nothing of a file that is open for reading
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _finish_folder(path: Path, member: tarfile.TarInfo) -> None:
    sync_folder(path)
    path.chmod(member.mode & _KEPT_MODE)
    _set_times(path, member)


def _set_times(path: Path, member: tarfile.TarInfo) -> None:
    text = member.pax_headers.get("mtime", "")
    seconds, _point, rest = text.partition(".")
    if seconds.isdigit() and (rest.isdigit() or not rest):
        nanoseconds = int(seconds) * _NANOSECONDS + int(rest[:9].ljust(9, "0"))
    else:
        nanoseconds = int(member.mtime * _NANOSECONDS)
    with suppress(NotImplementedError, OverflowError):
        follows = os.utime not in os.supports_follow_symlinks
        os.utime(path, ns=(nanoseconds, nanoseconds), follow_symlinks=follows)
