"""PIN and PUK: tries, blocking, padding, and how long a verification lasts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.bench import Bench, Specimen, Stage
from tests.card.wire import Command, status

from twincard.card.session import Card
from twincard.iso.status import (
    AuthorityMissingError,
    PinBlockedError,
    PukBlockedError,
    Sw,
    WrongPinError,
    WrongPukError,
)
from twincard.keys.secret import Secret

WRONG = Secret("not the PIN")
NEW = Secret("another PIN")
IS_VERIFIED = Command(0x00, 0x20, 0x00, 0x01)


def verify(specimen: Specimen, data: bytes) -> int:
    return status(specimen.lab, Command(0x00, 0x20, 0x00, 0x01, data))


def replace(specimen: Specimen, ins: int, proof: bytes, new: bytes) -> int:
    """CHANGE REFERENCE DATA or RESET RETRY COUNTER with these bytes, padded."""
    data = proof.ljust(16, b"\x00") + new.ljust(16, b"\x00")
    return status(specimen.lab, Command(0x00, ins, 0x00, 0x01, data))


@pytest.fixture
def issued(bench: Bench) -> Specimen:
    specimen = bench.at(Stage.ISSUED).original
    specimen.card()
    return specimen


def test_three_wrong_pins_block_it_and_a_right_one_starts_anew(issued: Specimen) -> None:
    card = issued.card()
    for _ in range(2):
        for left in (2, 1):
            with pytest.raises(WrongPinError) as error:
                card.pin.verify(WRONG)
            assert error.value.tries_left == left == card.report().pin_tries_left
        card.pin.verify(issued.pin)
        assert card.report().pin_tries_left == 3
    answers = [verify(issued, WRONG.reveal()) for _ in range(4)]
    assert answers == [0x63C2, 0x63C1, Sw.BLOCKED, Sw.BLOCKED]
    assert verify(issued, issued.pin.reveal()) == Sw.BLOCKED
    assert status(issued.lab, IS_VERIFIED) == Sw.BLOCKED


def test_a_wrong_pin_ends_the_verification(issued: Specimen) -> None:
    card = issued.unlocked()
    with pytest.raises(WrongPinError):
        card.pin.verify(WRONG)
    assert not card.pin.is_verified()
    with pytest.raises(AuthorityMissingError):
        card.group.clear_component(2)


@pytest.mark.parametrize("zeros", range(4))
def test_zero_bytes_at_the_end_do_not_count(issued: Specimen, zeros: int) -> None:
    assert verify(issued, issued.pin.reveal() + bytes(zeros)) == Sw.DONE


def test_zero_bytes_elsewhere_count(issued: Specimen) -> None:
    assert verify(issued, b"\x00" + issued.pin.reveal()) == 0x63C2
    inner = b"\x00a\x00\x00b\x00\x00c"
    assert replace(issued, 0x24, issued.pin.reveal(), inner) == Sw.DONE
    assert verify(issued, inner.strip(b"\x00")) == 0x63C2
    assert verify(issued, inner) == Sw.DONE


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (b"12345", Sw.WRONG_DATA),
        (b"", Sw.WRONG_DATA),
        (b"123456", Sw.DONE),
        (b"1234567890123456", Sw.DONE),
        (bytes(range(240, 256)), Sw.DONE),
    ],
)
@pytest.mark.parametrize("ins", [0x24, 0x2C])
def test_a_new_pin_has_6_to_16_bytes(issued: Specimen, ins: int, new: bytes, expected: Sw) -> None:
    proof = issued.pin if ins == 0x24 else issued.puk
    before = issued.card().report()
    assert replace(issued, ins, proof.reveal(), new) == expected
    assert issued.card().report() == before
    assert verify(issued, new or b"x") == (Sw.DONE if expected is Sw.DONE else 0x63C2)
    assert verify(issued, issued.pin.reveal()) == (0x63C2 if expected is Sw.DONE else Sw.DONE)


def test_change_wants_the_old_pin_and_counts_wrong_ones(issued: Specimen) -> None:
    card = issued.unlocked()
    for left in (2, 1):
        with pytest.raises(WrongPinError) as error:
            card.pin.change(WRONG, NEW)
        assert error.value.tries_left == left
    card.pin.change(issued.pin, NEW)
    assert card.report().pin_tries_left == 3
    assert not card.pin.is_verified()
    with pytest.raises(WrongPinError):
        card.pin.verify(issued.pin)
    card.pin.verify(NEW)
    for _ in range(2):
        with pytest.raises(WrongPinError):
            card.pin.change(WRONG, NEW)
    with pytest.raises(PinBlockedError):
        card.pin.change(WRONG, NEW)
    with pytest.raises(PinBlockedError):
        card.pin.change(NEW, issued.pin)


def test_the_puk_unblocks_and_gives_nothing_else(issued: Specimen) -> None:
    card = issued.card()
    block(issued)
    card.pin.unblock(issued.puk, NEW)
    assert (card.report().pin_tries_left, card.report().puk_tries_left) == (3, 10)
    assert not card.pin.is_verified()
    card.pin.verify(NEW)
    with pytest.raises(WrongPinError):
        card.pin.verify(issued.puk)


def block(specimen: Specimen) -> None:
    for _ in range(3):
        verify(specimen, WRONG.reveal())


def test_ten_wrong_puks_leave_the_pin_blocked_for_good(issued: Specimen) -> None:
    block(issued)
    card = issued.card()
    for left in range(9, 0, -1):
        with pytest.raises(WrongPukError, match="Wrong PUK; ") as error:
            card.pin.unblock(WRONG, NEW)
        assert error.value.tries_left == left == card.report().puk_tries_left
    with pytest.raises(PukBlockedError):
        card.pin.unblock(WRONG, NEW)
    issued.lab.reset()
    card = issued.card()
    with pytest.raises(PukBlockedError):
        card.pin.unblock(issued.puk, NEW)
    with pytest.raises(PinBlockedError):
        card.pin.verify(issued.pin)
    assert (card.report().pin_tries_left, card.report().puk_tries_left) == (0, 0)


def test_a_right_puk_starts_its_count_anew(issued: Specimen) -> None:
    card = issued.card()
    with pytest.raises(WrongPinError):
        card.pin.unblock(WRONG, NEW)
    card.pin.unblock(issued.puk, NEW)
    assert card.report().puk_tries_left == 10


def test_tries_are_spent_for_good_before_the_pin_is_compared(issued: Specimen) -> None:
    assert verify(issued, WRONG.reveal()) == 0x63C2
    issued.lab.reset()
    assert issued.card().report().pin_tries_left == 2


def reset(card: Card) -> None:
    card.reset()


def select(card: Card) -> None:
    card.select()


def forget(card: Card) -> None:
    card.pin.forget()


@pytest.mark.parametrize("end", [reset, select, forget])
def test_a_verification_ends(issued: Specimen, end: Callable[[Card], None]) -> None:
    card = issued.unlocked()
    assert card.pin.is_verified()
    end(card)
    assert not card.pin.is_verified()
    with pytest.raises(AuthorityMissingError):
        card.group.clear_component(2)
    assert card.report().pin_tries_left == 3


def test_selecting_a_file_ends_no_verification(issued: Specimen) -> None:
    card = issued.unlocked()
    card.files.select()
    assert card.pin.is_verified()


def test_asking_costs_no_try(issued: Specimen) -> None:
    card = issued.card()
    assert [status(issued.lab, IS_VERIFIED) for _ in range(5)] == [0x63C3] * 5
    assert card.report().pin_tries_left == 3
