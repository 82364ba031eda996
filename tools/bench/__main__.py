"""Measures, prints the tables, and writes docs/performance.md (`make bench`)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tools.bench.builds import Build, Kit, load_size
from tools.bench.cards import measure_sizes
from tools.bench.commands import Flow, run_commands
from tools.bench.files import measure_files
from tools.bench.growth import measure_growth
from tools.bench.page import Measurements, figures, page
from tools.bench.plot import plot
from tools.bench.prices import measure_prices
from tools.bench.reader import measure_reader_rate
from tools.bench.recovery import measure_recovery
from tools.bench.speed import measure_rate, measure_start
from tools.chips.counting import count_flows
from twincard.chips.counted import FlowCount, Way
from twincard.keys.key_type import KeyType
from twincard.simulator.laboratory import Sizes

_PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def main() -> None:
    """Run every measurement once. Arguments, both or none: see Kit."""
    kit = Kit(*sys.argv[1:]) if any(sys.argv[1:]) else None
    with tempfile.TemporaryDirectory() as name:
        found = _measure(Path(name), kit)
    print(figures(found), end="")
    _PAGE.write_text(page(found), encoding="utf-8")
    _PAGE.with_suffix(".svg").write_bytes(plot(found.growth))


def _measure(folder: Path, kit: Kit | None) -> Measurements:
    flows: list[Flow] = []
    sizes: dict[Build, list[Sizes]] = {build: [] for build in Build}
    for key_type in KeyType:
        flows += run_commands(key_type, _below(folder, key_type.name))
        for build in Build:
            below = _below(folder, f"{build.name} {key_type.name} in memory")
            sizes[build] += measure_sizes(below, key_type, build)
    counts: list[FlowCount] = []
    for way in Way:
        for key_type in KeyType:
            counts += count_flows(_below(folder, f"{way.name} {key_type.name}"), way, key_type)[0]
    loads = {build: load_size(kit, build) for build in Build} if kit else {}
    prices = list(measure_prices())
    reader_rate = measure_reader_rate(_below(folder, "r"))
    speed = (measure_rate(folder), reader_rate, measure_start(folder))
    files = measure_files(folder / KeyType.P_256.name)
    growth = measure_growth(folder / KeyType.P_256.name)
    many = [measure_recovery(_below(folder, f"{key.name} recovery"), key) for key in KeyType]
    return Measurements(*speed, flows, prices, sizes, counts, loads, files, many, growth)


def _below(folder: Path, name: str) -> Path:
    below = folder / name
    below.mkdir()
    return below


if __name__ == "__main__":
    main()
