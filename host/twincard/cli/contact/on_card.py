"""Other people's keys on a card, in numbered places."""

from __future__ import annotations

from pathlib import Path

from twincard.addressbook.book import AddressBook, Contact
from twincard.card.session import Card
from twincard.cli.contact.describing import key_type
from twincard.cli.terminal.cards import check_usable, opened
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.output import Printer
from twincard.cli.terminal.pins import unlocked
from twincard.cms.recipients.infos import Recipient
from twincard.ground.language import _
from twincard.keys.public import PublicKey
from twincard.results.contacts import CardContact, CardContacts


def read_card(reader: str, out: Printer) -> None:
    """Print the keys on a card. No PIN is needed."""
    names = _names_by_key()
    with opened(reader) as card:
        check_usable(card)
        card_id = card.kept_report().card_id
        found = tuple(
            CardContact(place, key_type(key), key.digest, names.get(key.digest))
            for place, key in _keys(card)
        )
    lines = [
        f"{one.place}  {one.type}  {one.public_key_sha256.hex()[:16]}…  {one.name or ''}".rstrip()
        for one in found
    ]
    text = "\n".join(lines) or _("There are no contacts on the card.")
    out.result(CardContacts(card_id, found), text)


def put_onto_card(
    reader: str, recipient: Recipient, pin_file: Path | None, issuer_file: Path | None
) -> tuple[bytes, int]:
    """The card id, and the place where the key is; it is written unless it is there already."""
    key = recipient.card_key()
    with unlocked(reader, pin_file, issuer_file) as user:
        card = user.card
        card_id = card.kept_report().card_id
        for place, known in _keys(card):
            if known == key:
                return card_id, place
        free = card.contacts.free()
        if free is None:
            raise InputError(
                _(
                    "All places on the card are taken. Empty one with `twincard contact remove "
                    "--reader {reader} NUMBER`."
                ).format(reader=reader)
            )
        card.contacts.put(free, key)
        return card_id, free


def delete_from_card(
    reader: str, name: str, pin_file: Path | None, issuer_file: Path | None
) -> tuple[bytes, int]:
    """The card id, and the place that was emptied: by its number, or by a contact's name."""
    wanted = None if name.isdecimal() else AddressBook().get(name).recipient.key.digest
    with opened(reader) as card:
        check_usable(card)
        place = _place(card, name, wanted)
    with unlocked(reader, pin_file, issuer_file) as user:
        # It may be another card by now.
        if _place(user.card, name, wanted) != place:
            raise InputError(_("The contacts on the card changed. Run the command again."))
        user.card.contacts.delete(place)
        return user.card.kept_report().card_id, place


def _place(card: Card, name: str, wanted: bytes | None) -> int:
    for place, key in _keys(card):
        if (wanted is None and place == int(name)) or key.digest == wanted:
            return place
    raise InputError(
        _("{name} is not on the card. `twincard contact list --reader` lists its contacts.").format(
            name=name
        )
    )


def _keys(card: Card) -> list[tuple[int, PublicKey]]:
    found = ((place, card.contacts.get(place)) for place in card.contacts.used())
    return [(place, key) for place, key in found if key is not None]


def _names_by_key() -> dict[bytes, str]:
    return {
        one.recipient.key.digest: one.name
        for one in AddressBook().contacts()
        if isinstance(one, Contact)
    }
