"""The address book: a folder of files, one for each person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from twincard.addressbook import names
from twincard.addressbook.folder import SUFFIX, contact_files, contacts_folder
from twincard.cms.framing.output import FileOutput
from twincard.cms.recipients.infos import Recipient
from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import _
from twincard.keys.public import UnusablePublicKeyError

_MOST_BYTES = 1 << 20
_MODE = 0o644


class AddressBookError(Exception):
    """A contact cannot be read or written; one plain sentence."""


class NoContactError(AddressBookError):
    """There is no contact of this name."""


class ContactChangesError(AddressBookError):
    """The contact is there with another key."""

    def __init__(self, name: str, old: bytes, new: bytes) -> None:
        """``old`` and ``new`` are the digests of the keys, 32 bytes each."""
        super().__init__(_("{name} is in the address book with another key.").format(name=name))
        self.old = old
        self.new = new


@dataclass(frozen=True)
class Contact:
    """A person, the file with the key, and the key; whether it is still valid is not checked."""

    name: str
    file: Path
    recipient: Recipient


@dataclass(frozen=True)
class UnreadableContact:
    """A file that has no usable key, and why."""

    name: str
    file: Path
    reason: str


class AddressBook:
    """The contacts in a folder. Methods raise OSError as it comes."""

    def __init__(self, folder: Path | None = None) -> None:
        """By default `contacts` in the user's data folder, or in TWINCARD_HOME."""
        self.folder = contacts_folder() if folder is None else folder

    def names(self) -> list[str]:
        """The names of all contacts, sorted; no file is opened."""
        return sorted({name for name, _file in contact_files(self.folder)})

    def contacts(self) -> Iterator[Contact | UnreadableContact]:
        """All contacts, in the order of their names."""
        for name in self.names():
            try:
                yield self.get(name)
            except (AddressBookError, OSError) as error:
                yield UnreadableContact(name, self._files_of(name)[0], str(error))

    def get(self, name: str) -> Contact:
        """One contact. Raises NoContactError, AddressBookError for a file without a usable key."""
        files = self._files_of(name)
        if not files:
            raise NoContactError(
                _("There is no contact {name}. `twincard contact list` lists all contacts.").format(
                    name=name
                )
            )
        if len(files) > 1:
            raise AddressBookError(
                _(
                    "{name} has several files in the address book: {files}. Remove all but one."
                ).format(name=name, files=", ".join(file.name for file in files))
            )
        content = read_bounded(files[0], _MOST_BYTES) or b""
        try:
            recipient = Recipient.from_bytes(content, any_date=True)
        except UnusablePublicKeyError as error:
            raise AddressBookError(
                _("{path}: {sentence}").format(path=files[0], sentence=error)
            ) from None
        return Contact(names.checked(name), files[0], recipient)

    def has(self, name: str) -> bool:
        """Whether there is a contact of this name."""
        return bool(self._files_of(name))

    def add(self, name: str, recipient: Recipient, *, replace: bool = False) -> Contact:
        """Write the key of a person, with ``replace`` in place of another one.

        Raises ContactNameError, ContactChangesError, AddressBookError, OutputError.
        """
        name = names.checked(name)
        self._check_case(name)
        old = self.get(name) if self.has(name) else None
        digest = recipient.key.digest
        if old is not None and old.recipient.key.digest != digest and not replace:
            raise ContactChangesError(name, old.recipient.key.digest, digest)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.folder / (names.stem(name) + SUFFIX)
        with FileOutput(file, overwrite=True, mode=_MODE) as sink:
            sink.write(_pem(recipient))
        if old is not None and old.file != file:
            old.file.unlink(missing_ok=True)
        return Contact(name, file, recipient)

    def remove(self, name: str) -> None:
        """Remove a contact, whatever its file holds. Raises NoContactError."""
        files = self._files_of(name)
        if not files:
            raise NoContactError(
                _("There is no contact {name}. `twincard contact list` lists all contacts.").format(
                    name=name
                )
            )
        for file in files:
            file.unlink(missing_ok=True)

    def _check_case(self, name: str) -> None:
        for other in self.names():
            if other != name and names.folded(other) == names.folded(name):
                raise AddressBookError(
                    _(
                        "There is a contact {other}, whose name differs only in case. Choose "
                        "another name."
                    ).format(other=other)
                )

    def _files_of(self, name: str) -> list[Path]:
        try:
            name = names.checked(name)
        except names.ContactNameError:
            return []
        return sorted(file for found, file in contact_files(self.folder) if found == name)


def _pem(recipient: Recipient) -> bytes:
    if recipient.certificate is None:
        return recipient.key.to_pem()
    return recipient.certificate.to_pem()
