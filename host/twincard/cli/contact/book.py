"""`twincard contact`: people and their public keys, in the address book and on cards."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from twincard.addressbook.book import (
    AddressBook,
    Contact,
    ContactChangesError,
    UnreadableContact,
)
from twincard.cli.contact.describing import contact_info, rows
from twincard.cli.contact.on_card import delete_from_card, put_onto_card, read_card
from twincard.cli.file.to import MOST_KEY_BYTES, naming_key
from twincard.cli.terminal import prompts
from twincard.cli.terminal.cards import check_reader
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import (
    READER_HELP,
    AnyDate,
    IssuerPublicKeyFile,
    Json,
    PinFile,
    Yes,
)
from twincard.cli.terminal.output import Printer, aligned
from twincard.cms.recipients.infos import Recipient
from twincard.ground.bounded_read import read_bounded
from twincard.ground.language import _
from twincard.ground.path_arguments import STREAM, file_or_stream
from twincard.results.contacts import (
    AddedContact,
    ContactInfo,
    ContactList,
    RemovedContact,
    ShownContact,
    UnreadableEntry,
)
from twincard.results.failure import ExitCode

ContactName = Annotated[str, typer.Argument(metavar="CONTACT", help="Name of the person.")]
CardReader = Annotated[
    str | None,
    typer.Option(
        "--reader",
        "-r",
        metavar="READER",
        help="The contacts on this card, in place of the address book: " + READER_HELP,
    ),
]


def add(
    name: ContactName,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            parser=file_or_stream,
            help="File with the person's certificate or public key, in PEM or DER, or '-' for "
            "standard input.",
        ),
    ],
    onto: Annotated[
        str | None,
        typer.Option(
            "--onto", metavar="READER", help="Also write the key onto this card: " + READER_HELP
        ),
    ] = None,
    pin_file: PinFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    any_date: AnyDate = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Add a person to the address book, or give them a new key.

    If the person has another key there, both are shown, and a question asks for confirmation.
    Compare the SHA-256 with the person, for example on the telephone.
    """
    recipient = _recipient(file, any_date=any_date)
    if onto is not None:
        if not recipient.is_for_cards:
            raise InputError(_("Cards hold only RSA-2048 and P-256 keys. Leave out --onto."))
        check_reader(onto)
    out = Printer(json)
    contact, changed = _added(AddressBook(), name, recipient, out, yes=yes)
    card_id, place = None, None
    if onto is not None:
        card_id, place = put_onto_card(onto, recipient, pin_file, issuer_public_key_file)
    info = contact_info(contact)
    shown = [*rows(info), *([(_("place on the card"), str(place))] if place else ())]
    out.result(
        AddedContact(**_members(info), changed=changed, card_id=card_id, place=place),
        aligned(shown),
    )


def list_(reader: CardReader = None, json: Json = False) -> None:
    """List the people in the address book, or the keys on a card."""
    out = Printer(json)
    if reader is not None:
        read_card(reader, out)
        return
    found = list(AddressBook().contacts())
    readable = tuple(contact_info(one) for one in found if isinstance(one, Contact))
    failed = tuple(one for one in found if isinstance(one, UnreadableContact))
    entries = tuple(UnreadableEntry(one.file, one.reason) for one in failed)
    text = "\n".join(map(_line, readable)) or _(
        "The address book is empty. Add a person with `twincard contact add CONTACT FILE`."
    )
    out.result(ContactList(readable, entries or None), text)
    for one in failed:
        out.failed(one.file, one.reason)
    if failed:
        raise typer.Exit(ExitCode.FILE)


def show(name: ContactName, json: Json = False) -> None:
    """Show a person's key, its SHA-256, and the certificate or public key in PEM."""
    contact = AddressBook().get(name)
    info = contact_info(contact)
    recipient = contact.recipient
    pem = (
        recipient.key.to_pem() if recipient.certificate is None else recipient.certificate.to_pem()
    )
    shown = ShownContact(**_members(info), pem=pem.decode("ascii"))
    problem = f"\n{info.problem}" if info.problem else ""
    Printer(json).result(shown, f"{aligned(rows(info))}{problem}\n{shown.pem.rstrip()}")


def remove(
    name: Annotated[
        str,
        typer.Argument(
            metavar="CONTACT", help="Name of the person; with --reader, also the number of a place."
        ),
    ],
    reader: CardReader = None,
    pin_file: PinFile = None,
    issuer_public_key_file: IssuerPublicKeyFile = None,
    json: Json = False,
) -> None:
    """Remove a person from the address book, or a key from a card."""
    out = Printer(json)
    if reader is not None:
        card_id, place = delete_from_card(reader, name, pin_file, issuer_public_key_file)
        text = _("Place {place} of the card is empty now.").format(place=place)
        out.result(RemovedContact(name, card_id, place), text)
        return
    AddressBook().remove(name)
    out.result(
        RemovedContact(name, None, None),
        _("{name} was removed from the address book.").format(name=name),
    )


def _recipient(file: Path, *, any_date: bool) -> Recipient:
    if file == STREAM:
        content = sys.stdin.buffer.read(MOST_KEY_BYTES)
    else:
        content = read_bounded(file, MOST_KEY_BYTES) or b""
    with naming_key(str(file)):
        return Recipient.from_bytes(content, any_date=any_date)


def _added(
    book: AddressBook, name: str, recipient: Recipient, out: Printer, *, yes: bool
) -> tuple[Contact, bool]:
    """The contact, and whether its file was changed."""
    if book.has(name):
        old = book.get(name)
        if old.recipient == recipient and old.recipient.certificate == recipient.certificate:
            return old, False
    try:
        return book.add(name, recipient), True
    except ContactChangesError as change:
        out.note(
            _("{name} has this key: SHA-256 {digest}").format(name=name, digest=change.old.hex())
        )
        out.note(_("The new key is:     SHA-256 {digest}").format(digest=change.new.hex()))
        question = _("Replace the key of {name}?").format(name=name)
        prompts.confirm(question, "--yes", yes=yes)
    return book.add(name, recipient, replace=True), True


def _members(info: ContactInfo) -> dict[str, Any]:
    return {one.name: getattr(info, one.name) for one in fields(info)}


def _line(info: ContactInfo) -> str:
    line = f"{info.name}  {info.type}  {info.public_key_sha256.hex()[:16]}…"
    return line if info.problem is None else f"{line}\n    {info.problem}"
