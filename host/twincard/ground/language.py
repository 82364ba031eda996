"""The language of sentences for people: English, until a program chooses another.

A sentence that somebody may read is written `_("There is no card in {reader}.").format(...)`, so
that it can be looked up whole, values left out. The library raises its exceptions in English; the
command line does all it does inside of `speaking`.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path

DOMAIN = "twincard"
FOLDER = Path(__file__).parents[1] / "locale"
"""Catalogues as gettext wants them: LANGUAGE/LC_MESSAGES/twincard.mo."""
# Without a catalogue of its own: the sentences are in this language as they are.
_ENGLISH = re.compile(r"(en|C|POSIX)([_.@-].*)?")
_NO_LANGUAGE = ("C", "POSIX")
# Such as ja_JP.UTF-8; gettext takes a name for a folder, and would leave its own for "..".
_NAME = re.compile(r"[A-Za-z]\w*([.@-][\w@-]+)*", re.ASCII)

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def use(languages: Sequence[str] | None) -> None:
    """Take the first of these languages ("ja", "en") that there is a catalogue for, else English.

    None: what the environment asks for, in LANGUAGE, LC_ALL, LC_MESSAGES or LANG.
    """
    global _catalogue
    asked = of_environment() if languages is None else languages
    # What comes after English is not wanted: English there always is.
    wanted = takewhile(lambda name: not _ENGLISH.fullmatch(name), asked)
    named = [name for name in wanted if _NAME.fullmatch(name)]
    _catalogue = gettext.translation(DOMAIN, FOLDER, named, fallback=True)


@contextmanager
def speaking(languages: Sequence[str] | None) -> Iterator[None]:
    """`use` inside of a block; afterwards the language is the one before."""
    global _catalogue
    before = _catalogue
    use(languages)
    try:
        yield
    finally:
        _catalogue = before


def of_environment() -> list[str]:
    """The languages that the environment asks for, best first, as GNU gettext reads it."""
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    # Where the locale is C, LANGUAGE counts for nothing: scripts rely on that.
    preferred = "" if locale in _NO_LANGUAGE else os.environ.get("LANGUAGE", "")
    return [name for name in (preferred or locale).split(":") if name]


def is_english() -> bool:
    """Whether sentences are told as they are."""
    return type(_catalogue) is gettext.NullTranslations


def _(text: str) -> str:
    """The sentence in the language that is in use."""
    # To gettext the empty text is the catalogue's own header.
    return _catalogue.gettext(text) if text else text


def plural(one: str, many: str, count: int) -> str:
    """The sentence that fits the number, in the language that is in use."""
    return _catalogue.ngettext(one, many, count)


def listed(words: Iterable[str]) -> str:
    """The words one after the other, as the language in use separates them."""
    # Translators: what stands between two words of a list.
    return _(", ").join(words)


def retold(text: str, templates: Iterable[str]) -> str:
    """What another program says in English, in the language in use.

    `templates` (marked by `N_`) have braces where that program puts values, which are retold in
    turn: the first that fits counts. What fits none stays as it is.
    """
    templates = tuple(templates)
    for template in templates:
        found = _pattern(template).fullmatch(text)
        if found is not None:
            values = {name: retold(value, templates) for name, value in found.groupdict().items()}
            return _(template).format(**values)
    return text


def N_(text: str) -> str:  # noqa: N802 -- the name that gettext's tools know
    """Marks a constant that `_` translates where it is used."""
    return text


def _pattern(template: str) -> re.Pattern[str]:
    escaped = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(template))
    return re.compile(escaped, re.DOTALL)
