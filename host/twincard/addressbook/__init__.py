"""People and their keys: a folder with one certificate or public key for each, named by the person.

There is no database: other programs can read the files, and they can be kept in version control.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twincard.ground.exports import exports

if TYPE_CHECKING:
    from twincard.addressbook.book import (
        AddressBook,
        AddressBookError,
        Contact,
        ContactChangesError,
        NoContactError,
        UnreadableContact,
    )
    from twincard.addressbook.names import ContactNameError

__all__ = [
    "AddressBook",
    "AddressBookError",
    "Contact",
    "ContactChangesError",
    "ContactNameError",
    "NoContactError",
    "UnreadableContact",
]

__getattr__ = exports(__name__)
