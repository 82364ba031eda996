"""An applet that is deleted and installed again makes another card, even with the same secrets.

Nothing that was said by the card before, to it or about it, serves the card after.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.bench import Bench, Stage
from tests.trust.authority import BACKUP, Issuer

from twincard.card.issuer import Personalisation
from twincard.card.report import ImportState, Mode, PolicyFlags, Role
from twincard.identity.device_certificate import CardCertificate
from twincard.iso.status import (
    IssuerRefusedError,
    NotFoundError,
    WrongDataError,
    WrongStateError,
)
from twincard.keys.key_type import KeyType


@pytest.fixture(scope="module")
def again() -> Iterator[Bench]:
    """The same cards, installed again: same transport keys, PINs and components."""
    bench = Bench()
    yield bench
    assert bench.new_faults() == ""
    bench.close()


def test_it_is_another_card_to_its_issuer(bench: Bench, again: Bench) -> None:
    old = bench.at(Stage.BLANK).backup.card().report().card_id
    new = again.at(Stage.BLANK).backup
    assert new.card().report().card_id != old
    with pytest.raises(IssuerRefusedError):
        new.card().issuer.authenticate(old, new.transport_key)


def test_it_takes_neither_the_block_nor_the_place_of_the_backup_before(
    bench: Bench, again: Bench
) -> None:
    original = bench.at(Stage.KEYED, key=KeyType.P_256).original.unlocked()
    again.at(Stage.COMPLETE)
    original_id = original.report().card_id
    exported = original.duplication.export_key(
        bench.backup.unlocked().duplication.ticket(original_id, Mode.BASE)
    )
    new = again.backup.unlocked()
    with pytest.raises(WrongStateError):
        new.duplication.import_key(exported)
    ticket = new.duplication.ticket(original_id, Mode.BASE)
    with pytest.raises(WrongStateError):
        original.duplication.export_key(ticket)
    receipt = bench.backup.unlocked().duplication.import_key(exported)
    original.duplication.confirm(receipt)
    with pytest.raises(WrongStateError):
        original.duplication.export_key(ticket)


def test_the_void_receipt_is_gone_with_the_card_that_made_it(bench: Bench, again: Bench) -> None:
    original = bench.at(Stage.KEYED, key=KeyType.P_256).original.unlocked()
    old = bench.backup.unlocked()
    original.duplication.export_key(old.duplication.ticket(original.report().card_id, Mode.BASE))
    old.terminate()
    void = old.duplication.receipt()
    new = again.at(Stage.COMPLETE).backup.unlocked()
    with pytest.raises(NotFoundError):
        new.duplication.receipt()
    state = new.report().import_
    assert state is not None
    assert state.state is ImportState.EMPTY
    # Delivered before, it does what it is for.
    original.duplication.confirm(void)
    original.duplication.export_key(new.duplication.ticket(original.report().card_id, Mode.BASE))


def test_the_certificate_of_the_card_before_is_not_its_own(bench: Bench, again: Bench) -> None:
    issuer = Issuer.of("an issuer")
    old = bench.at(Stage.BLANK).backup.as_issuer()
    new = again.at(Stage.BLANK).backup.as_issuer()
    for card, specimen in ((old, bench.backup), (new, again.backup)):
        card.issuer.personalise(
            Personalisation(Role.BACKUP, specimen.pin, specimen.puk, policy=PolicyFlags.NONE)
        )
    assert old.device.keys().device_key != new.device.keys().device_key
    certificate = CardCertificate.parse(
        issuer.certificate(old.report().card_id, BACKUP, old.device.keys().device_key)
    )
    old.device.certify(issuer.key.point, certificate)
    with pytest.raises(WrongDataError):
        new.device.certify(issuer.key.point, certificate)
    with pytest.raises(NotFoundError):
        new.device.certificate()
