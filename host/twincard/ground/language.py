"""The language of sentences for people: English, until a program chooses another.

A sentence that somebody may read is written `_("There is no card in {reader}.").format(...)`: a
message, which is looked up whole, and its values. It is translated only when shown: `str` gives it
in the language in use then, so that one process can serve people in several languages. The language
belongs to a context (`contextvars`), so to a thread or a task.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import takewhile
from pathlib import Path
from typing import Self, SupportsIndex

DOMAIN = "twincard"
FOLDER = Path(__file__).parents[1] / "locale"
"""Catalogues as gettext wants them: LANGUAGE/LC_MESSAGES/twincard.mo."""
# Without a catalogue of its own: the sentences are in this language as they are.
_ENGLISH = re.compile(r"(en|C|POSIX)([_.@-].*)?")
_NO_LANGUAGE = ("C", "POSIX")
# Such as ja_JP.UTF-8; gettext uses the name as a folder, so ".." must not pass.
_NAME = re.compile(r"[A-Za-z]\w*([.@-][\w@-]+)*", re.ASCII)

_UNTRANSLATED = gettext.NullTranslations()
_catalogue: ContextVar[gettext.NullTranslations | None] = ContextVar("catalogue", default=None)


class Sentence(str):
    """A message and its values; `str()` and f-strings give it in the language then in use.

    The str itself is in the language in which it was made.
    """

    _message: str
    _plural: str | None
    _count: int
    _values: tuple[tuple[object, ...], Mapping[str, object]] | None

    @classmethod
    def of(cls, message: str, many: str | None = None, count: int = 0) -> Self:
        """A message without values; with `many`, its plural, the one that fits the count."""
        return cls._made(message, many, count, None)

    @classmethod
    def _made(
        cls,
        message: str,
        many: str | None,
        count: int,
        values: tuple[tuple[object, ...], Mapping[str, object]] | None,
    ) -> Self:
        made = cls(_rendered(message, many, count, values))
        made._message, made._plural, made._count, made._values = message, many, count, values
        return made

    def format(self, *args: object, **kwargs: object) -> Sentence:
        """The sentence with its values, which may be sentences or errors that hold one."""
        return self._made(self._message, self._plural, self._count, (args, kwargs))

    def __str__(self) -> str:
        return _rendered(self._message, self._plural, self._count, self._values)

    def __format__(self, format_spec: str) -> str:
        return format(str(self), format_spec)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[object, ...]:
        made = (self._message, self._plural, self._count, self._values)
        return (Sentence._made, made)


def _rendered(
    message: str,
    many: str | None,
    count: int,
    values: tuple[tuple[object, ...], Mapping[str, object]] | None,
) -> str:
    catalogue = _catalogue.get() or _UNTRANSLATED
    if many is not None:
        text = catalogue.ngettext(message, many, count)
    else:
        # gettext returns the catalogue's header for the empty text.
        text = catalogue.gettext(message) if message else message
    return text if values is None else text.format(*values[0], **values[1])


def use(languages: Sequence[str] | None) -> None:
    """Take the first of these languages ("ja", "en") that there is a catalogue for, else English.

    None: the languages of the environment, in LANGUAGE, LC_ALL, LC_MESSAGES or LANG.
    """
    asked = of_environment() if languages is None else languages
    # Languages after English are ignored, since English is always available.
    wanted = takewhile(lambda name: not _ENGLISH.fullmatch(name), asked)
    named = [name for name in wanted if _NAME.fullmatch(name)]
    _catalogue.set(gettext.translation(DOMAIN, FOLDER, named, fallback=True))


@contextmanager
def speaking(languages: Sequence[str] | None) -> Iterator[None]:
    """`use` inside of a block; afterwards the language is the one before."""
    before = _catalogue.get()
    use(languages)
    try:
        yield
    finally:
        _catalogue.set(before)


def of_environment() -> list[str]:
    """The languages set in the environment, preferred first, as GNU gettext reads it."""
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    # Where the locale is C, LANGUAGE is ignored: scripts rely on that.
    preferred = "" if locale in _NO_LANGUAGE else os.environ.get("LANGUAGE", "")
    return [name for name in (preferred or locale).split(":") if name]


def is_english() -> bool:
    """Whether sentences are shown untranslated."""
    return type(_catalogue.get() or _UNTRANSLATED) is gettext.NullTranslations


def _(text: str) -> str:
    """The Sentence, translated when it is shown."""
    return Sentence.of(text)


def plural(one: str, many: str, count: int) -> str:
    """The Sentence that fits the number."""
    return Sentence.of(one, many, count)


def told_by(error: Exception) -> str:
    """The sentence of an error, for use in another error."""
    return Sentence.of("{sentence}").format(sentence=error)


def listed(words: Iterable[object]) -> str:
    """The words with the separator of the language in use between them."""
    # Translators: the separator between two words of a list.
    return str(_(", ")).join(map(str, words))


def retold(text: str, templates: Iterable[str]) -> str:
    """A text that another program gives in English, in the language in use.

    `templates` (marked by `N_`) have braces where that program puts values, which are translated in
    turn. The first template that fits is used. A text that fits none stays as it is.
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
