"""The measurements as text: one table of figures, and the reason for each APDU."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tools.bench.flows import Flow
from tools.bench.reasons import explain
from tools.bench.speed import Compared
from twincard.card.report import KeyType
from twincard.transport.laboratory import Sizes

_INTRODUCTION = """\
# Performance

Written by `make bench`, from one run on simulated cards. Seconds depend on the machine and on what
else it does; the ratios do much less, so they are what to compare.
"""
_KEY_NAMES = {KeyType.RSA_2048: "RSA-2048", KeyType.P_256: "P-256"}


@dataclass(frozen=True)
class Measurements:
    """All that one run found."""

    rate: Compared
    start: Compared
    flows: Sequence[Flow]
    sizes: Sequence[Sizes]
    """Of each card."""


def figures(found: Measurements) -> str:
    """The table of figures."""
    rows = [
        ("figure", "value", "against", "ratio", "wanted"),
        ("---", "---", "---", "---", "---"),
        _rate(found.rate),
        _start(found.start),
        *_times(found.flows),
        *((f"{_title(flow)}", *_traffic(flow), "", "") for flow in found.flows),
        *_memory(found.sizes),
    ]
    return _table(rows)


def page(found: Measurements) -> str:
    """docs/performance.md."""
    parts = [_INTRODUCTION, figures(found), "## Why each APDU is sent\n"]
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


def _start(start: Compared) -> tuple[str, ...]:
    return (
        "start of a saved card, to its answer to SELECT",
        f"{start.ours:.2f} s",
        f"`java -version`: {start.bare:.2f} s",
        f"{start.ours / start.bare:.1f}",
        "≤ 0.5 s",
    )


def _times(flows: Sequence[Flow]) -> Iterable[tuple[str, ...]]:
    for key_type, name in _KEY_NAMES.items():
        parts = [f for f in flows if f.key_type is key_type and f.name in ("issue", "duplicate")]
        total = sum(flow.seconds for flow in parts)
        generation = sum(flow.generation_seconds for flow in parts)
        yield (
            f"issue and duplicate, {name}",
            f"{total:.2f} s",
            f"making the key pair: {generation:.2f} s, {total - generation:.2f} s more",
            f"{total / generation:.1f}",
            "≤ 0.5 s more",
        )


def _traffic(flow: Flow) -> tuple[str, str]:
    return f"{len(flow.exchanges)} APDUs", f"{flow.bytes:,} bytes both ways"


def _memory(cards: Sequence[Sizes]) -> Iterable[tuple[str, ...]]:
    persistent = max(card.persistent for card in cards)
    transient = max(card.transient_reset + card.transient_deselect for card in cards)
    transaction = max(card.largest_transaction for card in cards)
    yield "persistent memory of a card", f"{persistent:,} bytes", "", "", ""
    yield "transient memory of a card", f"{transient:,} bytes", "", "", "≤ 1,024 bytes"
    yield "largest transaction", f"{transaction:,} bytes", "", "", "≤ 128 bytes"


def _exchanges(flow: Flow) -> Iterable[tuple[str, ...]]:
    yield "card", "command", "sent", "received", "why"
    yield "---", "---", "--:", "--:", "---"
    for exchange in flow.exchanges:
        name, reason = explain(exchange)
        yield exchange.card, name, str(exchange.sent), str(exchange.received), reason


def _title(flow: Flow) -> str:
    return f"{flow.name}, {_KEY_NAMES[flow.key_type]}"


def _table(rows: Iterable[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
