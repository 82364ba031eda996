"""docs/chips.md: the table of all chips, and how what it says is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tools.chips.text import CAVEATS, INTRODUCTION, REACH, SIMULATED, SOURCE, TIMES
from twincard.card.report import KeyType
from twincard.chips import Answer, ChipProfile, load_profiles
from twincard.chips.counted import Flow, FlowCount, Way, counted
from twincard.chips.estimate import estimate
from twincard.chips.features import KEK_BYTES, KEY_FEATURES, Feature, find_features
from twincard.chips.reach import is_candidate, share
from twincard.chips.words import (
    KEY_NAMES,
    answer_word,
    duration,
    feature_name,
    flow_name,
    reason,
    way_name,
)

_TOLD = (
    Feature.BASE,
    Feature.RSA_2048,
    Feature.P_256,
    Feature.ORIGINAL,
    Feature.HOST_BLIND,
    Feature.SCP03,
    Feature.EXTENDED_LENGTH,
    Feature.MEMORY_FULL,
)
_HEADS = ("RSA", "P-256", "makes key", "host-blind", "SCP03", "ext. length", "memory")
_KINDS = {
    "rsa_private": "RSA private",
    "rsa_public": "RSA public",
    "rsa_generation": "RSA keys made",
    "ec_generation": "EC keys made",
    "ecdh": "ECDH",
    "ecdsa_sign": "ECDSA signed",
    "ecdsa_verify": "ECDSA verified",
    "aes_bytes": "AES bytes",
    "hash_bytes": "hashed bytes",
    "random_bytes": "random bytes",
    "written_bytes": "bytes written",
    "array_stores": "array stores",
}


def page() -> str:
    """The page, from the table and the counted numbers."""
    recent = [profile for profile in load_profiles() if profile.at_least_304 is Answer.YES]
    candidates = [profile for profile in recent if is_candidate(profile)]
    return "\n".join(
        [
            INTRODUCTION.format(all=len(load_profiles()), recent=len(recent)),
            _shares(candidates),
            REACH.format(**_memory_words()),
            _excluded(candidates),
            "## Chip by chip\n",
            _chips(recent),
            TIMES.format(timed=sum(profile.timings.measured for profile in recent)),
            _times(recent),
            "## What is counted\n",
            _counts(),
            CAVEATS,
            SIMULATED,
            SOURCE,
        ]
    )


def _memory_words() -> dict[str, str]:
    base, full = counted().memory.values()
    return {
        "base": f"{base.transient:,}",
        "full": f"{full.transient:,}",
        "keks": str(sum(KEK_BYTES.values())),
        "base_objects": f"{base.persistent_both:,}",
        "full_objects": f"{full.persistent_both:,}",
        "transaction": str(counted().largest_transaction),
    }


def _shares(candidates: Sequence[ChipProfile]) -> str:
    rows = [("feature", "yes", "not known", "no", "of all"), ("---", "--:", "--:", "--:", "--:")]
    for feature in Feature:
        found = share(candidates, feature)
        numbers = (str(found.yes), str(found.unknown), str(found.no))
        rows.append((feature_name(feature), *numbers, f"{found.percent:.0f} %"))
    return _table(rows)


def _excluded(candidates: Iterable[ChipProfile]) -> str:
    rows = [("chip", "base functions", "why"), ("---", "---", "---")]
    for profile in candidates:
        base = find_features(profile)[Feature.BASE]
        if base.answer is not Answer.YES:
            rows.append((_cell(profile.name), answer_word(base.answer), reason(base)))
    return _table(rows)


def _chips(profiles: Iterable[ChipProfile]) -> str:
    rows = [("chip", "Java Card", "base", *_HEADS), ("---",) * (len(_HEADS) + 3)]
    for profile in profiles:
        found = find_features(profile)
        answers = (answer_word(found[feature].answer) for feature in _TOLD)
        rows.append((_cell(profile.name), profile.version, *answers))
    return _table(rows)


def _times(profiles: Iterable[ChipProfile]) -> str:
    heads = ("chip", "key", "way", *(flow_name(flow) for flow in Flow))
    rows = [heads, ("---",) * len(heads)]
    for profile in profiles:
        for way, key in _told_ways(profile):
            times = [estimate(profile, flow, way, key) for flow in Flow]
            if any(time.low is not None for time in times[1:]):
                marked = any(time.suspect for time in times)
                name = _cell(profile.name) + (" \\*" if marked else "")
                words = map(duration, times)
                rows.append((name, KEY_NAMES[key], way_name(way), *words))
    return _table(rows)


def _told_ways(profile: ChipProfile) -> Iterable[tuple[Way, KeyType]]:
    """A secure channel is told of by `twincard chips MODEL`."""
    found = find_features(profile)
    for way in (Way.BASE, Way.HOST_BLIND):
        blind = found[Feature.HOST_BLIND].answer is Answer.YES
        for key, feature in KEY_FEATURES.items():
            if found[feature].answer is Answer.YES and (way is Way.BASE or blind):
                yield way, key


def _counts() -> str:
    heads = ("flow", "card", "APDUs", "bytes both ways", *_KINDS.values())
    rows = [heads, ("---", "---", *("--:",) * (len(heads) - 2))]
    for count in counted().flows:
        if count.way is not Way.CHANNEL:
            rows += _count_rows(count)
    return _table(rows)


def _count_rows(count: FlowCount) -> Iterable[tuple[str, ...]]:
    title = f"{flow_name(count.flow)}, {KEY_NAMES[count.key]}, {way_name(count.way)}"
    for work in count.works:
        numbers = (getattr(work.operations, kind) for kind in _KINDS)
        cells = (f"{number:,}" if number else "" for number in numbers)
        yield (title, work.card, str(work.apdus), f"{work.apdu_bytes:,}", *cells)


def _cell(text: str) -> str:
    return text.replace("[", "\\[").replace("|", "\\|")


def _table(rows: Iterable[Sequence[str]]) -> str:
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)
