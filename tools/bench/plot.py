"""The growth of time and memory as a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tools.bench.growth import Growth, Point

_COLOURS = {"encrypt": "#2b6ca3", "decrypt": "#d98324", "recover": "#3a8a4d"}
_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "twincard",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
}


def plot(growth: Growth) -> bytes:
    """An SVG: seconds above, memory below; by size on the left, by number on the right."""
    with matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=(9, 6), layout="constrained")
        panels = figure.subplots(2, 2, sharex="col")
        columns = (growth.by_size, "MB in one file", 1e6), (growth.by_number, "files of 10 kB", 1)
        for column, (points, label, unit) in enumerate(columns):
            _draw(panels[0][column], points, unit, [one.seconds for one in points], "seconds")
            megabytes = [one.memory / 1e6 for one in points]
            _draw(panels[1][column], points, unit, megabytes, "MB of memory")
            panels[0][column].set_yscale("log")
            panels[1][column].set_ylim(0, 1.1 * max(megabytes))
            panels[1][column].set_xlabel(label)
        handles, labels = panels[0][1].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def _draw(
    axes: Axes, points: Sequence[Point], unit: float, values: Sequence[float], label: str
) -> None:
    for command, colour in _COLOURS.items():
        own = [
            (point.amount / unit, value)
            for point, value in zip(points, values, strict=True)
            if point.command == command
        ]
        if own:
            axes.plot(*zip(*own, strict=True), "o-", color=colour, label=command)
    axes.set_xscale("log")
    axes.set_ylabel(label)
    axes.grid(alpha=0.3)
