"""What is of the wrong type is refused at once, in a sentence that shows no secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from twincard.card.issuer import Issuer
from twincard.card.pin import Pin
from twincard.flows.identity import protect
from twincard.flows.issue.profile import Blank, Profile
from twincard.identity.issuer_signing_key import IssuerSigningKey
from twincard.keys.component import Component
from twincard.keys.public import PublicKey
from twincard.keys.secret import Secret

ANYTHING = cast(Any, None)
"""Stands for a card or channel, which is not asked."""
NUMBER, TEXT = cast(Any, 123456), cast(Any, "123456")
KEY = Secret(bytes(32))


@pytest.mark.parametrize("value", [NUMBER, None, [1, 2, 3], 1.5, Secret("123456")])
def test_a_secret_is_made_of_bytes_or_text_alone(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^a Secret is made from bytes or str, not from \w+$"):
        Secret(value)


def test_a_text_that_is_no_text_is_not_shown() -> None:
    with pytest.raises(ValueError, match="cannot be encoded") as caught:
        Secret("12345\ud800")
    assert "12345" not in repr(caught.value)
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)
    assert not isinstance(caught.value, UnicodeError)


@pytest.mark.parametrize(
    "call",
    [
        lambda: Pin(ANYTHING).verify(TEXT),
        lambda: Pin(ANYTHING).change(Secret("123456"), NUMBER),
        lambda: Pin(ANYTHING).unblock(TEXT, Secret("123456")),
        lambda: Issuer(ANYTHING).authenticate(bytes(16), TEXT),
        lambda: Issuer(ANYTHING).open_channel(bytes(16), TEXT),
        lambda: Component(1, 3, cast(Any, bytes(32))),
        lambda: Blank(ANYTHING, cast(Any, bytes(32)), Secret("123456"), Secret("12345678")),
        lambda: Blank(ANYTHING, KEY, TEXT, Secret("12345678")),
        lambda: Blank(ANYTHING, KEY, Secret("123456"), NUMBER),
    ],
)
def test_what_is_secret_must_be_a_secret(call: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match=r"must be a Secret, not (str|int|bytes)$") as caught:
        call()
    assert "123456" not in str(caught.value)


def test_a_profile_takes_the_contents_of_files_as_bytes() -> None:
    with pytest.raises(TypeError, match=r"^member_number must be bytes, not str$"):
        Profile(member_number=TEXT)
    with pytest.raises(TypeError, match=r"^expiry_date must be bytes, not int$"):
        Profile(expiry_date=NUMBER)


def test_a_public_key_is_read_from_bytes() -> None:
    with pytest.raises(TypeError, match=r"not from str$"):
        PublicKey.from_bytes(TEXT)


def test_an_issuer_is_named_by_his_public_key_alone() -> None:
    """Else the card would seem to be another issuer's."""
    with pytest.raises(TypeError, match=r"IssuerSigningKey\.public_key is, not IssuerSigningKey$"):
        protect(ANYTHING, cast(Any, IssuerSigningKey.draw()))
