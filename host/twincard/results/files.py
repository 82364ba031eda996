"""Files that were encrypted, decrypted or re-encrypted."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from twincard.results.failure import ErrorInfo
from twincard.results.marks import MAY_BE_ABSENT, Sha256
from twincard.results.signatures import SignatureInfo


class Existing(Enum):
    """What was found of an output that existed before the run."""

    COMPLETE = "complete"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class FileResult:
    """The result for one file; `output` is None if it failed, `error` if it did not.

    `existing` is there if the output was there before the run: complete, or skipped unread.
    """

    file: Path
    output: Path | None
    error: str | None
    existing: Existing | None = field(default=None, kw_only=True, metadata=MAY_BE_ABSENT)


@dataclass(frozen=True)
class FileResults:
    """All files of a run, in order; `error` is there if an error ended it before the last."""

    files: tuple[FileResult, ...]
    error: ErrorInfo | None = field(default=None, kw_only=True, metadata=MAY_BE_ABSENT)


@dataclass(frozen=True)
class RecipientInfo:
    """Somebody whom files were encrypted to: as the user named them, and the SHA-256 of the key."""

    name: str
    public_key_sha256: Sha256


@dataclass(frozen=True)
class ChangedRecipients:
    """A file whose recipients were changed in place; `error` is null unless that failed.

    `kept_on_card` is false if the content-encryption key left the card for one of the recipients.
    """

    file: Path
    error: str | None
    kept_on_card: bool


@dataclass(frozen=True)
class RecipientChanges:
    """All files of a run, in order, and who was added to or removed from all of them.

    `error` is there if an error ended the run; the files after it were not changed.
    """

    files: tuple[ChangedRecipients, ...]
    recipients: tuple[RecipientInfo, ...]
    error: ErrorInfo | None = field(default=None, kw_only=True, metadata=MAY_BE_ABSENT)


@dataclass(frozen=True)
class EncryptedFiles(FileResults):
    """All files of a run, in order, and whom all of them were encrypted to.

    `error` is there if an error ended the run; the files after it were not done.
    """

    recipients: tuple[RecipientInfo, ...]


@dataclass(frozen=True)
class DecryptedFile(FileResult):
    """The result for one file; `authenticated`: tampering would be detected.

    `signatures` are those inside of the encryption. Both are None if the file failed.

    `existing` is there if the output was there before the run: complete, or skipped unread.
    """

    authenticated: bool | None
    signatures: tuple[SignatureInfo, ...] | None


@dataclass(frozen=True)
class DecryptedFiles(FileResults):
    """All files of a run, in order; `error` is there if an error ended it before the last."""

    files: tuple[DecryptedFile, ...]
