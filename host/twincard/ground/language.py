"""The language of sentences for people: English, until a program chooses another.

A sentence that somebody may read is written `_("There is no card in {reader}.").format(...)`: a
message, which is looked up whole, and its values. It stays so until it is shown: `str` gives it in
the language of whoever asks, so that one process serves people in several. The language is that of
a context (`contextvars`): of a thread, or of a task.
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
# Such as ja_JP.UTF-8; gettext takes a name for a folder, and would leave its own for "..".
_NAME = re.compile(r"[A-Za-z]\w*([.@-][\w@-]+)*", re.ASCII)

_UNTRANSLATED = gettext.NullTranslations()
_catalogue: ContextVar[gettext.NullTranslations | None] = ContextVar("catalogue", default=None)


class Sentence(str):
    """A message and its values; `str()` and f-strings give it in the language then in use.

    As it is, it is a str in the language in which it was made.
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
        """The sentence with its values, sentences perhaps, and errors that hold one."""
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
        # To gettext the empty text is the catalogue's own header.
        text = catalogue.gettext(message) if message else message
    return text if values is None else text.format(*values[0], **values[1])


def use(languages: Sequence[str] | None) -> None:
    """Take the first of these languages ("ja", "en") that there is a catalogue for, else English.

    None: what the environment asks for, in LANGUAGE, LC_ALL, LC_MESSAGES or LANG.
    """
    asked = of_environment() if languages is None else languages
    # What comes after English is not wanted: English there always is.
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
    """The languages that the environment asks for, best first, as GNU gettext reads it."""
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    # Where the locale is C, LANGUAGE counts for nothing: scripts rely on that.
    preferred = "" if locale in _NO_LANGUAGE else os.environ.get("LANGUAGE", "")
    return [name for name in (preferred or locale).split(":") if name]


def is_english() -> bool:
    """Whether sentences are told as they are."""
    return type(_catalogue.get() or _UNTRANSLATED) is gettext.NullTranslations


def _(text: str) -> str:
    """The Sentence, which is in the language of whoever asks for it."""
    return Sentence.of(text)


def plural(one: str, many: str, count: int) -> str:
    """The Sentence that fits the number."""
    return Sentence.of(one, many, count)


def told_by(error: Exception) -> str:
    """What an error says, to be said by another error."""
    return Sentence.of("{sentence}").format(sentence=error)


def listed(words: Iterable[object]) -> str:
    """The words one after the other, as the language in use separates them."""
    # Translators: what stands between two words of a list.
    return str(_(", ")).join(map(str, words))


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
