"""The text of `twincard chips`: a line for each chip, or all about one."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size

from twincard.chips.counted import Build, Flow, Way
from twincard.chips.estimate import estimate
from twincard.chips.features import ALGORITHMS, KEY_FEATURES, Feature, Need, find_features
from twincard.chips.profile import Amount, Answer, ChipProfile, load_profiles
from twincard.chips.reach import is_candidate, share
from twincard.chips.simulation import SimulatedChip
from twincard.chips.words import (
    KEY_NAMES,
    answer_word,
    duration,
    feature_name,
    flow_name,
    need_names,
    reason,
    way_name,
)
from twincard.ground.language import _, plural
from twincard.keys.key_type import KeyType

_GAP = "  "
_SHORTEST_NAME = 34
_TOLD_FEATURES = (Feature.BASE, Feature.ORIGINAL, Feature.HOST_BLIND)


def ways_of(profile: ChipProfile) -> list[tuple[Way, KeyType]]:
    """The modes and key types that such a chip supports, or may support."""
    found = find_features(profile)
    keys = [key for key, feature in KEY_FEATURES.items() if found[feature].answer is not Answer.NO]
    blind = found[Feature.HOST_BLIND].answer is not Answer.NO
    return [(way, key) for way in Way if way is Way.BASE or blind for key in keys]


def overview(profiles: Sequence[ChipProfile]) -> str:
    """A line for each chip, as wide as the terminal, and the shares of all."""
    heads = (_("chip"), _("base"), _("makes key"), _("host-blind"), _("decrypt"), _("duplicate"))
    rows = [heads, *map(_row, profiles)]
    widths = _fitting([max(map(cell_len, column)) for column in zip(*rows, strict=True)])
    lines = [
        _GAP.join(set_cell_size(cell, width) for cell, width in zip(row, widths, strict=False))
        for row in rows
    ]
    count = plural("{count} chip", "{count} chips", len(profiles)).format(count=len(profiles))
    hint = _("`twincard chips MODEL` shows one chip in detail; docs/chips.md gives the sources.")
    return "\n".join([*(line.rstrip() for line in lines), "", count + ".", *shares_text(), hint])


def _row(profile: ChipProfile) -> tuple[str, ...]:
    found = find_features(profile)
    answers = (answer_word(found[feature].answer) for feature in _TOLD_FEATURES)
    times = ("", "")
    if found[Feature.BASE].answer is not Answer.NO:
        key = usual_key(profile)
        pair = (Flow.DECRYPT, Flow.DUPLICATE)
        times = tuple(duration(estimate(profile, flow, Way.BASE, key)) for flow in pair)  # type: ignore[assignment]
    return (profile.name, *answers, *times)


def usual_key(profile: ChipProfile) -> KeyType:
    """The key type to show first: RSA, unless the chip can generate only the other one."""
    ways = ways_of(profile)
    return ways[0][1] if ways else KeyType.RSA_2048


def _fitting(widths: Sequence[int]) -> list[int]:
    """The widths of the columns that fit on the terminal: names are cut, then columns left out."""
    name, *others = widths
    if not sys.stdout.isatty():
        return [name, *others]
    while True:
        free = shutil.get_terminal_size().columns - sum(others) - len(_GAP) * len(others)
        if free >= min(name, _SHORTEST_NAME) or not others:
            return [min(name, max(free, _SHORTEST_NAME)), *others]
        others.pop()


def shares_text() -> list[str]:
    """A line for each of the main features."""
    candidates = [profile for profile in load_profiles() if is_candidate(profile)]
    lines = []
    for feature in _TOLD_FEATURES:
        found = share(candidates, feature)
        text = _(
            "{feature}: {yes} of {total} chips with Java Card 3.0.4 or later and RSA or "
            "P-256 ({percent:.0f} %); unknown: {unknown}; not supported: {no}."
        )
        numbers = {"yes": found.yes, "total": found.total, "unknown": found.unknown}
        lines.append(
            text.format(
                feature=feature_name(feature), percent=found.percent, no=found.no, **numbers
            )
        )
    return lines


def details(profiles: Iterable[ChipProfile]) -> str:
    """All that is known about each chip."""
    return "\n\n".join("\n".join(_details(profile)) for profile in profiles)


def _details(profile: ChipProfile) -> Iterable[str]:
    yield profile.name
    yield _("Java Card {version}, tested in {year}").format(
        version=profile.version, year=profile.year
    )
    yield _memory(profile)
    yield ""
    found = find_features(profile)
    rows = [
        (feature_name(feature), answer_word(finding.answer), reason(finding))
        for feature, finding in found.items()
    ]
    yield from _columns(rows)
    if not profile.timings.measured:
        yield ""
        yield _("No timings: this chip was not measured.")
        return
    yield ""
    heads = (_("times"), "", *(flow_name(flow) for flow in Flow))
    yield from _columns([heads, *(_times(profile, way, key) for way, key in ways_of(profile))])
    yield from _doubts(profile)


def _times(profile: ChipProfile, way: Way, key: KeyType) -> tuple[str, ...]:
    times = (duration(estimate(profile, flow, way, key)) for flow in Flow)
    return (KEY_NAMES[key], way_name(way), *times)


def _doubts(profile: ChipProfile) -> Iterable[str]:
    times = [estimate(profile, flow, way, key) for way, key in ways_of(profile) for flow in Flow]
    missing = sorted({name for time in times for name in time.missing})
    suspect = sorted({name for time in times for name in time.suspect})
    yield _("The estimates do not include the applet's own code; see docs/chips.md.")
    if missing:
        yield _("Not measured: {names}.").format(names=", ".join(missing))
    if suspect:
        yield _("Measured during a disturbed run: {names}.").format(names=", ".join(suspect))


def _memory(profile: ChipProfile) -> str:
    return _(
        "free bytes when tested: transient {transient}, persistent {persistent}; "
        "transactions of {commit}"
    ).format(
        transient=_bytes(profile.transient),
        persistent=_bytes(profile.persistent),
        commit=_bytes(profile.commit_capacity),
    )


def _bytes(amount: Amount | None) -> str:
    if amount is None:
        return "?"
    return f"> {amount.bytes:,}" if amount.saturated else f"{amount.bytes:,}"


def simulation_text(copied: SimulatedChip) -> Sequence[str]:
    """What a simulated card of a chip lacks, and which build is on it."""
    needs = [
        need
        for need in Need
        if need in ALGORITHMS and getattr(copied.profile.algorithms, need.value) is Answer.NO
    ]
    build = _("the base build") if copied.build is Build.BASE else _("the full build")
    lines = [
        _("It behaves like {chip}, with {build}.").format(chip=copied.profile.name, build=build)
    ]
    if needs:
        lines.append(_("It lacks: {needs}.").format(needs=need_names(needs)))
    return lines


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterable[str]:
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, strict=True)
        yield _GAP.join(set_cell_size(cell, width) for cell, width in cells).rstrip()
