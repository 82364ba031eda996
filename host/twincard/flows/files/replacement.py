"""The new version of a file, which takes the old one's place only if that is still there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from twincard.cms.errors import FilesError
from twincard.cms.framing.output import HeldOutput
from twincard.cms.framing.source import Writable
from twincard.flows.files.regular import Version
from twincard.ground.exchange import exchange
from twincard.ground.file_metadata import MetadataLoss, copy_metadata
from twincard.ground.language import _
from twincard.ground.unfinished import UnfinishedFile, sync_folder

_BUFFER_BYTES = 1 << 16


class ChangedMeanwhileError(FilesError):
    """The file is not the one any more that was read."""

    def __init__(self) -> None:
        super().__init__(
            _("The file was changed meanwhile, so it was left. Run the command again.")
        )


class Replacement(HeldOutput):
    """Written beside a file; when its block has ended, `sync` and `replace` put it in its place.

    It has the owner, mode, times and attributes of the old file, as far as permitted: see `loss`.
    """

    def __init__(self, path: Path, source: BinaryIO) -> None:
        """`path` is a regular file and no link, `source` that file, open for as long as the block.

        See `version`: what that file was then.
        """
        super().__init__(str(path))
        self.path = path
        self.version = Version.of(os.fstat(source.fileno()))
        self.loss = MetadataLoss()
        self._source = source
        self._unfinished: UnfinishedFile | None = None
        self._ready = False

    def sync(self) -> None:
        """Write it to the disk. May be called from another thread. Raises OutputError."""
        with self._writing():
            os.fsync(self._held_file().file.fileno())

    def replace(self) -> None:
        """Take the old file's place, after `sync`.

        Raises ChangedMeanwhileError if another version is there, which stays, or none; OutputError.
        """
        with self._writing():
            self._check_unchanged(Version.of(_stat(self.path)) == self.version)
            self._put(self.path)

    def now(self) -> Version:
        """What the new file is, after `replace` and `replace_link`. Raises OutputError."""
        with self._writing():
            file = self._held_file().file
            # Windows replaces no open file, so there it is closed by now.
            return Version.of(_stat(self.path) if file.closed else os.fstat(file.fileno()))

    def replace_link(self, path: Path) -> bool:
        """The same for another name of the old file; False if that is another file by now."""
        with self._writing():
            try:
                if not Version.of(_stat(path)).same_content(self.version):
                    return False
                self._put(path)
            except ChangedMeanwhileError:
                return False
        return True

    def readable(self) -> BinaryIO:
        """What was written, from the beginning. Raises OSError."""
        return self._held_file().reopened()

    def close(self) -> None:
        """Release it; what did not take its place vanishes."""
        self._ready = False
        self._discard()

    def _open(self) -> Writable:
        self._unfinished = UnfinishedFile(self.path.parent, buffer_bytes=_BUFFER_BYTES)
        return self._unfinished.file

    def _restart(self) -> None:
        if self._unfinished is not None:
            self._unfinished.file.seek(0)
            self._unfinished.file.truncate()

    def _publish(self) -> None:
        if self._unfinished is not None:
            self._unfinished.file.flush()
            self.loss = copy_metadata(self._source.fileno(), self._unfinished.file.fileno())
            self._ready = True

    def _discard(self) -> None:
        if self._unfinished is not None and not self._ready:
            self._unfinished.discard()
            self._unfinished = None

    def _held_file(self) -> UnfinishedFile:
        if self._unfinished is None or not self._ready:
            raise ValueError("a replacement is used after its block has ended well")
        return self._unfinished

    def _put(self, path: Path) -> None:
        name = self._held_file().hidden_in(path.parent)
        try:
            if exchange(name, path):
                self._check_unchanged(self._settled(name, path))
            else:
                name.replace(path)
        except FileNotFoundError:  # the old file was deleted
            raise ChangedMeanwhileError from None
        finally:
            name.unlink(missing_ok=True)

    def _settled(self, name: Path, path: Path) -> bool:
        """Whether the old version came out; if not, whatever did is put back.

        If another program puts yet another version there meanwhile, the latest one stays.
        """
        came_out = Version.of(_stat(name))
        if came_out.same_content(self.version):
            return True
        put_in = self.now()
        while exchange(name, path):
            last, came_out = came_out, Version.of(_stat(name))
            if came_out.same_content(put_in):
                break
            put_in = last
        return False

    def _check_unchanged(self, unchanged: bool) -> None:
        if not unchanged:
            raise ChangedMeanwhileError


def sync_folders(folders: Iterable[Path]) -> None:
    """Write the names in folders to the disk, as far as they are still there."""
    for folder in folders:
        with contextlib.suppress(OSError):
            sync_folder(folder)


def _stat(path: Path) -> os.stat_result:
    try:
        return path.lstat()
    except FileNotFoundError:
        raise ChangedMeanwhileError from None
