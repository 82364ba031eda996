"""Simulates a chip of the table: with its missing algorithms and its memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace

from twincard.chips.counted import Build
from twincard.chips.features import Feature, Finding, Need, find_features
from twincard.chips.profile import Algorithms, Amount, Answer, ChipError, ChipProfile
from twincard.chips.words import need_names
from twincard.ground.language import _
from twincard.simulator.process import Make

APPLETS = {
    (Build.BASE, False): "twincard.card.TwinCardApplet",
    (Build.BASE, True): "twincard.card.ExtendedTwinCardApplet",
    (Build.FULL, False): "twincard.card.TrustTwinCardApplet",
    (Build.FULL, True): "twincard.card.ExtendedTrustTwinCardApplet",
}
"""Applet classes, by build and by whether the chip has extended length."""


_UNBOUNDED = Amount(1 << 30, saturated=True)


class UnfitChipError(ChipError):
    """The applet cannot be installed on this chip."""

    def __init__(self, profile: ChipProfile, needs: tuple[Need, ...]) -> None:
        self.needs = needs
        super().__init__(
            _(
                "The applet cannot be installed on {chip}, which lacks, or is not known to "
                "have: {needs}."
            ).format(chip=profile.name, needs=need_names(needs))
        )


@dataclass(frozen=True)
class SimulatedChip:
    """What `sim new --chip` makes of a profile."""

    profile: ChipProfile
    """With all unknowns decided."""
    build: Build
    make: Make


def simulated(profile: ChipProfile, *, unknown_is_there: bool = False) -> SimulatedChip:
    """The chip as a simulated card is made of it, with the fullest build that fits.

    Unknown features count as missing, and memory as what was free when the chip was tested; with
    `unknown_is_there` they count as present. Raises UnfitChipError where even the base build cannot
    run.
    """
    decided = _decided(profile, Answer.YES if unknown_is_there else Answer.NO)
    found = find_features(decided)
    needs = [
        need
        for feature in (Feature.BASE, Feature.MEMORY_BASE)
        if found[feature].answer is not Answer.YES
        for need in found[feature].missing + found[feature].unknown
    ]
    if needs:
        raise UnfitChipError(profile, tuple(dict.fromkeys(needs)))
    build = _build(found)
    extended = decided.algorithms.extended_length is Answer.YES
    return SimulatedChip(decided, build, Make(APPLETS[build, extended], ",".join(_words(decided))))


def _build(found: Mapping[Feature, Finding]) -> Build:
    """The fullest one that fits."""
    full = Answer.all_of(found[item].answer for item in (Feature.SCP03, Feature.MEMORY_FULL))
    return Build.FULL if full is Answer.YES else Build.BASE


def _decided(profile: ChipProfile, unknown: Answer) -> ChipProfile:
    given = {item.name: getattr(profile.algorithms, item.name) for item in fields(Algorithms)}
    answers = {
        name: unknown if answer is Answer.UNKNOWN else answer for name, answer in given.items()
    }
    recent = unknown if profile.at_least_304 is Answer.UNKNOWN else profile.at_least_304
    return replace(
        profile,
        at_least_304=recent,
        algorithms=Algorithms(**answers),
        transient_deselect=_memory(profile.transient, unknown),
        persistent=_memory(profile.persistent, unknown),
        commit_capacity=_memory(profile.commit_capacity, unknown),
    )


def _memory(free: Amount | None, unknown: Answer) -> Amount:
    """What is free; without bounds where that is not known, or more than recorded may be."""
    if free is None or free.saturated or unknown is Answer.YES:
        return _UNBOUNDED
    return free


def _words(decided: ChipProfile) -> Iterator[str]:
    """See Chip.java."""
    for item in fields(Algorithms):
        missing = getattr(decided.algorithms, item.name) is not Answer.YES
        if missing and item.name != "extended_length":
            yield f"-{item.name}"
    memory = {
        "transient": decided.transient,
        "persistent": decided.persistent,
        "commit": decided.commit_capacity,
    }
    for name, free in memory.items():
        if free is not None and free != _UNBOUNDED:
            yield f"{name}={free.bytes}"
    if decided.transient not in (None, _UNBOUNDED):
        yield from (
            f"ram.{name}={size}" for name, size in vars(decided.engines.bytes).items() if size
        )
