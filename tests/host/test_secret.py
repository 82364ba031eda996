"""A Secret shows itself to nobody who does not ask."""

from __future__ import annotations

import copy
import pickle

import pytest

from twincard.card.issuer import Personalisation
from twincard.card.report import PolicyFlags, Role
from twincard.iso.command import Command
from twincard.keys.component import Component
from twincard.keys.secret import Secret

VALUE = b"correct horse battery staple 123"


@pytest.mark.parametrize(
    "holder",
    [
        Secret(VALUE),
        Component(1, 3, Secret(VALUE)),
        Personalisation(Role.ORIGINAL, Secret(VALUE), Secret(VALUE), policy=PolicyFlags.NONE),
        Command(0, 0x20, data=VALUE),
    ],
)
def test_no_repr_shows_the_value(holder: object) -> None:
    assert "horse" not in repr(holder)
    assert VALUE.hex() not in repr(holder)
    assert "horse" not in str(holder)


def test_it_is_compared_by_value() -> None:
    assert Secret(VALUE) == Secret(VALUE.decode())
    assert Secret(VALUE) != Secret(b"other")
    assert Secret(VALUE) != VALUE


def test_it_is_wiped_when_its_block_ends() -> None:
    with Secret(VALUE) as secret:
        assert secret.reveal() == VALUE
    assert secret.reveal() == b""


@pytest.mark.parametrize("copying", [pickle.dumps, copy.copy, copy.deepcopy])
def test_it_is_not_copied_or_pickled(copying: object) -> None:
    assert callable(copying)
    with pytest.raises(TypeError):
        copying(Secret(VALUE))


def test_it_is_no_dictionary_key() -> None:
    with pytest.raises(TypeError):
        hash(Secret(VALUE))
