"""Files that were encrypted, decrypted or given to other keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileResult:
    """What became of one file; `output` is None when it failed, `error` when it did not."""

    file: Path
    output: Path | None
    error: str | None


@dataclass(frozen=True)
class FileResults:
    """All files of a run, in order."""

    files: tuple[FileResult, ...]


@dataclass(frozen=True)
class DecryptedFile(FileResult):
    """Whether the content is known to be unchanged; None when the file failed."""

    authenticated: bool | None


@dataclass(frozen=True)
class DecryptedFiles(FileResults):
    """All files of a run, in order."""

    files: tuple[DecryptedFile, ...]
