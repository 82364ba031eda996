"""Features, needs, flows and times in words for people."""

from __future__ import annotations

from collections.abc import Iterable

from twincard.chips.counted import Flow, Way
from twincard.chips.estimate import Estimate
from twincard.chips.features import Feature, Finding, Need
from twincard.chips.profile import Answer
from twincard.ground.language import N_, _
from twincard.keys.key_type import KeyType

_FEATURES = {
    Feature.BASE: N_("base functions"),
    Feature.RSA_2048: N_("RSA-2048 keys"),
    Feature.P_256: N_("P-256 keys"),
    Feature.ORIGINAL: N_("generates its own key"),
    Feature.HOST_BLIND: N_("host-blind mode"),
    Feature.SCP03: N_("SCP03 for the issuer"),
    Feature.SCP11B: N_("SCP11b for the user"),
    Feature.SIGNATURE_KEY: N_("signature key"),
    Feature.LOG: N_("log"),
    Feature.OLD_HASHES: N_("files with SHA-384 or SHA-512"),
    Feature.EXTENDED_LENGTH: N_("extended length"),
    Feature.MEMORY_BASE: N_("memory for the base build"),
    Feature.MEMORY_FULL: N_("memory for the full build"),
}
_NEEDS = {
    Need.JAVA_CARD: N_("Java Card 3.0.4"),
    Need.RSA: N_("raw RSA (no padding)"),
    Need.RSA_USE: N_("raw RSA-2048 operations"),
    Need.RSA_GENERATION: N_("RSA-2048 key generation"),
    Need.EC: N_("P-256 key generation"),
    Need.ECDH: N_("plain ECDH"),
    Need.ECDSA: N_("ECDSA with SHA-256"),
    Need.AES_256: N_("AES-256 keys"),
    Need.AES_CBC: N_("AES-CBC without padding"),
    Need.SHA_256: N_("SHA-256"),
    Need.SHA_384: N_("SHA-384"),
    Need.RANDOM: N_("secure random numbers"),
    Need.EXTENDED_LENGTH: N_("extended length"),
    Need.TRANSIENT_BASE: N_("transient memory for the base build"),
    Need.TRANSIENT_FULL: N_("transient memory for the full build"),
    Need.PERSISTENT_BASE: N_("persistent memory for the base build"),
    Need.PERSISTENT_FULL: N_("persistent memory for the full build"),
    Need.COMMIT_CAPACITY: N_("capacity for the longest transaction"),
}
_FLOWS = {
    Flow.ISSUE: N_("issue a pair"),
    Flow.DUPLICATE: N_("duplicate"),
    Flow.DECRYPT: N_("decrypt a file"),
    Flow.RECOVER: N_("recover a file"),
}
KEY_NAMES = {KeyType.RSA_2048: "RSA-2048", KeyType.P_256: "P-256"}
_WAYS = {
    Way.BASE: N_("base mode"),
    Way.HOST_BLIND: N_("host-blind"),
    Way.CHANNEL: N_("host-blind, in a secure channel"),
}


def feature_name(feature: Feature) -> str:
    """What the feature is called."""
    return _(_FEATURES[feature])


def flow_name(flow: Flow) -> str:
    """What the job is called."""
    return _(_FLOWS[flow])


def way_name(way: Way) -> str:
    """How cards are used."""
    return _(_WAYS[way])


def need_names(needs: Iterable[Need]) -> str:
    """Needs, with commas between."""
    return ", ".join(_(_NEEDS[need]) for need in needs)


def answer_word(answer: Answer) -> str:
    """Yes, no, or a question mark."""
    return {Answer.YES: _("yes"), Answer.NO: _("no"), Answer.UNKNOWN: "?"}[answer]


def reason(finding: Finding) -> str:
    """Why the answer is not yes; empty where it is."""
    if finding.answer is Answer.YES:
        return ""
    names = need_names(finding.against)
    if finding.answer is Answer.NO:
        return _("lacks {needs}").format(needs=names)
    return _("not known: {needs}").format(needs=names)


def duration(time: Estimate) -> str:
    """A range of seconds, RSA key generation given separately; ? if it cannot be estimated."""
    if time.low is None or time.key_generation is None:
        return "?"
    low, high = _rounded(time.low), None if time.high is None else _rounded(time.high)
    if high is None:
        text = _("≥ {low} s").format(low=low)
    elif low == high:
        text = _("{low} s").format(low=low)
    else:
        text = _("{low}–{high} s").format(low=low, high=high)  # noqa: RUF001 -- a range
    if time.key_generation:
        seconds = _rounded(time.key_generation)
        text = _("{time} + key {seconds} s").format(time=text, seconds=seconds)
    return text


def _rounded(seconds: float) -> str:
    """Two significant digits, at most hundredths of a second."""
    if seconds >= 9.95:
        return f"{seconds:.0f}"
    return f"{seconds:.1f}" if seconds >= 0.995 else f"{seconds:.2f}"
