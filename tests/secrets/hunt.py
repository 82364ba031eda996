"""Looks for secrets, in every form in which one is likely to be written."""

from __future__ import annotations

import re
import traceback
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

_BETWEEN_DIGITS = re.compile(rb"[\s:,_-]|0x")


class Hunt:
    """Secrets by name."""

    def __init__(self, secrets: Mapping[str, bytes]) -> None:
        self._secrets = dict(secrets)

    def add(self, name: str, value: bytes) -> None:
        """One more."""
        self._secrets[name] = value

    def found_in(self, content: bytes | str) -> list[str]:
        """Names of the secrets that stand in the content: as they are, hex, Base64 or escaped."""
        data = content.encode(errors="surrogateescape") if isinstance(content, str) else content
        dense = _BETWEEN_DIGITS.sub(b"", data).lower()
        return [
            name
            for name, value in self._secrets.items()
            if value.hex().encode() in dense or any(form in data for form in _forms(value))
        ]

    def found_in_error(self, error: BaseException) -> list[str]:
        """The same in all that an exception, its causes and its traceback can show."""
        seen: BaseException | None = error
        shown = "".join(traceback.format_exception(error))
        while seen is not None:
            shown += f"{seen!r} {seen.args!r} {vars(seen)!r}"
            seen = seen.__cause__ or seen.__context__
        return self.found_in(shown)

    def found_below(self, folder: Path) -> dict[str, list[str]]:
        """Files below a folder that hold secrets, or have them in their names; and which."""
        found = {}
        for path in sorted(folder.rglob("*")):
            content = path.read_bytes() if path.is_file() else b""
            names = self.found_in(content + b"\n" + str(path).encode(errors="surrogateescape"))
            if names:
                found[str(path.relative_to(folder))] = names
        return found


def _forms(value: bytes) -> set[bytes]:
    encoded = {b64encode(value).rstrip(b"="), urlsafe_b64encode(value).rstrip(b"=")}
    return {value, repr(value)[2:-1].encode(), str(list(value)).encode(), *encoded}
