"""Simulated cards that behave as real chips."""

from __future__ import annotations

from tests.bench import Bench

from twincard.card.report import Features, Role
from twincard.chips import find_profile
from twincard.chips.features import feature_bits
from twincard.chips.profile import Answer
from twincard.chips.simulation import APPLETS, SimulatedChip, simulated
from twincard.simulator.laboratory import Laboratory

FIVE = (
    "Feitian JavaCOS A22",  # the full build with RSA only; transactions of 512 bytes
    "Infineon SLJ52GCA150",  # 1,671 bytes of RAM, much of it for engines: the base build
    "NXP JCOP3 J3H081 EMV",  # makes no keys, and no SHA-384 that is known of: a backup
    "NXP JCOP4 P71D600",  # uses RSA keys and makes none, but P-256 keys
    "NXP JCOP4 J3R180 SecID Feitian",  # lacks nothing
)
"""Five chips as different as the table has them."""


def start(chip: SimulatedChip) -> Laboratory:
    """A blank card of such a chip."""
    return Laboratory.start(chip.make.applet, chip.make.chip)


def makes_keys(chip: SimulatedChip) -> bool:
    """Whether it can be an original."""
    has = chip.profile.algorithms
    return Answer.YES in (has.rsa_crt_2048_keygen, has.ec_p256_keygen)


def able(model: str) -> Features:
    """What cards of such chips can do."""
    chip = simulated(find_profile(model))
    return feature_bits(chip.profile, chip.build) | Features.POINTS_CHECKED


def chip_bench(model: str) -> Bench:
    """A bench of such chips; where they make no keys, the originals are ordinary ones."""
    chip = simulated(find_profile(model))

    def blank(role: Role) -> Laboratory:
        if role is Role.BACKUP or makes_keys(chip):
            return start(chip)
        return Laboratory.start(APPLETS[chip.build, True])

    return Bench(blank, able(model))
