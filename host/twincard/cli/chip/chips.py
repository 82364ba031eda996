"""`twincard chips`: what real chips can do, and how long it takes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from twincard.chips.counted import Flow
from twincard.chips.estimate import estimate
from twincard.chips.features import Feature, find_features
from twincard.chips.profile import Answer, ChipProfile, find_profiles, load_profiles
from twincard.chips.reach import is_candidate, share
from twincard.chips.simulation import UnfitChipError, simulated
from twincard.cli.chip.chip_text import details, overview, ways_of
from twincard.cli.terminal.errors import InputError
from twincard.cli.terminal.options import Json
from twincard.cli.terminal.output import Printer
from twincard.ground.language import _
from twincard.results.chips import Chip, ChipFeature, Chips, ChipShare, ChipTime

Models = Annotated[
    list[str] | None,
    typer.Argument(metavar="[MODEL]...", help="Name of a chip, or part of it."),
]
Runs = Annotated[
    list[str] | None,
    typer.Option(
        "--runs",
        metavar="FEATURE",
        help="Show only chips that are known to support FEATURE: base, original, rsa2048, "
        "p256, host-blind, scp03, scp11b, signature-key, log, sha-384, "
        "extended-length, memory-base or memory-full. With several, all must be "
        "supported.",
    ),
]
All = Annotated[
    bool,
    typer.Option("--all", help="Include chips that are, or may be, older than Java Card 3.0.4."),
]


def chips(models: Models = None, runs: Runs = None, all_: All = False, json: Json = False) -> None:
    """Show what real chips can do, what they lack and how long they take.

    The data comes from a table of measured cards; docs/chips.md names its source. A single chip is
    shown in detail.
    """
    wanted = [_feature(name) for name in runs or ()]
    found = [profile for profile in _chosen(models or (), all_=all_) if _runs(profile, wanted)]
    result = Chips(tuple(map(_chip, found)), tuple(map(_share, Feature)))
    alone = models and len(found) <= len(models)
    text = details(found) if alone and found else overview(found)
    Printer(json).result(result, text)


def _feature(name: str) -> Feature:
    names = {feature.value.replace("_", "-"): feature for feature in Feature}
    if name not in names:
        raise InputError(
            _("{name!r} is not a feature. Use one of: {names}.").format(
                name=name, names=", ".join(names)
            )
        )
    return names[name]


def _chosen(models: Sequence[str], *, all_: bool) -> Iterable[ChipProfile]:
    if models:
        # A chip that is named is shown, however old it is.
        return dict.fromkeys(profile for part in models for profile in find_profiles(part))
    return [item for item in load_profiles() if all_ or item.at_least_304 is Answer.YES]


def _runs(profile: ChipProfile, wanted: Sequence[Feature]) -> bool:
    found = find_features(profile)
    return all(found[feature].answer is Answer.YES for feature in wanted)


def _chip(profile: ChipProfile) -> Chip:
    features = tuple(
        ChipFeature(
            feature.value,
            finding.answer,
            tuple(need.value for need in finding.missing),
            tuple(need.value for need in finding.unknown),
        )
        for feature, finding in find_features(profile).items()
    )
    times = tuple(
        ChipTime(flow, way, key.value, **vars(estimate(profile, flow, way, key)))
        for way, key in ways_of(profile)
        for flow in Flow
    )
    return Chip(
        profile.name,
        profile.model,
        profile.version,
        profile.year,
        _is_simulated(profile),
        features,
        times,
    )


def _is_simulated(profile: ChipProfile) -> bool:
    try:
        simulated(profile)
    except UnfitChipError:
        return False
    return True


def _share(feature: Feature) -> ChipShare:
    found = share(filter(is_candidate, load_profiles()), feature)
    return ChipShare(feature.value, found.yes, found.unknown, found.no, round(found.percent, 1))
