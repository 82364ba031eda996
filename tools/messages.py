"""Brings the catalogues of messages up to date with the code: `make messages`.

New sentences get no translation. Changed ones get that of the most similar sentence, marked
"fuzzy". Both are listed until they are translated in the .po file. Removed sentences leave the
catalogue. `--check` writes nothing, and fails if anything is left to do.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from twincard.cli.app import program
from twincard.cli.shell.translated_help import help_texts
from twincard.ground.language import DOMAIN, FOLDER

CODE = FOLDER.parent
_KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "plural": (1, 2)}
_HELP = "cli/help"
"""The location that the catalogue gives for help texts."""


def catalogues() -> list[Path]:
    """The catalogue of each language."""
    return sorted(FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def template() -> Catalog:
    """Every sentence of the code and of the commands' help, without translations."""
    found = Catalog()
    for path, _line, message, comments, _context in extract_from_dir(
        CODE, keywords=_KEYWORDS, comment_tags=("Translators:",)
    ):
        if message:
            found.add(message, locations=[(path, 0)], auto_comments=comments)
    for text in help_texts(program()):
        found.add(text, locations=[(_HELP, 0)])
    for entry in iter(found):
        # Each file once, without lines: else every change of code would change the catalogue.
        entry.locations = sorted(set(entry.locations))
    return found


def updated(path: Path, wanted: Catalog) -> Catalog:
    """The catalogue in a file, brought up to date."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parts[-3])
    catalogue.fuzzy = False  # the header, which needs no translation
    wanted.creation_date = catalogue.creation_date
    catalogue.update(wanted, update_header_comment=False)
    return catalogue


def to_do(catalogue: Catalog) -> Iterator[Message]:
    """The messages that a person must still translate or check."""
    for message in catalogue:
        texts = message.string if isinstance(message.string, list | tuple) else [message.string]
        if message.id and (message.fuzzy or not all(texts)):
            yield message


def text_of(catalogue: Catalog) -> bytes:
    """The .po file."""
    content = io.BytesIO()
    write_po(content, catalogue, width=100, ignore_obsolete=True, include_lineno=False)
    return content.getvalue()


def main() -> int:
    """0 if everything is translated and, with --check, up to date."""
    check = "--check" in sys.argv[1:]
    wanted = template()
    left = False
    for path in catalogues():
        catalogue = updated(path, wanted)
        content = text_of(catalogue)
        stale = content != path.read_bytes()
        if stale and not check:
            path.write_bytes(content)
        missing = list(to_do(catalogue))
        left = left or bool(missing) or (check and stale)
        name = path.relative_to(FOLDER)
        print(f"{name}: {len(catalogue)} messages, {len(missing)} to translate")
        for message in catalogue.obsolete.values():
            print(f"  gone   {message.id!r}")
        for message in missing:
            print(f"  {'look at' if message.fuzzy else 'new    '} {message.id!r}")
        if check and stale:
            print("  not up to date: run `make messages`")
    return int(left)


if __name__ == "__main__":
    sys.exit(main())
