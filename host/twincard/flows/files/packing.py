"""A folder as a tar archive in the pax format, written piece by piece.

What `unpacking` would refuse is refused here already, so that what was encrypted can be decrypted.
"""

from __future__ import annotations

import io
import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

from twincard.cms.errors import SourceError
from twincard.cms.framing.source import Writable
from twincard.ground.language import _
from twincard.ground.regular_file import NotRegularError, open_regular
from twincard.ground.system_words import reason

_BLOCK_BYTES = 1 << 18
_NANOSECONDS = 10**9


def pack(folder: Path, sink: Writable, progress: Callable[[int], None]) -> None:
    """Write the folder, under its own name, with all in it.

    `progress` is called with the number of bytes of its files that are done. Raises SourceError,
    and what the sink raises.
    """
    top = folder.resolve()
    writer = io.BufferedWriter(_Raw(sink), _BLOCK_BYTES)
    with tarfile.open(
        fileobj=writer,
        mode="w|",
        bufsize=_BLOCK_BYTES,
        format=tarfile.PAX_FORMAT,
        encoding="utf-8",
        errors="surrogateescape",
    ) as archive:
        packer = _Packer(archive, top, progress)
        for path, status in _below(top):
            packer.add(path, status)
    writer.flush()


class _Packer:
    def __init__(
        self, archive: tarfile.TarFile, top: Path, progress: Callable[[int], None]
    ) -> None:
        self._archive = archive
        self._top = top
        self._progress = progress
        self._done = 0
        self._linked: dict[tuple[int, int], str] = {}

    def add(self, path: Path, status: os.stat_result) -> None:
        member = tarfile.TarInfo(str(path.relative_to(self._top.parent)))
        member.mode = stat.S_IMODE(status.st_mode)
        # tarfile would write a float, which has no room for nanoseconds.
        seconds, rest = divmod(status.st_mtime_ns, _NANOSECONDS)
        member.mtime = seconds
        if rest:
            member.pax_headers = {"mtime": f"{seconds}.{rest:09}"}
        if stat.S_ISDIR(status.st_mode):
            member.type = tarfile.DIRTYPE
            self._archive.addfile(member)
        elif stat.S_ISLNK(status.st_mode):
            member.type = tarfile.SYMTYPE
            member.linkname = self._target(path)
            self._archive.addfile(member)
        elif stat.S_ISREG(status.st_mode):
            self._add_file(path, status, member)
        else:
            raise _not_regular(path)
        # It would keep all members. typeshed does not know them.
        self._archive.members.clear()  # type: ignore[attr-defined]

    def _add_file(self, path: Path, status: os.stat_result, member: tarfile.TarInfo) -> None:
        identity = status.st_dev, status.st_ino
        if identity in self._linked:
            member.type = tarfile.LNKTYPE
            member.linkname = self._linked[identity]
            self._archive.addfile(member)
            return
        if status.st_nlink > 1:
            self._linked[identity] = member.name
        with _opened(path) as file:
            before = os.fstat(file.fileno())
            member.size = before.st_size
            self._archive.addfile(member, _Counted(file, path, self._count))
            after = os.fstat(file.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise _changed(path)

    def _target(self, path: Path) -> str:
        target = path.readlink()
        inside = os.path.realpath(path.parent / target)
        if target.is_absolute() or not Path(inside).is_relative_to(self._top):
            raise SourceError(
                _(
                    "{path} is a link that leads out of the folder. Remove it, or encrypt the "
                    "output of `tar` instead of the folder."
                ).format(path=path)
            )
        return str(target)

    def _count(self, count: int) -> None:
        self._done += count
        self._progress(self._done)


class _Counted(io.RawIOBase):
    """A file that must have all the bytes that it had when it was opened."""

    def __init__(self, file: io.BufferedIOBase, path: Path, count: Callable[[int], None]) -> None:
        self._file = file
        self._path = path
        self._count = count

    def read(self, size: int = -1, /) -> bytes:
        try:
            piece = self._file.read(size)
        except OSError as error:
            raise _unreadable(self._path, error) from error
        if len(piece) < size:
            raise _changed(self._path)
        self._count(len(piece))
        return piece


class _Raw(io.RawIOBase):
    """A sink for tarfile."""

    def __init__(self, sink: Writable) -> None:
        self._sink = sink

    def writable(self) -> bool:
        return True

    def write(self, piece: object, /) -> int:
        view = memoryview(piece)  # type: ignore[arg-type]
        self._sink.write(view)
        return view.nbytes


def _below(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The folder, and all below it in the order of names; links are not followed."""
    # No recursion: a tree may be deeper than Python's stack.
    waiting = [path]
    while waiting:
        path = waiting.pop()
        status = _status(path)
        yield path, status
        if stat.S_ISDIR(status.st_mode):
            try:
                waiting += sorted(path.iterdir(), reverse=True)
            except OSError as error:
                raise _unreadable(path, error) from error


def _status(path: Path) -> os.stat_result:
    try:
        return path.lstat()
    except OSError as error:
        raise _unreadable(path, error) from error


def _opened(path: Path) -> io.BufferedReader:
    try:
        file = open_regular(path)
    except NotRegularError:
        raise _not_regular(path) from None
    except OSError as error:
        raise _unreadable(path, error) from error
    assert isinstance(file, io.BufferedReader)  # noqa: S101 -- as opened for reading
    return file


def _unreadable(path: Path, error: OSError) -> SourceError:
    return SourceError(_("Cannot read {path}: {reason}.").format(path=path, reason=reason(error)))


def _not_regular(path: Path) -> SourceError:
    return SourceError(
        _("{path} is neither a file nor a folder nor a link. Remove it from the folder.").format(
            path=path
        )
    )


def _changed(path: Path) -> SourceError:
    return SourceError(
        _("{path} was changed while it was read. Run the command again.").format(path=path)
    )
