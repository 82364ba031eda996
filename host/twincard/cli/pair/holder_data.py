"""What `issue` writes onto an original about its holder."""

from __future__ import annotations

import re

from twincard.cli.terminal.errors import InputError
from twincard.ground.language import _

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def member_number_bytes(text: str | None) -> bytes | None:
    """The content of the file of --member-number. Raises InputError."""
    if text is None:
        return None
    value = text.encode(errors="surrogateescape")
    if not 1 <= len(value) <= 255:
        raise InputError(_("A member number must be 1 to 255 bytes long in UTF-8."))
    return value


def expiry_date_bytes(text: str | None) -> bytes | None:
    """The content of the file of --expires. Raises InputError."""
    if text is None:
        return None
    if not _MONTH.fullmatch(text):
        raise InputError(_("--expires needs a year and a month, such as 2030-12."))
    return text.encode("ascii")
