"""A refusal becomes the exception of its status word, with one plain sentence."""

from __future__ import annotations

import pytest

from twincard.iso.status import (
    AuthorityMissingError,
    CardError,
    IntegrityError,
    IssuerRefusedError,
    PinBlockedError,
    Sw,
    WrongPinError,
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
    assert "do it" in sentence
    assert sentence[0].isupper()
    assert sentence.count(".") == 1
    assert sentence.endswith(".")


def test_tries_are_told_in_words() -> None:
    assert "wrong, 1 try is left" in str(error_for(0x63C1, "verify the PIN"))
    assert "wrong, 2 tries are left" in str(error_for(0x63C2, "verify the PIN"))
    assert (tries_left(0x63C2), tries_left(0x6300), tries_left(0x9000)) == (2, None, None)
