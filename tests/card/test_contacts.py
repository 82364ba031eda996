"""Contacts: whose they are, which keys they may be, and what the card says of them."""

from __future__ import annotations

import pytest
from tests.bench import Bench, Specimen, Stage
from tests.card.sealing import Correspondent
from tests.card.wire import Command, exchange, status
from tests.refusals.samples import EC_TEMPLATE

from twincard.card.public_key import encode_public_key
from twincard.iso.status import AuthorityMissingError, NotFoundError, Sw

LIST = Command(0x80, 0x44, answer=256)


@pytest.fixture(scope="module")
def rsa() -> Correspondent:
    return Correspondent.with_rsa()


@pytest.fixture(scope="module")
def ec() -> Correspondent:
    return Correspondent.with_ec()


@pytest.fixture
def issued(bench: Bench) -> Specimen:
    return bench.at(Stage.ISSUED).original


def test_keys_are_kept_as_given(issued: Specimen, rsa: Correspondent, ec: Correspondent) -> None:
    card = issued.unlocked()
    card.contacts.put(1, rsa.public)
    card.contacts.put(8, ec.public)
    issuer = issued.as_issuer()
    issuer.contacts.put(2, ec.public, as_issuer=True)
    issuer.contacts.put(3, rsa.public, as_issuer=True)
    issued.lab.reset()
    card = issued.card()
    assert [card.contacts.get(number) for number in (1, 2, 3, 4, 8)] == [
        rsa.public,
        ec.public,
        rsa.public,
        None,
        ec.public,
    ]
    assert exchange(issued.lab, LIST) == (bytes.fromhex("2112110000000022"), Sw.DONE)
    assert card.contacts.used() == (1, 2, 3, 8)


def test_the_issuer_writes_before_activation(bench: Bench, ec: Correspondent) -> None:
    bench.at(Stage.BLANK)
    card = bench.original.as_issuer()
    card.contacts.put(1, ec.public, as_issuer=True)
    assert card.contacts.get(1) == ec.public
    card.contacts.delete(1)
    assert card.contacts.get(1) is None


def test_what_the_issuer_wrote_is_the_issuers(issued: Specimen, ec: Correspondent) -> None:
    issued.as_issuer().contacts.put(1, ec.public, as_issuer=True)
    user = issued.unlocked()
    with pytest.raises(AuthorityMissingError):
        user.contacts.put(1, ec.public)
    with pytest.raises(AuthorityMissingError):
        user.contacts.delete(1)
    assert exchange(issued.lab, LIST)[0][0] == 0x12
    issued.as_issuer().contacts.delete(1)
    user = issued.unlocked()
    user.contacts.put(1, ec.public)
    user.contacts.delete(1)


def test_the_issuer_may_replace_and_delete_any(
    issued: Specimen, rsa: Correspondent, ec: Correspondent
) -> None:
    user = issued.unlocked()
    user.contacts.put(1, ec.public)
    user.contacts.put(2, ec.public)
    issuer = issued.as_issuer()
    issuer.contacts.put(1, rsa.public, as_issuer=True)
    issuer.contacts.delete(2)
    assert exchange(issued.lab, LIST)[0][:2] == b"\x11\x00"


def test_each_writes_with_the_own_authority(issued: Specimen, ec: Correspondent) -> None:
    with pytest.raises(AuthorityMissingError):
        issued.unlocked().contacts.put(1, ec.public, as_issuer=True)
    with pytest.raises(AuthorityMissingError):
        issued.as_issuer().contacts.put(1, ec.public)
    assert issued.card().contacts.used() == ()


def test_empty_places(issued: Specimen) -> None:
    card = issued.unlocked()
    for number in range(1, 9):
        assert card.contacts.get(number) is None
        with pytest.raises(NotFoundError):
            card.contacts.delete(number)


def rsa_template(modulus: bytes, exponent: bytes) -> bytes:
    inner = b"\x81\x82\x01\x00" + modulus + b"\x82" + bytes([len(exponent)]) + exponent
    return b"\x7f\x49\x82" + len(inner).to_bytes(2, "big") + inner


