"""Which features of twincard would run on a chip, and why the others would not.

What the applet needs for each is what it looks for when it is installed (applet/card, applet/trust:
the classes with a `probe`); a test compares both on simulated chips.

Some facts are not in the table, but in its source: in its files every chip from Java Card 3.0.4 on
that has RSA without padding has RSA-2048 key objects, every one with AES has it with 128 and 192
bits and with transient keys, every one whose hash functions were asked has SHA-1, and none has
SHA-512 without SHA-384 or the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum

from twincard.card.report import Features
from twincard.chips.counted import Build, counted
from twincard.chips.profile import Algorithms, Amount, Answer, ChipProfile
from twincard.keys.key_type import KeyType
from twincard.simulator.laboratory import Engines


class Need(Enum):
    """What a feature may need of a chip."""

    JAVA_CARD = "jc304_or_later"
    RSA = "rsa_nopad"
    RSA_USE = "rsa_2048_nopad_use"
    RSA_GENERATION = "rsa_crt_2048_keygen"
    EC = "ec_p256_keygen"
    ECDH = "ecdh_plain"
    ECDSA = "ecdsa_sha256"
    AES_256 = "aes256_key"
    AES_CBC = "aes_cbc_nopad"
    SHA_256 = "sha256"
    SHA_384 = "sha384"
    RANDOM = "trng_or_secure_random"
    EXTENDED_LENGTH = "extended_length"
    TRANSIENT_BASE = "transient_base"
    TRANSIENT_FULL = "transient_full"
    PERSISTENT_BASE = "persistent_base"
    PERSISTENT_FULL = "persistent_full"
    COMMIT_CAPACITY = "commit_capacity"


class Feature(Enum):
    """What a card can be used for."""

    BASE = "base"
    """A key is duplicated in base mode, opens files, and moves them to another: RSA or P-256."""
    RSA_2048 = "rsa2048"
    P_256 = "p256"
    ORIGINAL = "original"
    """The card generates such a key itself; without this, it can only be a backup."""
    HOST_BLIND = "host_blind"
    SCP03 = "scp03"
    SCP11B = "scp11b"
    SIGNATURE_KEY = "signature_key"
    LOG = "log"
    OLD_HASHES = "sha_384"
    """Opens other people's files whose key derivation uses SHA-384 or SHA-512."""
    EXTENDED_LENGTH = "extended_length"
    MEMORY_BASE = "memory_base"
    """The base build's objects fit, with default sizes, and its transactions."""
    MEMORY_FULL = "memory_full"


KEY_FEATURES = {KeyType.RSA_2048: Feature.RSA_2048, KeyType.P_256: Feature.P_256}
_CORE = (Need.JAVA_CARD, Need.AES_256, Need.AES_CBC, Need.SHA_256, Need.RANDOM)
KEK_BYTES = {Features.KEK_128: 16, Features.KEK_192: 24}
"""Transient memory of the key-encryption keys that a card does without where there is no room."""
_HASHES = {Features.SHA_1: "sha1", Features.SHA_384: "sha384", Features.SHA_512: "sha512"}
"""And the hash functions, which come after those."""
ALGORITHMS = tuple(
    need for need in Need if need.value in {item.name for item in fields(Algorithms)}
)
"""The needs that are columns of the table."""


@dataclass(frozen=True)
class Finding:
    """Whether a feature is available, and the needs that are missing or unknown."""

    answer: Answer
    missing: tuple[Need, ...] = ()
    unknown: tuple[Need, ...] = ()

    @property
    def against(self) -> tuple[Need, ...]:
        """Why the answer is not yes."""
        return self.missing if self.answer is Answer.NO else self.unknown


def find_features(profile: ChipProfile) -> Mapping[Feature, Finding]:
    """The finding for every feature on this chip."""
    need = _needs(profile)
    core = _all(need[item] for item in _CORE)
    rsa = _all((need[Need.RSA], need[Need.RSA_USE]))
    p256 = _all((need[Need.EC], need[Need.ECDH]))
    base = _all((core, need[Need.TRANSIENT_BASE]))
    full = _all((core, need[Need.TRANSIENT_FULL]))
    rsa_made = _all((rsa, need[Need.RSA_GENERATION]))
    signs = _all((p256, need[Need.ECDSA]))
    commit = need[Need.COMMIT_CAPACITY]
    identified = _all((full, signs))
    return {
        Feature.BASE: _all((base, _any((rsa, p256)))),
        Feature.RSA_2048: _all((base, rsa)),
        Feature.P_256: _all((base, p256)),
        Feature.ORIGINAL: _all((base, _any((rsa_made, p256)))),
        Feature.HOST_BLIND: identified,
        Feature.SCP03: _all((full, _any((rsa, p256)))),
        Feature.SCP11B: identified,
        Feature.SIGNATURE_KEY: _all((full, _any((rsa_made, signs)))),
        Feature.LOG: _all((full, _any((rsa, p256)))),
        Feature.OLD_HASHES: _all((base, p256, need[Need.SHA_384], _room_for_hashes(profile))),
        Feature.EXTENDED_LENGTH: need[Need.EXTENDED_LENGTH],
        Feature.MEMORY_BASE: _all((need[Need.PERSISTENT_BASE], commit)),
        Feature.MEMORY_FULL: _all((need[Need.PERSISTENT_FULL], commit)),
    }


