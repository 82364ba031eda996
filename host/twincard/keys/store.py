"""Stores of the keys that cards are given: transport keys, management keys."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Protocol

from twincard.keys.management_keys import read_management_keys, write_management_keys
from twincard.keys.scp03_keys import Scp03Keys
from twincard.keys.secret import Secret
from twincard.keys.transport_key import read_transport_key, write_transport_key


class KeyStore(Protocol):
    """Keeps keys by name: files, a key ring, a PKCS#11 token.

    The store can return a key, since the card must be given it. An added key survives any failure
    of this process or computer: the card is given it next, and nothing else has a copy. No key is
    ever replaced. Raises OSError where the store cannot be used.
    """

    def transport_key(self, name: str) -> Secret | None:
        """The transport key of this name; None where there is none. Raises TransportKeyError."""

    def add_transport_key(self, name: str, key: Secret) -> None:
        """Keep a new one, whole or not at all. Raises FileExistsError for a name that is taken."""

    def remove_transport_key(self, name: str) -> None:
        """Remove one, if it exists."""

    def management_keys(self, name: str) -> Scp03Keys | None:
        """The management keys of this name; None where there are none.

        Raises ManagementKeysError.
        """

    def add_management_keys(self, name: str, keys: Scp03Keys) -> None:
        """Keep new ones, whole or not at all. Raises FileExistsError for a name that is taken."""

    def place(self, name: str) -> str:
        """Where to find the key of this name, for use in a sentence."""


class FileKeyStore:
    """A file of mode 0600 for each key; a name is a path from the folder of the store."""

    def __init__(self, folder: str | PathLike[str]) -> None:
        self._folder = Path(folder)

    def path(self, name: str) -> Path:
        """The file of the key of this name."""
        return self._folder / name

    def transport_key(self, name: str) -> Secret | None:
        """See KeyStore."""
        path = self.path(name)
        return read_transport_key(path) if path.exists() else None

    def add_transport_key(self, name: str, key: Secret) -> None:
        """See KeyStore."""
        write_transport_key(self.path(name), key)

    def remove_transport_key(self, name: str) -> None:
        """See KeyStore."""
        self.path(name).unlink(missing_ok=True)

    def management_keys(self, name: str) -> Scp03Keys | None:
        """See KeyStore."""
        path = self.path(name)
        return read_management_keys(path) if path.exists() else None

    def add_management_keys(self, name: str, keys: Scp03Keys) -> None:
        """See KeyStore."""
        write_management_keys(self.path(name), keys)

    def place(self, name: str) -> str:
        """See KeyStore."""
        return str(self.path(name))
