"""Counts the chips on which a feature runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from twincard.chips.features import Feature, find_features
from twincard.chips.profile import Answer, ChipProfile


@dataclass(frozen=True)
class Share:
    """How many chips have each answer; they add up to `total`."""

    feature: Feature
    yes: int
    unknown: int
    no: int

    @property
    def total(self) -> int:
        """All chips that were asked."""
        return self.yes + self.unknown + self.no

    @property
    def percent(self) -> float:
        """Of all, those that certainly have it; what is unknown does not count as yes."""
        return 100 * self.yes / self.total if self.total else 0.0


def is_candidate(profile: ChipProfile) -> bool:
    """Java Card 3.0.4 or later for certain, and not without both RSA and P-256."""
    some_key = (profile.algorithms.rsa_nopad, profile.algorithms.ec_p256_keygen)
    return profile.at_least_304 is Answer.YES and Answer.any_of(some_key) is not Answer.NO


def share(profiles: Iterable[ChipProfile], feature: Feature) -> Share:
    """Of these chips."""
    answers = Counter(find_features(profile)[feature].answer for profile in profiles)
    return Share(feature, answers[Answer.YES], answers[Answer.UNKNOWN], answers[Answer.NO])