MODULUS = b"\x80" + bytes(254) + b"\x01"
GOOD_RSA = rsa_template(MODULUS, b"\x01\x00\x01")


@pytest.mark.parametrize("exponent", ["010001", "010003", "FFFFFF", "01000001", "FFFFFFFF"])
def test_odd_exponents_from_65537_on(issued: Specimen, exponent: str) -> None:
    issued.unlocked()
    template = rsa_template(MODULUS, bytes.fromhex(exponent))
    put = Command(0x80, 0x40, 1, 0, template)
    assert exchange(issued.lab, put) == (b"", Sw.DONE)
    assert exchange(issued.lab, Command(0x80, 0x44, 1, answer=256)) == (template, Sw.DONE)


@pytest.mark.parametrize(
    "template",
    [
        pytest.param(rsa_template(MODULUS, b"\x03"), id="e is 3"),
        pytest.param(rsa_template(MODULUS, b"\xff\xff"), id="e is 65535"),
        pytest.param(rsa_template(MODULUS, b"\x01\x00\x02"), id="even e"),
        pytest.param(rsa_template(MODULUS, b"\x00\x01\x01"), id="e in a longer form"),
        pytest.param(rsa_template(MODULUS, b"\x00\x01\x00\x01"), id="e in four bytes"),
        pytest.param(rsa_template(MODULUS, b"\x01\x00\x00\x00\x01"), id="e of five bytes"),
        pytest.param(rsa_template(MODULUS[:-1] + b"\x02", b"\x01\x00\x01"), id="even n"),
        pytest.param(rsa_template(b"\x7f" + MODULUS[1:], b"\x01\x00\x01"), id="2047 bits"),
        pytest.param(GOOD_RSA[:-1], id="cut"),
        pytest.param(GOOD_RSA + b"\x00", id="longer"),
        pytest.param(b"\x7f\x48" + GOOD_RSA[2:], id="another tag"),
        pytest.param(GOOD_RSA[:5] + b"\x80" + GOOD_RSA[6:], id="another tag inside"),
        pytest.param(GOOD_RSA[:4] + b"\x08" + GOOD_RSA[5:], id="another length"),
        pytest.param(GOOD_RSA[:265] + b"\x83" + GOOD_RSA[266:], id="another tag of e"),
        pytest.param(GOOD_RSA[:266] + b"\x02" + GOOD_RSA[267:], id="another length of e"),
        pytest.param(b"\x7f\x49\x42" + EC_TEMPLATE[3:], id="another length of an EC key"),
        pytest.param(EC_TEMPLATE[:3] + b"\x87" + EC_TEMPLATE[4:], id="another tag of the point"),
        pytest.param(EC_TEMPLATE[:4] + b"\x40" + EC_TEMPLATE[5:], id="another length of the point"),
        pytest.param(EC_TEMPLATE[:-1], id="an EC key that is cut"),
        pytest.param(b"\x7f\x49", id="a tag alone"),
        pytest.param(b"", id="nothing"),
        pytest.param(bytes(70), id="zeros of the length of an EC key"),
        pytest.param(bytes(270), id="zeros of the length of an RSA key"),
    ],
)
def test_keys_that_are_not_valid_change_nothing(
    issued: Specimen, ec: Correspondent, template: bytes
) -> None:
    card = issued.unlocked()
    card.contacts.put(1, ec.public)
    for place in (1, 2):
        put = Command(0x80, 0x40, place, 0, template)
        assert exchange(issued.lab, put) == (b"", Sw.WRONG_DATA)
    assert card.contacts.used() == (1,)
    assert card.contacts.get(1) == ec.public


def test_contacts_are_wiped_at_termination(issued: Specimen, ec: Correspondent) -> None:
    card = issued.unlocked()
    card.contacts.put(1, ec.public)
    point = encode_public_key(ec.public)[5:]
    assert point in issued.lab.image()
    card.terminate()
    assert point not in issued.lab.image()
    assert status(issued.lab, LIST) == Sw.WRONG_STATE
