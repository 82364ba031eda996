"""The language of sentences for people: English, until a program chooses another.

A sentence that somebody may read is written `_("There is no card in {reader}.").format(...)`, so
that it can be looked up whole, values left out. The library raises its exceptions in English; the
command line calls `use` before it does anything.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Sequence
from pathlib import Path

DOMAIN = "twincard"
FOLDER = Path(__file__).parent / "locale"
"""Catalogues as gettext wants them: LANGUAGE/LC_MESSAGES/twincard.mo."""

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def use(languages: Sequence[str] | None) -> None:
    """Take the first of these languages ("ja", "en") that there is a catalogue for, else English.

    None: what the environment asks for, in LANGUAGE, LC_ALL, LC_MESSAGES or LANG.
    """
    global _catalogue
    _catalogue = gettext.translation(DOMAIN, FOLDER, languages, fallback=True)


def _(text: str) -> str:
    """The sentence in the language that is in use."""
    # To gettext the empty text is the catalogue's own header.
    return _catalogue.gettext(text) if text else text


def plural(one: str, many: str, count: int) -> str:
    """The sentence that fits the number, in the language that is in use."""
    return _catalogue.ngettext(one, many, count)


def listed(words: Iterable[str]) -> str:
    """The words one after the other, as the language in use separates them."""
    # What stands between two words of a list.
    return _(", ").join(words)


def N_(text: str) -> str:  # noqa: N802 -- the name that gettext's tools know
    """Marks a constant that `_` translates where it is used."""
    return text
