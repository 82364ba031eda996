"""What a refusal is: an exact status word, and everything as before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.bench import GROUP_ID, components

from twincard.card.duplication import Ticket
from twincard.card.report import Mode
from twincard.card.session import Card
from twincard.iso import tlv
from twincard.iso.status import CardError
from twincard.keys.derivation import GroupKey

GROUP_KEY = GroupKey.from_components([item.value.reveal() for item in components()], GROUP_ID)
"""Of the bench's group of three: with it tests make tickets that no honest card would make."""


@contextmanager
def refused(sw: int, *cards: Card) -> Iterator[None]:
    """The card refuses with this status word; what these cards report stays the same."""
    before = [card.report() for card in cards]
    with pytest.raises(CardError) as error:
        yield
    assert f"{error.value.sw:04X}" == f"{sw:04X}"
    assert [card.report() for card in cards] == before


def forged_ticket(
    backup_id: bytes,
    original_id: bytes,
    *,
    head: bytes = b"\x01\x00\x01",
    nonce: bytes = b"\x00\x01" + bytes(14),
    group: GroupKey = GROUP_KEY,
) -> Ticket:
    """A ticket with a right MAC, by somebody who has all components."""
    ticket = head + backup_id + original_id + nonce
    mac = group.ticket_mac(ticket)
    encoded = tlv.encode(0xE1, tlv.encode(0x80, ticket), tlv.encode(0x81, mac))
    return Ticket(encoded, backup_id, original_id, nonce, Mode.BASE)
