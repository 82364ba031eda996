"""The folder of people and their keys, which other programs may write to."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from tests.cms.certified import DAY, certificate, pem
from tests.cms.software_key import ec_key, rsa_key

from twincard.addressbook import (
    AddressBook,
    AddressBookError,
    Contact,
    ContactChangesError,
    NoContactError,
    UnreadableContact,
)
from twincard.cms import Recipient

RSA, EC = rsa_key().private.public_key(), ec_key().private.public_key()


@pytest.fixture
def book(tmp_path: Path) -> AddressBook:
    return AddressBook(tmp_path / "contacts")


def test_an_empty_book_has_nobody(book: AddressBook) -> None:
    assert book.names() == []
    assert list(book.contacts()) == []
    with pytest.raises(NoContactError):
        book.get("花子")
    with pytest.raises(NoContactError):
        book.remove("花子")


def test_what_is_added_is_one_file_that_other_programs_read(book: AddressBook) -> None:
    made = certificate("Hanako", EC, key_identifier=b"hanako")
    book.add("花子", Recipient.from_certificate(made))
    book.add("bob", rsa_key().recipient)
    assert (book.folder / "花子.pem").read_bytes() == pem(made)
    assert (book.folder / "bob.pem").read_bytes() == rsa_key().public.to_pem()
    assert book.names() == ["bob", "花子"]
    found = book.get("花子").recipient
    assert (found, found.certificate) == (
        Recipient.from_certificate(made),
        Recipient.from_certificate(made).certificate,
    )
    book.remove("花子")
    assert [path.name for path in book.folder.iterdir()] == ["bob.pem"]


def test_another_key_needs_consent_and_another_certificate_of_the_key_does_not(
    book: AddressBook,
) -> None:
    book.add("bob", ec_key().recipient)
    book.add("bob", Recipient.from_certificate(certificate("Bob", EC)))
    with pytest.raises(ContactChangesError) as caught:
        book.add("bob", rsa_key().recipient)
    assert (caught.value.old, caught.value.new) == (ec_key().public.digest, rsa_key().public.digest)
    assert book.get("bob").recipient.key == ec_key().public
    book.add("bob", rsa_key().recipient, replace=True)
    assert book.get("bob").recipient.key == rsa_key().public


def test_files_of_other_programs_are_read(book: AddressBook) -> None:
    book.folder.mkdir()
    made = certificate("Zoë", EC, starts=-3 * DAY, ends=-DAY)
    name = unicodedata.normalize("NFD", "Zoë")
    (book.folder / f"{name}.CER").write_bytes(made.public_bytes(Encoding.DER))
    for ignored in ("README.md", ".hidden.pem", "a\nb.pem"):
        (book.folder / ignored).write_bytes(b"")
    (book.folder / ".git").mkdir()
    assert book.names() == ["Zoë"]
    # It has expired: that is for those who encrypt to it.
    assert book.get("Zoë").recipient.key == ec_key().public
    # Given a new key, it has one file again.
    book.add("Zoë", rsa_key().recipient, replace=True)
    assert book.names() == ["Zoë"]
    assert len([path for path in book.folder.iterdir() if path.stem.startswith("Zo")]) == 1


def test_what_cannot_be_read_is_told_and_does_not_hide_the_others(book: AddressBook) -> None:
    book.add("alice", ec_key().recipient)
    (book.folder / "bob.pem").write_bytes(b"junk")
    people = certificate("Carol", EC), certificate("Dave", RSA)
    (book.folder / "carol.crt").write_bytes(pem(*people))
    for suffix in ("pem", "crt"):
        (book.folder / f"eve.{suffix}").write_bytes(ec_key().public.to_pem())
    alice, *others = book.contacts()
    assert isinstance(alice, Contact)
    reasons = [one.reason for one in others if isinstance(one, UnreadableContact)]
    for words, reason in zip(
        ("neither a public key", "2 people", "several files"), reasons, strict=True
    ):
        assert words in reason
    with pytest.raises(AddressBookError, match="several files"):
        book.get("eve")
    with pytest.raises(AddressBookError):
        book.add("eve", rsa_key().recipient, replace=True)


def test_names_that_differ_only_in_case_are_refused(book: AddressBook) -> None:
    book.add("Bob", ec_key().recipient)
    with pytest.raises(AddressBookError, match="only in case"):
        book.add("bob", ec_key().recipient)
