"""The language of the user of the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TextIO

from twincard.ground import language
from twincard.ground.language import _

VARIABLE = "TWINCARD_LANGUAGE"
"""The environment variable that chooses the language, before any other: ja or en."""


def speaking(streams: Sequence[TextIO]) -> AbstractContextManager[None]:
    """Use the user's language in a block, or English if the streams cannot encode it."""
    languages = _languages()
    with language.speaking(languages):
        # Translators: the name of your language, in your language.
        name = _("English")
    readable = all(_carries(stream, name) for stream in streams)
    return language.speaking(languages if readable else [])


def _languages() -> list[str]:
    named = os.environ.get(VARIABLE)
    if named:
        return [named]
    return language.of_environment() or _of_system()


def _of_system() -> list[str]:
    """The language of Windows; on other systems the environment has named the language."""
    if sys.platform != "win32":
        return []
    import ctypes
    import locale

    code = ctypes.windll.kernel32.GetUserDefaultUILanguage()
    return [name] if (name := locale.windows_locale.get(code)) else []


def _carries(stream: TextIO, text: str) -> bool:
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
