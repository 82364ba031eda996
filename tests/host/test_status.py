"""A refusal becomes the exception of its status word, with one plain sentence."""

from __future__ import annotations

import pytest

from twincard.iso.status import (
    AuthorityMissingError,
    CardError,
    IntegrityError,
    IssuerRefusedError,
    PinBlockedError,
    PukBlockedError,
    Sw,
    WrongPinError,
    WrongPukError,
    WrongStateError,
    error_for,
    tries_left,
)


@pytest.mark.parametrize(
    ("sw", "kind"),
    [
        (0x6300, IssuerRefusedError),
        (0x63C1, WrongPinError),
        (0x63CA, WrongPinError),
        (0x6982, AuthorityMissingError),
        (0x6983, PinBlockedError),
        (0x6985, WrongStateError),
        (0x6988, IntegrityError),
        (0x6D00, CardError),
        (0x6F00, CardError),
    ],
)
def test_each_status_word_has_its_exception(sw: int, kind: type[CardError]) -> None:
    error = error_for(sw, "do it")
    assert type(error) is kind
    assert error.sw == sw


@pytest.mark.parametrize("sw", [*Sw, 0x63C2, 0x6F00])
def test_each_sentence_says_what_was_tried(sw: int) -> None:
    sentence = str(error_for(sw, "do it"))
    assert ("PIN" if tries_left(sw) is not None or sw == Sw.BLOCKED else "do it") in sentence
    assert sentence[0].isupper()
    assert sentence.count(".") == 1
    assert sentence.endswith(".")


def test_a_blocked_pin_and_a_blocked_puk_are_told_apart() -> None:
    assert str(error_for(Sw.BLOCKED, "verify the PIN")) == "The PIN is blocked."
    assert str(PukBlockedError(Sw.BLOCKED, "unblock the PIN")) == "The PUK is blocked."


def test_tries_are_told_in_words() -> None:
    assert str(error_for(0x63C1, "verify the PIN")) == "Wrong PIN; 1 try left."
    assert str(error_for(0x63C2, "change the PIN")) == "Wrong PIN; 2 tries left."
    assert str(WrongPukError(0x63C9, "unblock the PIN")) == "Wrong PUK; 9 tries left."
    assert (tries_left(0x63C2), tries_left(0x6300), tries_left(0x9000)) == (2, None, None)
