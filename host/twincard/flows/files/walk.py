"""Everything below folders, without holding more than one folder's names in memory."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path

from twincard.flows.files.regular import refused
from twincard.ground.unfinished import UNFINISHED

_AT_ONCE = 10_000
"""Names of one folder that are sorted at a time."""


class LeftOut(Enum):
    """Why something is no file to look into."""

    LINK = 1
    SPECIAL = 2
    UNREADABLE = 3


@dataclass(frozen=True)
class Omitted:
    """Something in a folder that is left out; `reason` is a sentence if it cannot be read."""

    path: Path
    why: LeftOut
    reason: str | None = None


def walk(paths: Iterable[Path]) -> Iterator[Path | Omitted]:
    """The files named, and in folders every regular file, in order; links are not followed.

    What is named is given as it is, unless it is a folder. What cannot be read is told, and the
    rest goes on. Folders must not be changed meanwhile.
    """
    for path in paths:
        try:
            is_folder = stat.S_ISDIR(path.stat().st_mode)
        except (OSError, ValueError):
            is_folder = False  # opening it gives the reason
        if is_folder:
            yield from _below(path)
        else:
            yield path


def _below(folder: Path) -> Iterator[Path | Omitted]:
    # Not recursive: folders may be nested deeper than Python calls.
    open_folders = [_entries(folder)]
    while open_folders:
        found = next(open_folders[-1], None)
        if found is None:
            open_folders.pop()
        elif isinstance(found, _Folder):
            open_folders.append(_entries(found.path))
        else:
            yield found


@dataclass(frozen=True)
class _Folder:
    """A folder to go into."""

    path: Path


def _entries(folder: Path) -> Iterator[Path | Omitted | _Folder]:
    try:
        with os.scandir(folder) as entries:
            while True:
                some = sorted(islice(entries, _AT_ONCE), key=lambda entry: entry.name)
                if len(some) < _AT_ONCE:
                    break
                yield from map(_judged, filter(_is_finished, some))
    except OSError as error:
        yield Omitted(folder, LeftOut.UNREADABLE, str(refused(folder, error)))
        return
    # The folder is closed by now: nested folders do not use up the descriptors.
    yield from map(_judged, filter(_is_finished, some))


def _is_finished(entry: os.DirEntry[str]) -> bool:
    return not fnmatch(entry.name, UNFINISHED)


def _judged(entry: os.DirEntry[str]) -> Path | Omitted | _Folder:
    path = Path(entry.path)
    try:
        if entry.is_symlink():
            return Omitted(path, LeftOut.LINK)
        if entry.is_dir(follow_symlinks=False):
            return _Folder(path)
        if entry.is_file(follow_symlinks=False):
            return path
    except OSError as error:
        return Omitted(path, LeftOut.UNREADABLE, str(refused(path, error)))
    return Omitted(path, LeftOut.SPECIAL)
