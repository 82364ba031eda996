"""With a transport PIN a card can be duplicated and nothing else, until its user changes it."""

from __future__ import annotations

import pytest
from tests.bench import (
    GROUP_ID,
    Bench,
    Specimen,
    Stage,
    certify,
    components,
)
from tests.faults.keys import Sealed
from tests.refusals.expect import refused

from twincard.card.files import Condition, EfAccess
from twincard.card.issuer import Personalisation
from twincard.card.report import PolicyFlags, Role
from twincard.card.session import Card
from twincard.flows.duplicate.duplication import duplicate_key
from twincard.iso.status import AuthorityMissingError, Sw
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret

OWN = Secret("own PIN")
USERS_FILE = EfAccess(read=Condition.USER_PIN, update=Condition.USER_PIN, delete=Condition.USER_PIN)
FID = 0xD0AA


def issued(specimen: Specimen) -> Card:
    """Operational and certified, with a group that lacks two components; its PIN verified."""
    card = specimen.as_issuer()
    card.issuer.personalise(
        Personalisation(
            specimen.role, specimen.pin, specimen.puk, transport_pin=True, policy=PolicyFlags.NONE
        )
    )
    card.group.begin(3, GROUP_ID)
    card.group.set_component(components()[0])
    card.files.create_ef(FID, 8, USERS_FILE)
    certify(card, specimen.role)
    card.issuer.activate()
    return specimen.unlocked()


@pytest.fixture
def pair(bench: Bench) -> tuple[Card, Card]:
    """With transport PINs, and the key already on both."""
    bench.at(Stage.BLANK)
    original, backup = issued(bench.original), issued(bench.backup)
    assert duplicate_key(original, backup, components()[1:], KeyType.P_256).copied
    return original, backup


def test_duplication_needs_no_other_pin(pair: tuple[Card, Card]) -> None:
    for card in pair:
        assert card.report().transport_pin
        assert card.pin.is_verified()


@pytest.mark.parametrize("place", [0, 1], ids=["original", "backup"])
def test_nothing_else_is_done_before_the_pin_is_changed(
    bench: Bench, pair: tuple[Card, Card], place: int
) -> None:
    card = pair[place]
    specimen = (bench.original, bench.backup)[place]
    public = pair[0].usage.public_key()
    sealed = Sealed.to(public)
    forbidden = (
        lambda: card.usage.decipher(sealed.cryptogram),
        lambda: card.usage.transcode(sealed.cryptogram, public),
        lambda: card.usage.encipher(bytes(32), public),
        lambda: card.usage.check(sealed.cryptogram),
        lambda: card.signing.generate(KeyType.P_256),
        lambda: card.signing.sign(bytes(32)),
        lambda: card.contacts.put(1, public),
        lambda: card.contacts.delete(1),
        lambda: (card.files.select(FID), card.files.read(8)),
        lambda: update(card),
        lambda: card.files.delete(FID),
        card.terminate,
    )
    for action in forbidden:
        with refused(Sw.AUTHORITY_MISSING, card):
            action()
    assert card.pin.is_verified()
    card.pin.change(specimen.pin, OWN)
    card.pin.verify(OWN)
    assert not card.report().transport_pin
    assert sealed.opens_with(card)
    card.signing.generate(KeyType.P_256)
    card.contacts.put(1, public)
    update(card)
    card.terminate()


def update(card: Card) -> None:
    card.files.select(FID)
    card.files.update(bytes(8))


def test_the_puk_leaves_a_transport_pin_what_it_is(bench: Bench, pair: tuple[Card, Card]) -> None:
    card = pair[0]
    card.pin.unblock(bench.original.puk, OWN)
    assert card.report().transport_pin
    card.pin.verify(OWN)
    with pytest.raises(AuthorityMissingError):
        card.signing.generate(KeyType.P_256)
    card.pin.change(OWN, bench.original.pin)
    assert not card.report().transport_pin


def test_a_change_that_is_refused_leaves_it_too(bench: Bench, pair: tuple[Card, Card]) -> None:
    card = pair[0]
    for old, new in ((OWN, bench.original.pin), (bench.original.pin, Secret("short"))):
        with pytest.raises(Exception, match=r"wrong|PIN"):
            card.pin.change(old, new)
        assert card.report().transport_pin


def test_the_issuer_may_still_end_the_cards_life(bench: Bench, pair: tuple[Card, Card]) -> None:
    card = bench.original.as_issuer()
    card.pin.verify(bench.original.pin)
    card.terminate()


def test_another_personalisation_decides_again(bench: Bench) -> None:
    bench.at(Stage.BLANK)
    specimen = bench.original
    card = specimen.as_issuer()
    for transport in (True, False, True):
        card.issuer.personalise(
            Personalisation(
                Role.ORIGINAL,
                specimen.pin,
                specimen.puk,
                transport_pin=transport,
                policy=PolicyFlags.NONE,
            )
        )
        report = card.report()
        assert report.transport_pin is transport
        assert report.policy == 0
