"""The numbers that come with the package are those that a fresh count gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.faults.power import LONG

from tools.chips.counting import (
    count,
    count_engines,
    count_flows,
    count_persistent,
    installs,
)
from twincard.chips.counted import Build, FlowCount, Way, counted, dump, parse
from twincard.keys.key_type import KeyType


def exact(flow: FlowCount) -> FlowCount:
    """Without the stores of the applet's own code, whose number varies with the numbers drawn."""
    works = tuple(
        replace(work, operations=replace(work.operations, array_stores=0)) for work in flow.works
    )
    return replace(flow, works=works)


def assert_same(fresh: FlowCount, known: FlowCount) -> None:
    assert exact(fresh) == exact(known)
    for one, other in zip(fresh.works, known.works, strict=True):
        stores = other.operations.array_stores
        assert one.operations.array_stores == pytest.approx(stores, rel=0.1)


def test_base_mode_takes_the_operations_that_are_told(tmp_path: Path) -> None:
    fresh, _ = count_flows(tmp_path, Way.BASE, KeyType.RSA_2048)
    for flow in fresh:
        assert_same(flow, counted().flow(flow.flow, flow.way, flow.key))


@pytest.mark.parametrize("build", Build)
def test_the_applet_takes_the_memory_that_is_told(build: Build) -> None:
    told = counted().memory[build]
    assert installs(build, f"transient={told.transient}")
    assert not installs(build, f"transient={told.transient - 1}")
    assert count_engines(build) == told.engines
    assert count_persistent(build) == [
        told.persistent_rsa,
        told.persistent_p256,
        told.persistent_both,
    ]


@pytest.mark.parametrize("_", [pytest.param(None, marks=LONG)])
def test_all_flows_take_the_operations_that_are_told(tmp_path: Path, _: None) -> None:
    fresh = count(tmp_path)
    assert fresh.memory == counted().memory
    assert fresh.largest_transaction == counted().largest_transaction
    for one, other in zip(fresh.flows, counted().flows, strict=True):
        assert_same(one, other)


def test_numbers_are_written_as_they_are_read() -> None:
    assert parse(dump(counted())) == counted()
