"""Whom files are encrypted to: what `--to` names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from twincard.addressbook.book import AddressBook
from twincard.addressbook.names import stem as file_stem
from twincard.cli.terminal.errors import InputError
from twincard.cms.recipients.certificates import CertificateDateError, check_suitable
from twincard.cms.recipients.infos import Recipient, each_once
from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import _
from twincard.keys.public import UnusablePublicKeyError

MOST_KEY_BYTES = 1 << 20


@dataclass(frozen=True)
class Addressee:
    """A recipient, and what the user called it."""

    name: str
    recipient: Recipient
    stem: str
    """A name for files that are for it."""


def read_recipients(given: Iterable[str], *, any_date: bool = False) -> list[Addressee]:
    """All that the values of `--to` name, each key once. Raises InputError, OSError."""
    found = [one for value in given for one in _named_by(value, any_date=any_date)]
    kept = each_once(one.recipient for one in found)
    return [next(one for one in found if one.recipient is recipient) for recipient in kept]


def read_recipient(value: str, *, any_date: bool = False) -> Addressee:
    """The only recipient that one `--to` names. Raises InputError, OSError."""
    found = read_recipients([value], any_date=any_date)
    if len(found) > 1:
        raise InputError(
            _("{name} has the keys of {count} people. Give one of them.").format(
                name=value, count=len(found)
            )
        )
    return found[0]


def for_card(addressee: Addressee) -> Recipient:
    """The recipient, if a card can re-encrypt files to its key. Raises InputError."""
    recipient = addressee.recipient
    if recipient.is_for_cards:
        return recipient
    raise InputError(
        _(
            "{path}: a card can re-encrypt files only to RSA-2048 and P-256 keys. Use `twincard "
            "recipients add` for this one."
        ).format(path=addressee.name)
    )


@contextmanager
def naming_key(name: str) -> Iterator[None]:
    """Turn what is wrong with a key into an InputError that names it, and says what to do."""
    try:
        yield
    except CertificateDateError as error:
        told = _("{path}: {sentence} To use it anyway, add --any-date.")
        raise InputError(told.format(path=name, sentence=error)) from None
    except UnusablePublicKeyError as error:
        raise InputError(_("{path}: {sentence}").format(path=name, sentence=error)) from None


def _named_by(value: str, *, any_date: bool) -> list[Addressee]:
    path = Path(value)
    contact = None if is_path(value) else _contact(value, any_date=any_date)
    if contact is not None:
        _check_no_other(contact, path)
        return [contact]
    if not path.exists() and not is_path(value) and not path.suffix:
        raise InputError(
            _(
                "There is no contact {name}, and no such file. `twincard contact list` lists all "
                "contacts."
            ).format(name=value)
        )
    if path.is_dir():
        return _in_folder(path, any_date=any_date)
    return _in_file(path, any_date=any_date)


def is_path(value: str) -> bool:
    """Whether it can only be a file or folder; names of contacts have none of these."""
    return value.startswith(".") or "/" in value or "\\" in value


def _contact(name: str, *, any_date: bool) -> Addressee | None:
    book = AddressBook()
    if not book.has(name):
        return None
    contact = book.get(name)
    certificate = contact.recipient.certificate
    if certificate is not None:
        with naming_key(name):
            at = None if any_date else datetime.now(UTC)
            check_suitable(certificate, contact.recipient.key.algorithm, at)
    return Addressee(contact.name, contact.recipient, file_stem(contact.name))


def _check_no_other(contact: Addressee, path: Path) -> None:
    """Raises InputError if a file has the name of the contact, and another key.

    It is not clear which is meant, and the wrong one could read what is encrypted.
    """
    if not path.exists():
        return
    try:
        same = path.is_file() and all(
            one.recipient.key == contact.recipient.key for one in _in_file(path, any_date=True)
        )
    except (InputError, OSError):
        same = False
    if not same:
        raise InputError(
            _(
                "{name} is a contact and also a file here. Write ./{name} for the file; for the "
                "contact, run the command in another folder."
            ).format(name=path)
        )


def _in_folder(folder: Path, *, any_date: bool) -> list[Addressee]:
    files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if not files:
        raise InputError(
            _("{folder} has no keys in it. Give a folder with one or more.").format(folder=folder)
        )
    return [one for path in files for one in _in_file(path, any_date=any_date)]


def _in_file(path: Path, *, any_date: bool) -> list[Addressee]:
    content = read_bounded(path, MOST_KEY_BYTES) or b""
    with naming_key(str(path)):
        found = Recipient.all_from_bytes(content, any_date=any_date)
    return [Addressee(_name(path, one, alone=len(found) == 1), one, path.stem) for one in found]


def _name(path: Path, recipient: Recipient, *, alone: bool) -> str:
    if alone or recipient.certificate is None:
        return str(path)
    return f"{path} ({recipient.certificate.name})"
