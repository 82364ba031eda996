"""Measures, prints the table, and writes docs/performance.md (`make bench`)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tools.bench.cards import measure_flows, measure_sizes
from tools.bench.flows import Flow
from tools.bench.page import Measurements, figures, page
from tools.bench.speed import measure_rate, measure_start
from twincard.card.report import KeyType
from twincard.transport.laboratory import Sizes

_PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def main() -> None:
    """Run every measurement once."""
    with tempfile.TemporaryDirectory() as name:
        found = _measure(Path(name))
    print(figures(found), end="")
    _PAGE.write_text(page(found), encoding="utf-8")


def _measure(folder: Path) -> Measurements:
    flows: list[Flow] = []
    sizes: list[Sizes] = []
    for key_type in KeyType:
        flows += measure_flows(_below(folder, key_type.name), key_type)
        sizes += measure_sizes(_below(folder, f"{key_type.name} in memory"), key_type)
    return Measurements(measure_rate(folder), measure_start(folder), flows, sizes)


def _below(folder: Path, name: str) -> Path:
    below = folder / name
    below.mkdir()
    return below


if __name__ == "__main__":
    main()
