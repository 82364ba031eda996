"""Archives and digests of files, the same from every build."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

_TIME = (1980, 2, 1, 0, 0, 0)


def add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Add a file, without metadata of when, where or by whom it was made."""
    entry = zipfile.ZipInfo(name, _TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
