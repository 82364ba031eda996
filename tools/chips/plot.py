"""The times of measured chips as a picture, the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from twincard.chips import Answer, ChipProfile, load_profiles
from twincard.chips.counted import Flow, Way
from twincard.chips.estimate import Estimate, estimate
from twincard.chips.features import KEY_FEATURES, find_features
from twincard.chips.words import KEY_NAMES
from twincard.keys.key_type import KeyType

_BLUE, _ORANGE, _GREY = "#2b6ca3", "#d98324", "#888888"
_COLOURS = {KeyType.RSA_2048: _BLUE, KeyType.P_256: _ORANGE}
_OFFSETS = {KeyType.RSA_2048: -0.18, KeyType.P_256: 0.18}
_PANELS = {Flow.DECRYPT: "decrypt a file", Flow.DUPLICATE: "duplicate, with making the key"}
_LONGEST_NAME = 40


def plot() -> bytes:
    """An SVG: decryption and duplication in base mode, a bar from the lower end to the upper."""
    chips = sorted(filter(_is_told, load_profiles()), key=_order)
    settings: dict[Any, Any] = {
        "svg.hashsalt": "twincard",
        "svg.fonttype": "path",
        "font.family": "DejaVu Sans",
        "font.size": 9,
    }
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(10, 0.42 * len(chips) + 1.5), layout="constrained")
        panels = figure.subplots(1, len(_PANELS), sharey=True)
        for axes, (flow, title) in zip(panels, _PANELS.items(), strict=True):
            _draw(axes, chips, flow)
            axes.set_title(title, fontsize=10)
        panels[0].set_yticks(range(len(chips)), [_short(chip.name) for chip in chips])
        panels[0].invert_yaxis()
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles[::-1], labels[::-1], loc="outside lower center", ncols=4)
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()


def _is_told(profile: ChipProfile) -> bool:
    if profile.at_least_304 is not Answer.YES:
        return False
    return any(_time(profile, flow, key) is not None for flow in _PANELS for key in KeyType)


def _time(profile: ChipProfile, flow: Flow, key: KeyType) -> Estimate | None:
    """None if the chip cannot use such a key, or its time cannot be estimated."""
    time = estimate(profile, flow, Way.BASE, key)
    runs = find_features(profile)[KEY_FEATURES[key]].answer is Answer.YES
    return time if runs and time.total_low is not None else None


def _order(profile: ChipProfile) -> tuple[float, str]:
    times = [_time(profile, Flow.DECRYPT, key) for key in KeyType]
    return min(time.total_low or 0 for time in times if time), profile.name


def _draw(axes: Axes, chips: Sequence[ChipProfile], flow: Flow) -> None:
    for key in KeyType:
        colour = _COLOURS[key]
        told = [(row, time) for row, chip in enumerate(chips) if (time := _time(chip, flow, key))]
        ranges = [
            (row, time.total_low, time.total_high)
            for row, time in told
            if time.total_low is not None and time.total_high is not None
        ]
        open_ended = [
            (row, time.total_low)
            for row, time in told
            if time.total_low is not None and time.total_high is None
        ]
        rows = [row + _OFFSETS[key] for row, *_ in ranges]
        widths = [high - low for _, low, high in ranges]
        lows = [low for _, low, _ in ranges]
        axes.barh(rows, widths, left=lows, height=0.3, color=colour, label=KEY_NAMES[key])
        axes.plot(
            [low for _, low in open_ended],
            [row + _OFFSETS[key] for row, _ in open_ended],
            ">",
            color=colour,
            markersize=5,
            label=f"{KEY_NAMES[key]}, at least",
        )
    axes.use_sticky_edges = False
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.set_ylim(-0.6, len(chips) - 0.4)
    axes.set_xlabel("seconds")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(axis="x", color=_GREY, alpha=0.3)
    axes.set_axisbelow(True)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1].rstrip() + "…"
