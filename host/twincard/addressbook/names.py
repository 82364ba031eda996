"""Names of people as names of files, on every system and back."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from twincard.ground.language import _

LONGEST = 64
_LONGEST_BYTES = 200
"""Most file systems take names of 255 bytes; the suffix, and a temporary name, need some."""
_UNSAFE = re.compile(r'[%:*?"<>|]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)
"""Names of devices on Windows, whatever suffix follows."""


class ContactNameError(ValueError):
    """Not a name for a contact; one plain sentence."""


def checked(name: str) -> str:
    """The name in Unicode's form NFC. Raises ContactNameError.

    A name with a slash, or with a dot in front, would be taken for a file.
    """
    name = unicodedata.normalize("NFC", name)
    if not name or len(name) > LONGEST or not name.isprintable():
        raise ContactNameError(
            _(
                "The name of a contact must have 1 to {longest} printable characters. Choose "
                "another name."
            ).format(longest=LONGEST)
        )
    if name != name.strip() or name[0] in ".-" or "/" in name or "\\" in name:
        raise ContactNameError(
            _(
                "The name of a contact must not begin with '.', '-' or a space, end with a space, "
                "or contain a slash. Choose another name."
            )
        )
    if len(stem(name).encode()) > _LONGEST_BYTES:
        raise ContactNameError(
            _("The name of the contact is too long for a file. Choose a shorter one.")
        )
    return name


def stem(name: str) -> str:
    """The name of the file for a name in NFC, without its suffix.

    What a file system forbids is written as in URLs, with a percent sign.
    """
    safe = _UNSAFE.sub(lambda found: _escaped(found[0]), name)
    if _RESERVED.match(safe):
        safe = _escaped(safe[0]) + safe[1:]
    # Windows drops a dot at the end.
    return safe[:-1] + _escaped(".") if safe.endswith(".") else safe


def name_of(file_stem: str) -> str:
    """The name for a file; macOS may have decomposed it."""
    return unicodedata.normalize("NFC", unquote(unicodedata.normalize("NFC", file_stem)))


def folded(name: str) -> str:
    """The same for names that some file systems, and most people, take for one."""
    return unicodedata.normalize("NFC", name.casefold())


def _escaped(character: str) -> str:
    return f"%{ord(character):02X}"
