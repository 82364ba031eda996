"""Times are the counted operations times the chip's timings, and unknown where one is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from twincard.chips import ChipProfile, find_profile, load_profiles
from twincard.chips.counted import Flow, Way, counted
from twincard.chips.estimate import estimate
from twincard.chips.profile import Timings
from twincard.keys.key_type import KeyType

CHIP = find_profile("J3R180 SecID Feitian")


def timed(**changes: float | None) -> ChipProfile:
    """A chip that takes a thousandth of a millisecond for anything, but for these."""
    times = dict.fromkeys((name for name in vars(CHIP.timings) if name != "suspect"), 0.001)
    return replace(CHIP, timings=Timings(**{**times, **changes}, suspect=()))


def low(profile: ChipProfile, flow: Flow = Flow.DECRYPT, way: Way = Way.BASE) -> float:
    time = estimate(profile, flow, way, KeyType.RSA_2048).low
    assert time is not None
    return time


def high(profile: ChipProfile, flow: Flow = Flow.DECRYPT, way: Way = Way.BASE) -> float:
    time = estimate(profile, flow, way, KeyType.RSA_2048).high
    assert time is not None
    return time


def test_the_operation_of_the_key_counts_as_often_as_it_is_done() -> None:
    chip = timed(rsa2048_crt_nopad_decrypt=1000)
    assert low(chip) == pytest.approx(1, abs=0.01)
    assert high(chip) == pytest.approx(1, abs=0.1)
    recovering = counted().flow(Flow.RECOVER, Way.BASE, KeyType.RSA_2048)
    times = sum(work.operations.rsa_private for work in recovering.works)
    assert times >= 2
    assert low(chip, Flow.RECOVER) == pytest.approx(times, abs=0.01)


def test_a_stream_is_between_its_bytes_alone_and_one_more_for_each_use() -> None:
    chip = timed(sha256_256B=1000)
    (work,) = counted().flow(Flow.DECRYPT, Way.BASE, KeyType.RSA_2048).works
    blocks = work.operations.hash_bytes / 256
    assert low(chip) == pytest.approx(blocks, abs=0.01)
    assert high(chip) == pytest.approx(blocks + work.operations.hash_calls, abs=0.01)


def test_two_sizes_make_a_line() -> None:
    chip = timed(eeprom_write_64B=64, eeprom_write_256B=256)
    (work,) = counted().flow(Flow.DECRYPT, Way.BASE, KeyType.RSA_2048).works
    assert low(chip) == pytest.approx(work.operations.written_bytes / 1000, abs=0.001)
    flat = timed(eeprom_write_64B=100, eeprom_write_256B=100)
    assert low(flat) == pytest.approx(work.operations.writes / 10, abs=0.001)


def test_the_way_is_in_the_upper_end_alone() -> None:
    chip = timed(apdu_overhead=1000)
    (work,) = counted().flow(Flow.DECRYPT, Way.BASE, KeyType.RSA_2048).works
    assert low(chip) < 0.01
    assert high(chip) == pytest.approx(work.apdus, abs=0.01)


def test_a_verification_is_between_the_shorter_and_twice_the_longer_of_its_kin() -> None:
    flow = counted().flow(Flow.ISSUE, Way.HOST_BLIND, KeyType.RSA_2048)
    verified = sum(work.operations.ecdsa_verify for work in flow.works)
    signed = sum(work.operations.ecdsa_sign for work in flow.works)
    assert verified >= 2
    chip = timed(ecdh256=1000, ecdsa256_sign=3000)
    assert low(chip, Flow.ISSUE, Way.HOST_BLIND) == pytest.approx(verified + 3 * signed, abs=0.01)
    assert high(chip, Flow.ISSUE, Way.HOST_BLIND) == pytest.approx(6 * verified + 3 * signed, abs=1)


def test_making_the_rsa_key_is_told_apart() -> None:
    time = estimate(timed(rsa2048_crt_keygen=5000), Flow.DUPLICATE, Way.BASE, KeyType.RSA_2048)
    assert time.key_generation == 5
    assert time.low is not None
    assert time.low < 1
    assert time.total_low == pytest.approx(time.low + 5)


def test_without_the_heavy_operation_nothing_is_told() -> None:
    time = estimate(timed(rsa2048_crt_nopad_decrypt=None), Flow.DECRYPT, Way.BASE, KeyType.RSA_2048)
    assert (time.low, time.high) == (None, None)
    assert time.missing == ("rsa2048_crt_nopad_decrypt",)


def test_without_a_small_one_there_is_a_lower_end_alone() -> None:
    time = estimate(timed(sha256_256B=None), Flow.DECRYPT, Way.BASE, KeyType.RSA_2048)
    assert time.high is None
    assert time.missing == ("sha256_256B",)
    assert time.low is not None


def test_timings_of_a_disturbed_run_are_named_where_they_are_used() -> None:
    chip = replace(
        CHIP, timings=replace(CHIP.timings, suspect=("ecdh256", "aes256_cbc_encrypt_256B"))
    )
    assert estimate(chip, Flow.DECRYPT, Way.BASE, KeyType.RSA_2048).suspect == ()
    assert estimate(chip, Flow.DECRYPT, Way.BASE, KeyType.P_256).suspect == (
        "aes256_cbc_encrypt_256B",
        "ecdh256",
    )


def test_no_estimate_of_a_real_chip_is_zero_or_upside_down() -> None:
    told = 0
    for profile in load_profiles():
        for flow in Flow:
            for way in Way:
                for key in KeyType:
                    time = estimate(profile, flow, way, key)
                    assert time.low is None or time.low >= 0
                    assert time.high is None or time.low is None or 0 < time.low <= time.high
                    assert (time.high is None) == any(
                        name != "rsa2048_crt_keygen" for name in time.missing
                    )
                    told += time.high is not None
    assert told > 100
