"""What the worked trace shows of the full build: certificates, host-blind mode, SCP03."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.docs.trace_page import Page, Recorded

from twincard.card.issuer import Personalisation
from twincard.card.report import PolicyFlags, Role
from twincard.card.session import Card
from twincard.flows.duplicate.duplication import DuplicationEvent, duplicate_key
from twincard.identity.issuer_signing_key import IssuerSigningKey
from twincard.keys.component import Component
from twincard.keys.key_type import KeyType
from twincard.keys.scp03_keys import Scp03Keys
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import Laboratory

_TRANSPORT_KEY = bytes(range(32))
_PIN, _PUK = b"123456", b"12345678"
_COMPONENT = Component(1, 1, Secret(b"\x11" * 32))
_GROUP_ID = bytes(range(16))
_ROLES = {"O": Role.ORIGINAL, "B": Role.BACKUP}


def trace_trust(page: Page) -> None:
    """Add the sections."""
    issuer = IssuerSigningKey.draw()
    page.say("## Certify")
    page.say(
        "Two cards of the full build, with one component, were personalised so that base mode is "
        "forbidden. The issuer's public key:"
    )
    page.bytes("issuer =", issuer.public_key)
    with _cards(page) as (original, backup):
        for name, wire in (("O", original), ("B", backup)):
            card = _prepared(wire, _ROLES[name])
            page.say(f"The host reads the device keys of {name}, certifies it and activates it:")
            keys = card.device.keys()
            card_id = card.report().card_id
            certificate = issuer.certify(card_id, _ROLES[name], keys.device_key)
            card.device.certify(issuer.public_key, certificate)
            card.issuer.activate()
        _duplicate(page, original, backup)
        _open_channel(page, original)


def _prepared(wire: Recorded, role: Role) -> Card:
    """Up to the group, which goes as with any card and is not shown."""
    with wire.unheard():
        card = Card(wire)
        card.issuer.authenticate(card.report().card_id, Secret(_TRANSPORT_KEY))
        pin, puk = Secret(_PIN), Secret(_PUK)
        policy = PolicyFlags.BASE_MODE_FORBIDDEN
        backups = int(role is Role.ORIGINAL)
        card.issuer.personalise(Personalisation(role, pin, puk, backups, policy=policy))
        card.group.begin(1, _GROUP_ID)
        card.group.set_component(_COMPONENT)
    return card


def _duplicate(page: Page, original: Recorded, backup: Recorded) -> None:
    page.say("## Duplicate host-blind")
    cards = []
    for wire in (original, backup):
        with wire.unheard():
            cards.append(Card(wire))
            cards[-1].pin.verify(Secret(_PIN))
    with original.unheard():
        cards[0].usage.generate(KeyType.P_256)

    def on_event(event: DuplicationEvent) -> None:
        page.say(f"{event.step.value.capitalize()}:")

    duplicate_key(cards[0], cards[1], [], KeyType.P_256, on_event=on_event)
    page.say(
        "What the cards derived depends on Z, the secret of E_B and E_O, which never was on a wire "
        "or in a host."
    )


def _open_channel(page: Page, wire: Recorded) -> None:
    page.say("## Secure messaging")
    with wire.unheard():
        card = Card(wire)
        card_id = card.report().card_id
    keys = Scp03Keys.derive(Secret(_TRANSPORT_KEY), card_id)
    page.say("The issuer opens a channel with O (SCP03), and asks for 16 random bytes through it:")
    for name, key in (("K-ENC", keys.enc), ("K-MAC", keys.mac), ("K-DEK", keys.dek)):
        page.bytes(f"{name} =", key.reveal())
    card.issuer.open_channel(card_id, keys)
    page.bytes("plain =", card.issuer.challenge())


@contextmanager
def _cards(page: Page) -> Iterator[tuple[Recorded, Recorded]]:
    labs = Laboratory.start(), Laboratory.start()
    try:
        for lab in labs:
            lab.install(b"\x80\x20" + _TRANSPORT_KEY + b"\x84\x01\x00")
        yield Recorded(labs[0], "O", page), Recorded(labs[1], "B", page)
    finally:
        for lab in labs:
            lab.close()
