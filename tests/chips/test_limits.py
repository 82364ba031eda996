"""What a chip refuses for want of memory or of an algorithm leaves the card as it was."""

from __future__ import annotations

import pytest

from twincard.card.issuer import Personalisation
from twincard.card.report import LifeCycle, PolicyFlags, Role
from twincard.card.session import Card
from twincard.chips.counted import counted
from twincard.flows.load.applet import AppletSizes, install_data
from twincard.iso.status import CardError, NotSupportedError, Sw
from twincard.keys.key_type import KeyType
from twincard.keys.secret import Secret
from twincard.simulator.laboratory import BASE_APPLET, Laboratory

KEY = Secret(bytes(range(32)))
PIN, PUK = Secret(b"123456"), Secret(b"12345678")


def installed(lab: Laboratory) -> Card:
    """The base build on a fresh chip, with the issuer's authority."""
    lab.install(install_data(KEY, AppletSizes()))
    card = Card(lab)
    card.issuer.authenticate(card.report().card_id, KEY)
    return card


def personalise(card: Card) -> None:
    card.issuer.personalise(Personalisation(Role.ORIGINAL, PIN, PUK, policy=PolicyFlags.NONE))


def test_a_transaction_that_is_too_long_for_the_chip_changes_nothing() -> None:
    with Laboratory.start(BASE_APPLET, "commit=8") as lab:
        card = installed(lab)
        before = card.report()
        with pytest.raises(CardError) as refused:
            personalise(card)
        assert refused.value.sw == Sw.MEMORY_FAILURE
        assert card.report() == before
        assert lab.faults() == ""


def test_the_longest_transaction_fits_where_it_is_told_to() -> None:
    with Laboratory.start(BASE_APPLET, f"commit={counted().largest_transaction}") as lab:
        personalise(installed(lab))
        assert lab.sizes().largest_transaction <= counted().largest_transaction


def test_a_chip_that_makes_no_rsa_keys_says_so_and_goes_on() -> None:
    with Laboratory.start(BASE_APPLET, "-rsa_crt_2048_keygen") as lab:
        card = installed(lab)
        personalise(card)
        card.group.begin(1)
        card.issuer.activate()
        card.pin.verify(PIN)
        with pytest.raises(NotSupportedError):
            card.usage.generate(KeyType.RSA_2048)
        assert card.report().key is None
        card.usage.generate(KeyType.P_256)
        report = card.report()
        assert report.life_cycle is LifeCycle.OPERATIONAL
        assert report.key is not None
        assert lab.faults() == ""


def test_a_chip_that_makes_rsa_keys_but_does_not_compute_with_them_gets_none() -> None:
    with Laboratory.start(BASE_APPLET, "-rsa_2048_nopad_use") as lab:
        card = installed(lab)
        personalise(card)
        card.group.begin(1)
        card.issuer.activate()
        card.pin.verify(PIN)
        with pytest.raises(CardError) as refused:
            card.usage.generate(KeyType.RSA_2048)
        assert refused.value.sw == Sw.MEMORY_FAILURE
        assert card.report().key is None
        card.usage.generate(KeyType.P_256)
        with pytest.raises(CardError):
            card.usage.generate(KeyType.RSA_2048)
        key = card.report().key
        assert key is not None
        assert key.type is KeyType.P_256
        assert lab.faults() == ""


def test_operations_are_those_since_they_were_asked_for_last() -> None:
    with Laboratory.start(BASE_APPLET) as lab:
        card = installed(lab)
        assert lab.operations().aes_bytes > 0
        assert lab.operations().aes_bytes == 0
        personalise(card)
        done = lab.operations()
        assert done.written_bytes >= done.writes > 0
        assert (done.rsa_private, done.ecdh, done.aes_calls) == (0, 0, 0)
