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
from twincard.cli.shell.help_page import wrapped
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
    count = plural("{count} chip.", "{count} chips.", len(profiles)).format(count=len(profiles))
    hint = _("`twincard chips MODEL` shows one chip in detail; docs/chips.md gives the sources.")
    prose = _fitted([count, *shares_text(), hint])
    return "\n".join([*(line.rstrip() for line in lines), "", *prose])


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
    if (room := _room()) is None:
        return [name, *others]
    while True:
        free = room - sum(others) - len(_GAP) * len(others)
        if free >= min(name, _SHORTEST_NAME) or not others:
            return [min(name, max(free, _SHORTEST_NAME)), *others]
        others.pop()


def _room() -> int | None:
    """The columns of the terminal; None where the text goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _fitted(prose: Iterable[str]) -> list[str]:
    """Sentences in lines that fit on the terminal."""
    room = _room()
    if room is None:
        return list(prose)
    return [line for sentence in prose for line in wrapped(sentence, room)]


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
    tested = _("Java Card {version}, tested in {year}").format(
        version=profile.version, year=profile.year
    )
    yield from _fitted([profile.name, tested, _memory(profile)])
    yield ""
    found = find_features(profile)
    rows = [
        (feature_name(feature), answer_word(finding.answer), reason(finding))
        for feature, finding in found.items()
    ]
    yield from _with_reasons(rows)
    if not profile.timings.measured:
        yield ""
        yield _("No timings: this chip was not measured.")
        return
    yield ""
    yield from _table_of_times([_times(profile, way, key) for way, key in ways_of(profile)])
    yield from _fitted(_doubts(profile))


def _with_reasons(rows: Sequence[tuple[str, ...]]) -> Iterable[str]:
    """The columns; a reason that is too long for the terminal continues below itself."""
    room = _room()
    start = sum(
        max(map(cell_len, column)) + len(_GAP) for column in list(zip(*rows, strict=True))[:-1]
    )
    for line, (*_cells, why) in zip(_columns(rows), rows, strict=True):
        if room is None or cell_len(line) <= room:
            yield line
            continue
        first, *others = wrapped(why, max(room - start, 1))
        yield line.removesuffix(why) + first
        yield from (" " * start + other for other in others)


def _table_of_times(rows: Sequence[tuple[str, ...]]) -> Iterable[str]:
    """One table, or where that is wider than the terminal, one for each key type and mode."""
    flows = [flow_name(flow) for flow in Flow]
    table = list(_columns([(_("times"), "", *flows), *rows]))
    room = _room()
    if room is None or max(map(cell_len, table)) <= room:
        yield from table
        return
    yield _("times")
    for key, way, *times in rows:
        yield f"{key}{_GAP}{way}"
        yield from _columns([("", *pair) for pair in zip(flows, times, strict=True)])


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
