"""What a holder mistypes is noticed in the group where it happened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twincard.keys.checked_groups import GROUPS, WrongGroupError, checked_groups, group_bytes

DIGITS = "0123456789ABCDEF"
components = st.binary(min_size=32, max_size=32)
places = st.integers(0, GROUPS - 1)


def refused(place: int, typed: str) -> bool:
    try:
        group_bytes(place, typed.encode())
    except WrongGroupError:
        return True
    return False


@given(components)
def test_groups_give_the_component_back_in_either_case(value: bytes) -> None:
    groups = checked_groups(value)
    assert len(groups) == GROUPS
    assert b"".join(group_bytes(i, group.encode()) for i, group in enumerate(groups)) == value
    assert group_bytes(0, f" {groups[0][:2]} {groups[0][2:].lower()} ".encode()) == value[:2]


@given(components, places)
def test_every_single_wrong_character_is_noticed(value: bytes, place: int) -> None:
    group = checked_groups(value)[place]
    for index, right in enumerate(group):
        for wrong in DIGITS.replace(right, ""):
            assert refused(place, group[:index] + wrong + group[index + 1 :])


@given(components, places)
def test_every_swap_of_two_characters_is_noticed(value: bytes, place: int) -> None:
    group = checked_groups(value)[place]
    for one in range(len(group)):
        for other in range(one + 1, len(group)):
            swapped = list(group)
            swapped[one], swapped[other] = group[other], group[one]
            assert "".join(swapped) == group or refused(place, "".join(swapped))


@given(components, places)
def test_a_group_in_another_place_is_noticed(value: bytes, place: int) -> None:
    group = checked_groups(value)[place]
    assert all(refused(other, group) for other in range(GROUPS) if other != place)


@pytest.mark.parametrize("typed", ["", "1234", "123456", "12G45", "12é45", "1234\x00"])
def test_what_is_no_group_is_refused_without_being_repeated(typed: str) -> None:
    with pytest.raises(WrongGroupError) as error:
        group_bytes(0, typed.encode())
    assert not typed or typed not in str(error.value)


def test_the_documented_example() -> None:
    assert checked_groups(bytes(range(32)))[:4] == ("00012", "02033", "04050", "06071")
