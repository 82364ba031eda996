"""`twincard inspect`: what the head of an encrypted file says, without decrypting anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from twincard.addressbook.book import AddressBook, Contact
from twincard.cli.file.targets import check_standard_input, source_of
from twincard.cli.terminal.cards import SIMULATED, check_usable, opened
from twincard.cli.terminal.options import READER_HELP, Json
from twincard.cli.terminal.output import Printer, aligned
from twincard.cms.framing.message import DATA_CONTENT, MessageKind
from twincard.cms.inspection import InspectedRecipient, Inspection, inspect
from twincard.cms.recipients.identifiers import IssuerAndSerial, KeyIdentifier
from twincard.cms.recipients.infos import RecipientInfo
from twincard.cms.recipients.names import rfc4514
from twincard.flows.errors import NoKeyError, ProtocolError
from twincard.flows.files.encrypt import open_source
from twincard.flows.files.mine import own_recipients
from twincard.ground.language import _, listed, plural
from twincard.ground.path_arguments import file_or_stream
from twincard.iso.status import CardError
from twincard.results.inspection import Inspected, InspectedRecipientInfo
from twincard.simulator.folder import list_cards
from twincard.simulator.shared_program import one_program
from twincard.transport import TransportError

_Named = Mapping[int, list[str]]
"""Who is named, by the place of the recipient info."""


def inspect_(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Encrypted file, or '-' for standard input.",
            parser=file_or_stream,
        ),
    ],
    readers: Annotated[
        list[str] | None,
        typer.Option(
            "--reader",
            "-r",
            metavar="READER",
            help="Also compare with this card. Simulated cards are always compared. " + READER_HELP,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Show to whom a file is encrypted, and how. No card and no PIN is needed.

    Only the head of the file is read. Recipients are compared with simulated cards, with the cards
    of --reader and with the address book. Nothing of what is shown is authenticated.
    """
    check_standard_input([file])
    with open_source(source_of(file)) as stream:
        found = inspect(stream)
    infos = [one.info for one in found.recipients]
    cards, contacts = _cards_of(infos, readers or ()), _contacts_of(infos)
    told = Inspected(
        file,
        "enveloped" if found.kind is MessageKind.ENVELOPED else "auth_enveloped",
        found.armoured,
        found.encryption,
        found.is_authenticated,
        found.content_type,
        found.content_bytes,
        found.encrypted_bytes,
        tuple(
            _recipient(one, cards.get(place, []), contacts.get(place, []))
            for place, one in enumerate(found.recipients)
        ),
    )
    Printer(json).result(told, _text(found, told))


def _recipient(
    one: InspectedRecipient, cards: Iterable[str], contacts: Iterable[str]
) -> InspectedRecipientInfo:
    name = one.identifier
    by_issuer = isinstance(name, IssuerAndSerial)
    return InspectedRecipientInfo(
        one.kind,
        one.algorithm,
        name.value if isinstance(name, KeyIdentifier) else None,
        rfc4514(name.issuer) if isinstance(name, IssuerAndSerial) else None,
        f"{name.serial:x}" if isinstance(name, IssuerAndSerial) and by_issuer else None,
        one.reason,
        tuple(cards),
        tuple(contacts),
    )


def _cards_of(infos: list[RecipientInfo], readers: Iterable[str]) -> _Named:
    found: dict[int, list[str]] = defaultdict(list)
    with one_program():
        for reader in readers:
            _note(found, infos, reader, _own(reader, infos))
        for reader in _simulated():
            # One that is in use, or cannot be read, does not matter here.
            with suppress(TransportError, CardError, ProtocolError, OSError):
                if reader not in readers:
                    _note(found, infos, reader, _own(reader, infos))
    return found


def _simulated() -> Iterator[str]:
    with suppress(OSError):
        yield from (SIMULATED + name for name in list_cards())


def _own(reader: str, infos: list[RecipientInfo]) -> tuple[RecipientInfo, ...]:
    with opened(reader) as card:
        check_usable(card)
        try:
            return own_recipients(card, infos)
        except NoKeyError:
            return ()


def _contacts_of(infos: list[RecipientInfo]) -> _Named:
    found: dict[int, list[str]] = defaultdict(list)
    for contact in AddressBook().contacts():
        if isinstance(contact, Contact):
            mine = tuple(one for one in infos if one.is_for(contact.recipient))
            _note(found, infos, contact.name, mine)
    return found


def _note(
    found: dict[int, list[str]],
    infos: list[RecipientInfo],
    name: str,
    mine: tuple[RecipientInfo, ...],
) -> None:
    for place, info in enumerate(infos):
        if info in mine:
            found[place].append(name)


def _text(found: Inspection, told: Inspected) -> str:
    encryption = told.encryption
    if not told.authenticated:
        encryption += " " + _("(tampering cannot be detected)")
    content = _("data") if told.content_type == DATA_CONTENT else told.content_type
    rows = [(_("content"), content), (_("encryption"), encryption)]
    if told.content_bytes is not None:
        size = plural("{count} byte", "{count} bytes", told.content_bytes)
        rows.append((_("size"), str(size.format(count=f"{told.content_bytes:,}"))))
    for number, (one, info) in enumerate(zip(told.recipients, found.recipients, strict=True), 1):
        name = _("no name") if info.identifier is None else str(info.identifier)
        rows.append((_("recipient {number}").format(number=number), one.algorithm))
        rows.append(("", name))
        if one.cards or one.contacts:
            rows.append(("", listed([*one.cards, *one.contacts])))
    return aligned(rows)
