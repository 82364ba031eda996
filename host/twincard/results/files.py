"""Files that were encrypted, decrypted or re-encrypted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from twincard.results.marks import Sha256


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
class RecipientInfo:
    """Somebody whom files were encrypted to: as the user named them, and the SHA-256 of the key."""

    name: str
    public_key_sha256: Sha256


@dataclass(frozen=True)
class EncryptedFiles(FileResults):
    """All files of a run, in order, and whom all of them were encrypted to."""

    recipients: tuple[RecipientInfo, ...]


@dataclass(frozen=True)
class DecryptedFile(FileResult):
    """The result for one file; `authenticated`: tampering would be detected; None if it failed."""

    authenticated: bool | None


@dataclass(frozen=True)
class DecryptedFiles(FileResults):
    """All files of a run, in order."""

    files: tuple[DecryptedFile, ...]
