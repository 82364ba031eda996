"""The table of real chips is read as it is meant: what was not decided is never a no."""

from __future__ import annotations

import csv
from collections import Counter
from importlib.resources import files

import pytest

from twincard.chips import Answer, ChipProfile, NoSuchChipError, find_profile, load_profiles
from twincard.chips.profile import Amount, find_profiles

FOLDER = files("twincard.chips").joinpath("data")


def rows() -> list[dict[str, str]]:
    text = FOLDER.joinpath("cards.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def pairs() -> list[tuple[ChipProfile, dict[str, str]]]:
    return list(zip(load_profiles(), rows(), strict=True))


def test_every_row_is_a_chip_with_a_name_of_its_own() -> None:
    names = [profile.name for profile in load_profiles()]
    assert len(set(names)) == len(names) == len(rows())
    assert all(profile.name.startswith(row["name"]) for profile, row in pairs())


def test_answers_are_those_of_the_table() -> None:
    elsewhere = ("extended_length", "rsa_2048_nopad_use")
    columns = [name for name in vars(load_profiles()[0].algorithms) if name not in elsewhere]
    for profile, row in pairs():
        assert {name: getattr(profile.algorithms, name).value for name in columns} == {
            name: row[name] for name in columns
        }


def test_a_chip_of_which_extended_length_is_not_recorded_goes_by_its_package() -> None:
    for profile, row in pairs():
        recorded = row["extended_length"]
        expected = row["javacardx_apdu_package"] if recorded == "unknown" else recorded
        assert profile.algorithms.extended_length.value == expected


def test_memory_that_ends_the_counter_may_be_more() -> None:
    for profile, row in pairs():
        free = profile.persistent
        text = row["persistent_bytes"]
        if text == "unknown":
            assert free is None
        else:
            assert free == Amount(int(text.lstrip(">")), saturated=text.startswith(">"))


def test_what_does_not_fit_beside_the_tests_applet_is_unknown() -> None:
    assert Amount(100).holds(100) is Answer.YES
    assert Amount(100).holds(101) is Answer.UNKNOWN


def test_the_way_to_cards_that_clean_up_after_a_reset_is_not_timed() -> None:
    cleaned = [
        (profile, row)
        for profile, row in pairs()
        if "SECORA" in row["name"] or "SPA1" in row["name"]
    ]
    assert any(row["t_apdu_overhead"] != "unknown" for _, row in cleaned)
    assert all(profile.timings.apdu_overhead is None for profile, _ in cleaned)


def test_a_missing_timing_is_none_and_never_zero() -> None:
    seen: Counter[bool] = Counter()
    for profile, row in pairs():
        for name, time in vars(profile.timings).items():
            if name in ("suspect", "apdu_overhead"):
                continue
            assert (time is None) == (row[f"t_{name}"] == "unknown")
            assert time is None or time > 0
            seen[time is None] += 1
    assert seen[True]
    assert seen[False]


def test_a_chip_is_found_by_a_unique_part_of_its_name_whatever_its_case() -> None:
    assert find_profile("secid feitian").name == "NXP JCOP4 J3R180 SecID Feitian"
    assert find_profile("feitian javacos a22cr").name == "Feitian JavaCOS A22CR"
    assert len(find_profiles("J3H145")) > 5
    with pytest.raises(NoSuchChipError, match=r"More than one chip matches .*…\. Give more"):
        find_profile("J3H145")
    with pytest.raises(NoSuchChipError, match="twincard chips --all"):
        find_profile("J9Z999")


def test_the_table_comes_with_its_licence_and_its_source() -> None:
    assert "Copyright (c) 2021 CRoCS" in FOLDER.joinpath("LICENSE.txt").read_text()
    notice = FOLDER.joinpath("NOTICE.txt").read_text()
    for words in ("jcalgtest_results", "10.5220/0000163500003283", "Left out", "Svenda"):
        assert words in notice
