"""Counts from simulated cards: the memory of the applet, and the operations of each flow.

The numbers are in data/counted.json, which `make chips` writes; a test counts again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

from twincard.keys.key_type import KeyType
from twincard.simulator.laboratory import Engines, Operations, Peaks

RESOURCE = "data/counted.json"


class Build(Enum):
    """Which parts are in the applet."""

    BASE = "base"
    FULL = "full"


class Flow(Enum):
    """A job of the product, from power-up to its end."""

    ISSUE = "issue"
    """Personalise both cards, with one component of three."""
    DUPLICATE = "duplicate"
    """Set the others, generate the key and export it to the backup."""
    DECRYPT = "decrypt"
    """One file."""
    RECOVER = "recover"
    """Move one file from the backup to a new original, and check that it opens there."""


class Way(Enum):
    """How the cards were issued and are used."""

    BASE = "base"
    """Base build, base mode, no secure channel."""
    HOST_BLIND = "host_blind"
    """Full build, host-blind mode; the issuer's commands go through SCP03."""
    CHANNEL = "channel"
    """The same, and the user's commands through SCP11b."""

    @property
    def build(self) -> Build:
        """The build that this needs."""
        return Build.BASE if self is Way.BASE else Build.FULL


@dataclass(frozen=True)
class Work:
    """The operations of one card in a flow."""

    card: str
    apdus: int
    apdu_bytes: int
    """Both ways."""
    operations: Operations
    peaks: Peaks


@dataclass(frozen=True)
class FlowCount:
    """One flow, card by card."""

    flow: Flow
    way: Way
    key: KeyType
    works: tuple[Work, ...]


@dataclass(frozen=True)
class Memory:
    """Bytes that a build takes on a chip, with the default sizes of files and contacts."""

    transient: int
    """The least with which it installs, without its engine objects."""
    engines: Engines
    """On a chip with all features."""
    persistent_rsa: int
    """Objects alone, on a chip without P-256; its code is not among them."""
    persistent_p256: int
    persistent_both: int

    def persistent(self, *, rsa: bool, p256: bool) -> int:
        """What it takes on a chip with these."""
        if rsa and p256:
            return self.persistent_both
        return self.persistent_rsa if rsa else self.persistent_p256


@dataclass(frozen=True)
class Counted:
    """All that was counted."""

    memory: Mapping[Build, Memory]
    largest_transaction: int
    flows: tuple[FlowCount, ...]

    def flow(self, flow: Flow, way: Way, key: KeyType) -> FlowCount:
        """The count of one flow."""
        wanted = (flow, way, key)
        return next(item for item in self.flows if (item.flow, item.way, item.key) == wanted)


@cache
def counted() -> Counted:
    """The numbers that come with the package."""
    return parse(files("twincard.chips").joinpath(RESOURCE).read_text(encoding="utf-8"))


def parse(text: str) -> Counted:
    """Numbers as `dump` wrote them."""
    read = json.loads(text)
    memory = {Build(name): _memory(bytes_) for name, bytes_ in read["memory"].items()}
    flows = tuple(
        FlowCount(
            Flow(item["flow"]),
            Way(item["way"]),
            KeyType[item["key"]],
            tuple(_work(name, work) for name, work in item["cards"].items()),
        )
        for item in read["flows"]
    )
    return Counted(memory, read["largest_transaction"], flows)


def _memory(numbers: dict[str, Any]) -> Memory:
    return Memory(**numbers | {"engines": Engines(**numbers["engines"])})


def _work(card: str, numbers: dict[str, int]) -> Work:
    operations = dict(numbers)
    way = operations.pop("apdus"), operations.pop("apdu_bytes")
    peaks = Peaks(operations.pop("stack"), operations.pop("transaction"))
    return Work(card, *way, Operations(**operations), peaks)


def dump(numbers: Counted) -> str:
    """As text, one line per card; counts of zero are left out."""
    lines = ["{", f'  "largest_transaction": {numbers.largest_transaction},', '  "memory": {']
    memory = [
        f'    "{build.value}": {json.dumps(asdict(bytes_))}'
        for build, bytes_ in numbers.memory.items()
    ]
    lines += [",\n".join(memory), "  },", '  "flows": [']
    lines += [",\n".join(map(_dump_flow, numbers.flows)), "  ]", "}"]
    return "\n".join(lines) + "\n"


def _dump_flow(count: FlowCount) -> str:
    works = []
    for work in count.works:
        operations = {kind: number for kind, number in vars(work.operations).items() if number}
        way = {"apdus": work.apdus, "apdu_bytes": work.apdu_bytes}
        numbers = {**way, **vars(work.peaks), **operations}
        works.append(f'      "{work.card}": {json.dumps(numbers)}')
    head = f'"flow": "{count.flow.value}", "way": "{count.way.value}", "key": "{count.key.name}"'
    return f'    {{{head}, "cards": {{\n' + ",\n".join(works) + "\n    }}"
