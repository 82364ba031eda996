"""What a card's key is called in files: its own key id, and the card's certificate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twincard.card.session import Card
from twincard.cms.framing import ber
from twincard.cms.recipients.identifiers import KeyIdentifier, RecipientIdentifier
from twincard.flows.files.opener import CardHolder


@dataclass(frozen=True)
class CardNames:
    """The names of a card's key, as bytes that recipient infos contain; `card_id` is 16 bytes."""

    card_id: bytes
    key_id: bytes
    names: tuple[bytes, ...]

    @classmethod
    def of(cls, card: Card) -> CardNames:
        """Read from the card, without a PIN. Raises NoKeyError, CardError, TransportError."""
        holder = CardHolder(card)
        names = [holder.key_id]
        if holder.archive_id is not None:
            names.append(holder.archive_id)
        names += map(_encoded, holder.other_names())
        return cls(holder.card_id, holder.key_id, tuple(names))

    def are_in(self, encoded: Iterable[bytes]) -> bool:
        """Whether any of these encoded recipient infos names the key, however damaged it is."""
        return any(name in info for info in encoded for name in self.names)


def _encoded(name: RecipientIdentifier) -> bytes:
    if isinstance(name, KeyIdentifier):
        return name.value
    serial = name.serial.to_bytes(name.serial.bit_length() // 8 + 1)
    return name.issuer + ber.encode(ber.INTEGER, serial)
