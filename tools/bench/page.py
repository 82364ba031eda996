"""The measurements as text: one table of figures, and the reason for each APDU."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tools.bench.builds import Build, LoadSize
from tools.bench.commands import Flow
from tools.bench.files import FileTime
from tools.bench.growth import Growth
from tools.bench.prices import Price
from tools.bench.reasons import explain
from tools.bench.recovery import RecoverySpeed
from tools.bench.speed import Compared
from twincard.chips import find_profile
from twincard.chips.counted import Build as ChipBuild
from twincard.chips.counted import FlowCount, Way
from twincard.chips.features import engine_bytes
from twincard.chips.words import KEY_NAMES, flow_name, way_name
from twincard.simulator.laboratory import Sizes

_INTRODUCTION = """\
# Performance

`make bench` writes this page, from one run on simulated cards. Seconds depend on the machine and
its load. The ratios depend on them much less, so compare the ratios.
"""
_PRICES = """\
## What each part costs

The numbers are *with the part : without it*. *Time* is the ratio in this run. On a chip, where
arithmetic takes longer than transmission, the ratio is different.
"""
_PEAKS = """\
## Stack and transactions

The deepest stack of any command of a flow on any of its cards, counted by the frames of the
bytecode (see [what is counted](chips.md#what-is-counted)), and the largest transaction, in bytes.
The default of the reference implementation is 384 and 128; the simulated card refuses more.
"""
_GROWTH = """\
## Growth

Whole commands on files of growing size, and on a growing number of files; the simulated card's
program is included in the memory. Recovering takes the two cards' work for each file; the other
figures tell what the computer adds.

![Seconds and memory by size and by number of files](performance.svg)
"""
_KINDS = ("stack", "transaction")
_ENGINE_CHIPS = ("NXP JCOP3 J3H145 RSA4096", "NXP JCOP4 J3R180", "Feitian H19CR Edition 20230713")


@dataclass(frozen=True)
class Measurements:
    """The results of one run."""

    rate: Compared
    reader_rate: float
    """Commands each second through a virtual reader."""
    start: Compared
    flows: Sequence[Flow]
    prices: Sequence[Price]
    sizes: Mapping[Build, Sequence[Sizes]]
    """Of each card."""
    counts: Sequence[FlowCount]
    loads: Mapping[Build, LoadSize]
    """Empty without a kit."""
    files: Sequence[FileTime]
    recoveries: Sequence[RecoverySpeed]
    growth: Growth


def figures(found: Measurements) -> str:
    """All figures."""
    prices = [_PRICES, _prices(found.prices)]
    builds = ["## What each build takes\n", _builds(found)]
    return "\n".join([_speed(found), *prices, *builds, _PEAKS, _peaks(found.counts)])


def _speed(found: Measurements) -> str:
    rows = [
        ("figure", "value", "compared with", "ratio", "goal"),
        ("---", "---", "---", "---", "---"),
        _rate(found.rate),
        _reader_rate(found.reader_rate, found.rate.ours),
        _start(found.start),
        *_times(found.flows),
        *map(_file, found.files),
        *(row for speed in found.recoveries for row in _recovery(speed)),
        *((f"{_title(flow)}", *_traffic(flow), "", "") for flow in found.flows),
    ]
    return _table(rows)


def page(found: Measurements) -> str:
    """docs/performance.md."""
    parts = [_INTRODUCTION, figures(found), _GROWTH, "## Why each APDU is sent\n"]
    for flow in found.flows:
        parts += [f"### {_title(flow)}\n", _table(_exchanges(flow))]
    return "\n".join(parts)


def _rate(rate: Compared) -> tuple[str, ...]:
    return (
        "commands through `sim:` (state report)",
        f"{rate.ours:,.0f}/s",
        f"in jCardSim in process: {rate.bare:,.0f}/s",
        f"{rate.ours / rate.bare:.2f}",
        "≥ 10,000/s",
    )


def _reader_rate(rate: float, direct: float) -> tuple[str, ...]:
    return (
        "the same through pcscd and a virtual reader",
        f"{rate:,.0f}/s",
        f"through `sim:`: {direct:,.0f}/s",
        f"{rate / direct:.2f}",
        "≥ 3,000/s",
    )


def _start(start: Compared) -> tuple[str, ...]:
    return (
        "start of a saved card, to its answer to SELECT",
        f"{start.ours:.2f} s",
        f"`java -version`: {start.bare:.2f} s",
        f"{start.ours / start.bare:.1f}",
        "≤ 0.12 s",
    )


def _times(flows: Sequence[Flow]) -> Iterable[tuple[str, ...]]:
    for key_type, name in KEY_NAMES.items():
        parts = [f for f in flows if f.key_type is key_type and f.name in ("issue", "duplicate")]
        total = sum(flow.seconds for flow in parts)
        generation = sum(flow.generation_seconds for flow in parts)
        yield (
            f"issue and duplicate, {name}",
            f"{total:.2f} s",
            f"generating the key pair: {generation:.2f} s, {total - generation:.2f} s more",
            f"{total / generation:.1f}",
            "≤ 0.5 s more",
        )


def _file(one: FileTime) -> tuple[str, ...]:
    """The ratio is above 1 where ours is faster than the fastest of the others."""
    others = ", ".join(f"`{name}`: {seconds:.2f} s" for name, seconds in one.others.items())
    small = one.name.endswith("byte")
    return (
        f"{one.name}, whole process",
        f"{one.ours:.2f} s, {one.memory / 1e6:.0f} MB",
        others,
        f"{min(one.others.values()) / one.ours:.2f}",
        "≤ 0.30 s, ≥ 0.5" if small else "≥ 1.0, ≤ 64 MB",
    )


def _recovery(speed: RecoverySpeed) -> Iterable[tuple[str, ...]]:
    name = f"recover {speed.files} files of 10 kB, {KEY_NAMES[speed.key_type]}"
    longer = max(speed.old_seconds, speed.new_seconds)
    both = speed.old_seconds + speed.new_seconds
    yield (
        name,
        f"{speed.seconds:.1f} s",
        f"own work of the old card: {speed.old_seconds:.1f} s, of the new one: "
        f"{speed.new_seconds:.1f} s",
        f"{speed.seconds / longer:.2f} of the longer, {both / speed.seconds:.2f} times faster "
        "than one after the other",
        "≤ 1.15, ≥ 1.6",
    )
    yield (
        f"{name}: memory, and again with the journal",
        f"{speed.grown:.0f} MiB more, {speed.files / speed.again_seconds:,.0f} files/s",
        "",
        "",
        "flat",
    )


def _traffic(flow: Flow) -> tuple[str, str]:
    return f"{len(flow.exchanges)} APDUs", f"{flow.bytes:,} bytes both ways"


def _prices(prices: Sequence[Price]) -> str:
    rows: list[Sequence[str]] = [
        ("part", "compared with", "APDUs", "bytes both ways", "time"),
        ("---", "---", "--:", "--:", "--:"),
    ]
    for price in prices:
        ours, bare = price.ours, price.bare
        counts = f"{ours.apdus} : {bare.apdus}", f"{ours.bytes:,} : {bare.bytes:,}"
        rows.append((price.part, price.against, *counts, f"{ours.seconds / bare.seconds:.1f}"))
    return _table(rows)


def _builds(found: Measurements) -> str:
    return _table(
        [
            ("build", "base", "full", "goal"),
            ("---", "--:", "--:", "---"),
            _row("persistent memory of a card", found, _persistent, ""),
            _row("transient memory of a card", found, _transient, "≤ 1,024 and ≤ 1,200 bytes"),
            *map(_engines, _ENGINE_CHIPS),
            _row(
                "largest transaction", found, lambda card: card.largest_transaction, "≤ 128 bytes"
            ),
            (
                "CAP file, bytes to load",
                *_loads(found, extended=True),
                "≤ 27,000 and ≤ 38,000 bytes",
            ),
            ("the same without extended length", *_loads(found, extended=False), ""),
        ]
    )


def _engines(chip: str) -> tuple[str, ...]:
    profile = find_profile(chip)
    taken = (f"{engine_bytes(profile, build):,} bytes" for build in ChipBuild)
    return f"engine objects in addition, on {chip}", *taken, ""


def _peaks(counts: Sequence[FlowCount]) -> str:
    ways = [name for way in Way for name in (way_name(way), "transaction")]
    rows: list[Sequence[str]] = [("flow", *ways), ("---", *("--:",) * len(ways))]
    for first in (count for count in counts if count.way is Way.BASE):
        same = [c for c in counts if (c.flow, c.key) == (first.flow, first.key)]
        cells = [str(max(getattr(w.peaks, peak) for w in c.works)) for c in same for peak in _KINDS]
        rows.append((f"{flow_name(first.flow)}, {KEY_NAMES[first.key]}", *cells))
    return _table(rows)


def _row(
    name: str, found: Measurements, size: Callable[[Sizes], int], wanted: str
) -> tuple[str, ...]:
    largest = (max(map(size, found.sizes[build])) for build in Build)
    return name, *(f"{value:,} bytes" for value in largest), wanted


def _persistent(card: Sizes) -> int:
    return card.persistent


def _transient(card: Sizes) -> int:
    return card.transient_reset + card.transient_deselect


def _loads(found: Measurements, *, extended: bool) -> Iterable[str]:
    for build in Build:
        if build not in found.loads:
            yield "not measured: no kit"
        else:
            load = found.loads[build]
            yield f"{load.extended if extended else load.short:,} bytes"


def _exchanges(flow: Flow) -> Iterable[tuple[str, ...]]:
    yield "card", "command", "sent", "received", "why"
    yield "---", "---", "--:", "--:", "---"
    for exchange in flow.exchanges:
        name, reason = explain(exchange)
        yield exchange.card, name, str(exchange.sent), str(exchange.received), reason


def _title(flow: Flow) -> str:
    return f"{flow.name}, {KEY_NAMES[flow.key_type]}"


def _table(rows: Iterable[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
