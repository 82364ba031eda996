"""The files of the address book, by the names of people; none is opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from twincard.addressbook import names
from twincard.simulator.folder import folder as data_folder

FOLDER = "contacts"
SUFFIX = ".pem"
SUFFIXES = (SUFFIX, ".crt", ".cer", ".der", ".pub")
"""Of files that somebody else put there; they may be PEM or DER."""


def contacts_folder() -> Path:
    """`contacts` in the user's data folder, or in TWINCARD_HOME."""
    return data_folder() / FOLDER


def contact_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Names, and their files; a name may have several. Raises OSError."""
    try:
        found = list(folder.iterdir())
    except FileNotFoundError:
        return
    for file in found:
        if file.suffix.lower() in SUFFIXES and not file.name.startswith("."):
            try:
                yield names.checked(names.name_of(file.stem)), file
            except names.ContactNameError:
                continue  # nobody can ask for it by this name
