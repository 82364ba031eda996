"""Printed mailers, as `group new` and `group split` make them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from twincard.cli.terminal.errors import InputError
from twincard.ground.files_together import FilesInUseError, Together, files_together
from twincard.ground.language import _, is_english, told_by
from twincard.keys.component import Component
from twincard.keys.shares import Share
from twincard.paper.words import Language

Pdf = Annotated[
    bool,
    typer.Option(
        "--pdf", help="Also write printable mailers: a PDF with one page for each holder."
    ),
]
GroupName = Annotated[
    str,
    typer.Option(
        "--group-name", metavar="NAME", help="Name of the key group, to print on the mailers."
    ),
]
MailerLanguage = Annotated[
    Language | None,
    typer.Option("--language", help="Language to print in. Default: the language of messages."),
]


def printed_in(chosen: Language | None) -> Language:
    """The language that was chosen, or else the user's."""
    return chosen or (Language.ENGLISH if is_english() else Language.JAPANESE)


def make_room(out: Path, paths: Iterable[Path | None], *, force: bool) -> None:
    """Make the folder; with `force`, remove files that have the names of the new ones.

    Raises InputError, OSError.
    """
    taken = [path for path in paths if path is not None and path.exists()]
    if taken and not force:
        raise InputError(
            _("{path} already exists. Use --force to overwrite it.").format(path=taken[0])
        )
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in taken:
        path.unlink()


@contextmanager
def written_together(out: Path) -> Iterator[Together]:
    """See files_together. Raises InputError, OSError."""
    try:
        with files_together(out) as together:
            yield together
    except FilesInUseError:
        raise InputError(
            _("Another command is writing to {folder}. Wait for it to end.").format(folder=out)
        ) from None


def print_it(paper: Path) -> str:
    """What to do with the PDF of the mailers."""
    return _("Print {file}, give each holder their page, and delete the file.").format(file=paper)


def mailers(
    items: Sequence[Component] | Sequence[Share], name: str, language: Language | None
) -> bytes:
    """A PDF with a page for each holder. Raises InputError."""
    try:
        # Only mailers need the packages of the extra `paper`.
        from twincard.paper.mailers import Printing, print_mailers
        from twincard.paper.sheet import PaperError
    except ModuleNotFoundError:
        raise InputError(
            _(
                "Mailers need more Python packages. Install them with: pip install "
                "'twincard[paper]'."
            )
        ) from None
    try:
        return print_mailers(items, Printing(name, printed_in(language), datetime.date.today()))
    except PaperError as error:
        raise InputError(told_by(error)) from None
