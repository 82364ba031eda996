"""Every sentence of the code is in every catalogue, translated, and with the same values in it."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from tools.messages import catalogues, template, text_of, to_do, updated

CATALOGUES = pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.parts[-3])


def read(path: Path) -> Catalog:
    """The catalogue in a file."""
    with path.open("rb") as file:
        return read_po(file)


def texts(value: str | Sequence[str] | None) -> list[str]:
    """A text, or the forms of one that counts."""
    return [value] if isinstance(value, str) else list(value or ())


def messages(catalogue: Catalog) -> Iterator[Message]:
    """All but the header."""
    return (message for message in catalogue if message.id)


def contents(catalogue: Catalog) -> dict[tuple[str, ...], list[str]]:
    """Sentences and their translations."""
    return {tuple(texts(one.id)): texts(one.string) for one in messages(catalogue)}


def places(text: str) -> set[tuple[str, str | None, str | None]]:
    """What a sentence has in braces: name, format and conversion."""
    return {(name, form, how) for _, name, form, how in string.Formatter().parse(text) if name}


def test_there_is_a_japanese_catalogue() -> None:
    assert [path.parts[-3] for path in catalogues()] == ["ja"]


@CATALOGUES
def test_every_sentence_is_translated(path: Path) -> None:
    catalogue = updated(path, template())
    assert [message.id for message in to_do(catalogue)] == [], "run `make messages`, and translate"
    assert list(catalogue.obsolete) == [], "run `make messages`"
    assert text_of(catalogue) == path.read_bytes(), "run `make messages`"


@CATALOGUES
def test_a_translation_has_the_values_of_its_sentence_and_its_spaces(path: Path) -> None:
    for message in messages(read(path)):
        originals = texts(message.id)
        for translated in texts(message.string):
            # A language with one form for all numbers puts the number in where English has "1".
            assert places(translated) == places(originals[-1]), message.id
            assert translated.count("`") == originals[-1].count("`"), message.id
            for end in (" ", "\n"):
                assert translated.endswith(end) == originals[-1].endswith(end) or translated == "、"


@CATALOGUES
def test_options_and_commands_are_called_what_they_are_called(path: Path) -> None:
    for message in messages(read(path)):
        for translated in texts(message.string):
            words = set(texts(message.id)[-1].replace(",", " ").split())
            named = {word.strip(".:;()") for word in words if word.startswith("--")}
            assert all(name in translated for name in named), message.id


@CATALOGUES
def test_a_counter_stands_behind_a_number(path: Path) -> None:
    """A sentence that another place says without a number would be wrong there."""
    for message in messages(read(path)):
        for translated in texts(message.string):
            # 件名, 個人 and 回数 are words, not counters.
            assert re.match(r"(件(?!名)|枚|個(?!人)|回(?!数))", translated) is None, message.id


@CATALOGUES
def test_the_compiled_catalogue_is_that_of_the_source(path: Path) -> None:
    with path.with_suffix(".mo").open("rb") as file:
        compiled = contents(read_mo(file))
    assert compiled == contents(read(path)), "run `make setup`"


def test_a_new_sentence_is_left_to_do() -> None:
    wanted = template()
    wanted.add("A sentence that somebody has just written.")
    (path,) = catalogues()
    left = [message.id for message in to_do(updated(path, wanted))]
    assert left == ["A sentence that somebody has just written."]


def test_a_changed_sentence_keeps_its_translation_to_be_looked_at() -> None:
    wanted = template()
    wanted.delete("The new PIN is set.")
    wanted.add("The new PIN is set now.")
    (path,) = catalogues()
    (left,) = to_do(updated(path, wanted))
    assert (left.id, left.fuzzy) == ("The new PIN is set now.", True)
    assert left.string


def test_an_empty_file_begins_a_language(tmp_path: Path) -> None:
    path = tmp_path / "de" / "LC_MESSAGES" / "twincard.po"
    path.parent.mkdir(parents=True)
    path.touch()
    begun = updated(path, template())
    assert len(list(to_do(begun))) == len(begun)
    assert (str(begun.locale), begun.num_plurals, begun.fuzzy) == ("de", 2, False)
