"""docs/chips.md: the table of all chips, and its sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from tools.chips.text import (
    CAVEATS,
    CHANGES,
    ENGINES,
    INTRODUCTION,
    REACH,
    SIMULATED,
    SOURCE,
    TIMES,
)
from twincard.chips import Answer, ChipProfile, load_profiles
from twincard.chips.counted import Build, Flow, FlowCount, Way, counted
from twincard.chips.engines import MEASURED, NO_ENGINES
from twincard.chips.estimate import estimate
from twincard.chips.features import (
    KEK_BYTES,
    KEY_FEATURES,
    Feature,
    engine_bytes,
    find_features,
)
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
from twincard.keys.key_type import KeyType

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


_ENGINES = {
    "rsa_nopad": "RSA",
    "aes_cbc_nopad": "AES",
    "sha1": "SHA-1",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
    "ecdsa_sha256": "ECDSA",
    "ecdh_plain": "ECDH",
    "transient_key": "a key",
}
_BEFORE = {
    Feature.BASE: 64,
    Feature.RSA_2048: 64,
    Feature.P_256: 42,
    Feature.ORIGINAL: 53,
    Feature.HOST_BLIND: 42,
    Feature.SCP03: 60,
    Feature.SIGNATURE_KEY: 50,
    Feature.MEMORY_BASE: 68,
    Feature.MEMORY_FULL: 67,
}
"""How many chips certainly had each feature, in version 1.1 of the interface."""


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
            ENGINES.format(**_engine_words(candidates)),
            _engines(recent),
            CHANGES,
            _changes(candidates),
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


def _engine_words(candidates: Sequence[ChipProfile]) -> dict[str, str]:
    measured = sum(profile.engines.measured for profile in candidates)
    return {"measured": str(measured), "candidates": str(len(candidates))}


def _engines(profiles: Iterable[ChipProfile]) -> str:
    """Chips with their own figures or those of their model; chips alike share a row."""
    heads = ("chips", *(_ENGINES[name] for name in MEASURED), "base", "full", "free, at least")
    rows = [heads, ("---", *("--:",) * (len(heads) - 1))]
    alike: dict[tuple[str, ...], list[ChipProfile]] = {}
    for profile in profiles:
        if profile.engines.measured and is_candidate(profile):
            needs = (f"{engine_bytes(profile, build):,}" for build in Build)
            sizes = (str(getattr(profile.engines.bytes, name)) for name in MEASURED)
            alike.setdefault((*sizes, *needs), []).append(profile)
    for numbers, chips in alike.items():
        free = [chip.transient.bytes for chip in chips if chip.transient]
        names = ", ".join(_cell(chip.name) for chip in chips)
        rows.append((names, *numbers, f"{min(free):,}" if free else "?"))
    return _table(rows)


def _changes(candidates: Sequence[ChipProfile]) -> str:
    """How many chips certainly have each feature, step by step."""
    steps: list[Callable[[ChipProfile], ChipProfile]] = [
        lambda profile: _with_use(replace(profile, engines=NO_ENGINES)),
        _with_use,
        lambda profile: profile,
    ]
    heads = ("feature", "1.1", "this version", "engine objects counted", "RSA that is computed")
    rows = [heads, ("---", *("--:",) * (len(heads) - 1))]
    for feature, before in _BEFORE.items():
        counts = (share(map(step, candidates), feature).yes for step in steps)
        rows.append((feature_name(feature), str(before), *map(str, counts)))
    return _table(rows)


def _with_use(profile: ChipProfile) -> ChipProfile:
    """As if the chip computed with every RSA key that it accepts."""
    chip = profile.algorithms
    return replace(profile, algorithms=replace(chip, rsa_2048_nopad_use=Answer.YES))


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
    """`twincard chips MODEL` shows secure channels."""
    found = find_features(profile)
    for way in (Way.BASE, Way.HOST_BLIND):
        blind = found[Feature.HOST_BLIND].answer is Answer.YES
        for key, feature in KEY_FEATURES.items():
            if found[feature].answer is Answer.YES and (way is Way.BASE or blind):
                yield way, key


def _counts() -> str:
    heads = ("flow", "card", "APDUs", "bytes both ways", "stack", "transaction", *_KINDS.values())
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
        peaks = str(work.peaks.stack), str(work.peaks.transaction or "")
        yield (title, work.card, str(work.apdus), f"{work.apdu_bytes:,}", *peaks, *cells)


def _cell(text: str) -> str:
    return text.replace("[", "\\[").replace("|", "\\|")


def _table(rows: Iterable[Sequence[str]]) -> str:
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)