def feature_bits(profile: ChipProfile, build: Build) -> Features:
    """What the applet would report (tag 81 of its state); what is unknown counts as missing.

    Whether the chip refuses points off the curve is not among it: no table has that.
    """

    def has(*needs: Need) -> bool:
        return all(found[item].answer is Answer.YES for item in needs)

    found = _needs(profile)
    p256 = has(Need.EC, Need.ECDH)
    bits = _optional(profile, build)
    bits |= Features.RSA_2048 if has(Need.RSA) else Features(0)
    bits |= Features.P_256 if p256 else Features(0)
    bits |= Features.EXTENDED_LENGTH if has(Need.EXTENDED_LENGTH) else Features(0)
    if build is Build.FULL:
        bits |= Features.SCP03 | Features.SIGNATURE_KEY | Features.LOG
        if p256 and has(Need.ECDSA):
            bits |= Features.HOST_BLIND | Features.SCP11B
    return bits


def _optional(profile: ChipProfile, build: Build) -> Features:
    """What only mail from elsewhere needs, in the order in which the applet makes it.

    It takes the memory that is left.
    """
    free = profile.transient
    left = None if free is None else free.bytes - transient_need(profile, build)
    sizes = vars(profile.engines.bytes)
    wanted = {kek: size + sizes["transient_key"] for kek, size in KEK_BYTES.items()}
    hashes = dict(_HASHES)
    if profile.algorithms.sha384 is not Answer.YES:
        hashes = {Features.SHA_1: _HASHES[Features.SHA_1]}
    wanted |= {feature: sizes[engine] for feature, engine in hashes.items()}
    found = Features(0)
    for feature, size in wanted.items():
        if left is None or left >= size:
            found |= feature
            left = None if left is None else left - size
    return found


def _room_for_hashes(profile: ChipProfile) -> Finding:
    room = profile.transient is not None and _optional(profile, Build.BASE) & Features.SHA_512
    no_hash = profile.algorithms.sha384 is not Answer.YES
    return _single(Need.TRANSIENT_BASE, Answer.YES if room or no_hash else Answer.UNKNOWN)


def transient_need(profile: ChipProfile, build: Build) -> int:
    """Bytes with which the build runs on the chip, the engine objects among them."""
    memory = counted().memory[build]
    return memory.transient + profile.engines.taken(_engines(profile, build))


def engine_bytes(profile: ChipProfile, build: Build) -> int:
    """What all engine objects take, those included for which the memory may not be enough."""
    sizes = profile.engines.bytes
    optional = sizes.sha1 + sizes.sha384 + sizes.sha512 + len(KEK_BYTES) * sizes.transient_key
    return profile.engines.taken(_engines(profile, build)) + optional


def _engines(profile: ChipProfile, build: Build) -> Engines:
    """Those of the build that the chip may have, without what there may be no room for."""
    chip = profile.algorithms
    engines = counted().memory[build].engines
    left_out = dict.fromkeys(_HASHES.values(), 0)
    left_out["transient_key"] = engines.transient_key - len(KEK_BYTES)
    if chip.rsa_nopad is Answer.NO:
        left_out["rsa_nopad"] = 0
    if Answer.NO in (chip.ec_p256_keygen, chip.ecdh_plain):
        left_out |= {"ecdh_plain": 0, "ecdsa_sha256": 0}
    if chip.ecdsa_sha256 is Answer.NO:
        left_out["ecdsa_sha256"] = 0
    return replace(engines, **left_out)


def _needs(profile: ChipProfile) -> dict[Need, Finding]:
    answers = {item: getattr(profile.algorithms, item.value) for item in ALGORITHMS}
    answers[Need.JAVA_CARD] = profile.at_least_304
    rsa = answers[Need.RSA] is not Answer.NO
    p256 = Answer.all_of((answers[Need.EC], answers[Need.ECDH])) is not Answer.NO
    for build, transient, persistent in (
        (Build.BASE, Need.TRANSIENT_BASE, Need.PERSISTENT_BASE),
        (Build.FULL, Need.TRANSIENT_FULL, Need.PERSISTENT_FULL),
    ):
        memory = counted().memory[build]
        answers[transient] = _fits(profile.transient, transient_need(profile, build))
        answers[persistent] = _fits(profile.persistent, memory.persistent(rsa=rsa, p256=p256))
    answers[Need.COMMIT_CAPACITY] = _fits(profile.commit_capacity, counted().largest_transaction)
    return {item: _single(item, answer) for item, answer in answers.items()}


def _fits(free: Amount | None, need: int) -> Answer:
    return Answer.UNKNOWN if free is None else free.holds(need)


def _single(need: Need, answer: Answer) -> Finding:
    missing = (need,) if answer is Answer.NO else ()
    return Finding(answer, missing, (need,) if answer is Answer.UNKNOWN else ())


def _all(findings: Iterable[Finding]) -> Finding:
    parts = tuple(findings)
    return _joined(Answer.all_of(part.answer for part in parts), parts)


def _any(findings: Iterable[Finding]) -> Finding:
    parts = tuple(findings)
    answer = Answer.any_of(part.answer for part in parts)
    return Finding(answer) if answer is Answer.YES else _joined(answer, parts)


def _joined(answer: Answer, parts: tuple[Finding, ...]) -> Finding:
    missing = tuple(dict.fromkeys(need for part in parts for need in part.missing))
    unknown = tuple(dict.fromkeys(need for part in parts for need in part.unknown))
    return Finding(answer, missing, unknown)
