"""Files that were encrypted, decrypted or re-encrypted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileResult:
    """The result for one file; `output` is None if it failed, `error` if it did not."""

    file: Path
    output: Path | None
    error: str | None


@dataclass(frozen=True)
class FileResults:
    """All files of a run, in order."""

    files: tuple[FileResult, ...]


@dataclass(frozen=True)
class DecryptedFile(FileResult):
    """The result for one file; `authenticated`: tampering would be detected; None if it failed."""

    authenticated: bool | None


@dataclass(frozen=True)
class DecryptedFiles(FileResults):
    """All files of a run, in order."""

    files: tuple[DecryptedFile, ...]
