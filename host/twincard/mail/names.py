"""Names of saved files, made of what the sender of a mail wrote, which may be anything."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from pathlib import Path

_MAX_BYTES = 180
"""Less than the 255 that file systems allow: a number may follow, or another program's suffix."""
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f"*/:<>?\\|]')
# Names that Windows takes for devices, whatever their suffix.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_MAX_NUMBER = 1000


def safe_name(name: str | None, content_type: str, number: int) -> str:
    """A name in a folder, on any system; `number` is that of the part, if there is no name.

    It has no separators, control characters, or marks that change the direction of text, and is
    neither hidden nor the name of a device.
    """
    last = re.split(r"[/\\]", name or "")[-1]
    kept = "".join(
        character
        for character in _FORBIDDEN.sub("_", last)
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    )
    kept = kept.strip(". ")
    if not kept:
        suffix = mimetypes.guess_extension(content_type) or ".bin"
        return f"part-{number}{suffix}"
    if _DEVICES.fullmatch(kept):
        kept = "_" + kept
    return _shortened(kept)


def free_path(folder: Path, name: str) -> Path:
    """A path in the folder that is not taken: with the name, or a number after its stem."""
    path = folder / name
    for number in range(2, _MAX_NUMBER):
        if not path.exists() and not path.is_symlink():
            return path
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path


def _shortened(name: str) -> str:
    suffix = Path(name).suffix
    if len(suffix.encode()) > _MAX_BYTES // 4:
        suffix = ""
    stem = name.removesuffix(suffix).encode()[: _MAX_BYTES - len(suffix.encode())]
    return stem.decode(errors="ignore") + suffix
