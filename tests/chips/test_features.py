"""What the table says runs on a chip is what the applet finds on a simulated one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.chips.cards import start

from twincard.card.report import Features
from twincard.card.session import Card
from twincard.chips import Answer, ChipProfile, find_profile, load_profiles
from twincard.chips.counted import Build, counted
from twincard.chips.features import (
    Feature,
    Need,
    feature_bits,
    find_features,
    transient_need,
)
from twincard.chips.profile import Amount
from twincard.chips.reach import is_candidate, share
from twincard.chips.simulation import SimulatedChip, UnfitChipError, simulated
from twincard.simulator.laboratory import Laboratory
from twincard.transport.connection import TransportError

OPTIONAL = (
    Features.KEK_128 | Features.KEK_192 | Features.SHA_1 | Features.SHA_384 | Features.SHA_512
)
INSTALL = b"\x80\x20" + bytes(32)


def kinds() -> dict[tuple[str, ...], SimulatedChip]:
    """Of every set of missing algorithms, build and narrow memory in the table, one chip."""
    found: dict[tuple[str, ...], SimulatedChip] = {}
    for profile in load_profiles():
        for unknown_is_there in (False, True):
            try:
                chip = simulated(profile, unknown_is_there=unknown_is_there)
            except UnfitChipError:
                continue
            words = [word for word in chip.make.chip.split(",") if word.startswith("-")]
            narrow = feature_bits(chip.profile, chip.build) & OPTIONAL
            found.setdefault((str(chip.make.applet), str(narrow), *words), chip)
    return found


@pytest.mark.parametrize("chip", kinds().values(), ids=lambda chip: chip.profile.name)
def test_the_applet_finds_what_the_table_says(chip: SimulatedChip) -> None:
    with start(chip) as lab:
        lab.install(INSTALL)
        found = Card(lab).features & ~Features.POINTS_CHECKED
    assert found == feature_bits(chip.profile, chip.build)


@pytest.mark.parametrize(
    "missing",
    [
        "-aes_cbc_nopad",
        "-aes256_key",
        "-sha256",
        "-trng_or_secure_random",
        f"transient={counted().memory[Build.FULL].transient - 1}",
        f"persistent={counted().memory[Build.FULL].persistent_both - 1}",
    ],
)
def test_without_a_need_of_the_base_the_applet_is_not_installed(missing: str) -> None:
    with Laboratory.start(chip=missing) as lab, pytest.raises(TransportError, match="chip"):
        lab.install(INSTALL)


def with_algorithms(**answers: Answer) -> ChipProfile:
    """A chip that has all, but for these."""
    full = find_profile("J3R180 SecID Feitian")
    return replace(full, algorithms=replace(full.algorithms, **answers))


@pytest.mark.parametrize(
    ("column", "feature"),
    [
        ("sha256", Feature.BASE),
        ("rsa_nopad", Feature.RSA_2048),
        ("ecdh_plain", Feature.P_256),
        ("ecdsa_sha256", Feature.HOST_BLIND),
        ("ec_p256_keygen", Feature.SCP11B),
        ("sha384", Feature.OLD_HASHES),
    ],
)
def test_a_missing_need_is_a_no_and_an_unknown_one_is_unknown(
    column: str, feature: Feature
) -> None:
    missing = find_features(with_algorithms(**{column: Answer.NO}))[feature]
    assert (missing.answer, missing.against) == (Answer.NO, (Need(column),))
    unknown = find_features(with_algorithms(**{column: Answer.UNKNOWN}))[feature]
    assert (unknown.answer, unknown.against) == (Answer.UNKNOWN, (Need(column),))


def test_one_of_two_key_types_is_enough_for_the_base() -> None:
    for column in ("rsa_nopad", "ec_p256_keygen"):
        for answer in (Answer.NO, Answer.UNKNOWN):
            base = find_features(with_algorithms(**{column: answer}))[Feature.BASE]
            assert (base.answer, base.against) == (Answer.YES, ())
    neither = with_algorithms(rsa_nopad=Answer.NO, ecdh_plain=Answer.NO)
    assert find_features(neither)[Feature.BASE].missing == (Need.RSA, Need.ECDH)


def test_little_memory_is_not_known_to_be_enough() -> None:
    base = counted().memory[Build.BASE]
    whole = find_profile("J3R180 SecID Feitian")
    chip = replace(
        whole,
        transient_reset=Amount(transient_need(whole, Build.FULL) - 1),
        persistent=Amount(base.persistent_both - 1),
    )
    found = find_features(chip)
    assert found[Feature.BASE].answer is Answer.YES
    assert found[Feature.HOST_BLIND].unknown == (Need.TRANSIENT_FULL,)
    assert found[Feature.MEMORY_BASE].unknown == (Need.PERSISTENT_BASE,)


def test_what_is_unknown_counts_as_missing_in_a_simulation_unless_told() -> None:
    chip = with_algorithms(sha384=Answer.UNKNOWN, ecdsa_sha256=Answer.NO)
    assert simulated(chip).make.chip.startswith("-sha384,-ecdsa_sha256")
    assert simulated(chip, unknown_is_there=True).make.chip == "-ecdsa_sha256"
    with pytest.raises(UnfitChipError, match="SHA-256"):
        simulated(with_algorithms(sha256=Answer.UNKNOWN))


def test_engines_take_memory_that_is_known_or_as_much_as_on_the_worst_chip() -> None:
    known = find_profile("NXP JCOP4 J3R180 SecID Feitian")
    assert known.engines.measured
    assert known.engines.bytes.sha512 == 208
    alike = find_profile("NXP JCOP J3H145G C4")
    assert alike.engines.measured
    assert alike.engines.bytes.aes_cbc_nopad == 51
    other = find_profile("JC30M48CR")
    worst = find_profile("H19CR")
    assert not other.engines.measured
    assert other.engines.bytes == worst.engines.bytes
    assert transient_need(worst, Build.BASE) > transient_need(known, Build.BASE)
    for small in ("A22CR-ECC", "JC30M48CR", "J3H081 EMV #2"):
        base = find_features(find_profile(small))[Feature.BASE]
        assert (base.answer, base.against) == (Answer.UNKNOWN, (Need.TRANSIENT_BASE,))


def test_engines_that_a_chip_lacks_take_no_memory() -> None:
    whole = find_profile("H19CR")
    lacks = replace(whole.algorithms, ecdh_plain=Answer.NO)
    without = replace(whole, algorithms=lacks)
    left_out = whole.engines.bytes.ecdh_plain + whole.engines.bytes.ecdsa_sha256
    assert transient_need(whole, Build.FULL) - transient_need(without, Build.FULL) == left_out


@pytest.mark.parametrize("build", Build)
def test_hash_functions_come_last_and_where_there_is_room(build: Build) -> None:
    whole = find_profile("H19CR")
    bits = []
    for more in range(0, 800, 20):
        free = Amount(transient_need(whole, build) + more)
        chip = replace(whole, transient_reset=free, transient_deselect=free)
        bits.append(feature_bits(chip, build) & OPTIONAL)
    assert bits[0] == Features(0)
    assert bits[-1] == OPTIONAL
    room = [bool(each & Features.SHA_384) for each in bits]
    assert room == sorted(room)


def test_a_chip_that_refused_rsa_in_use_is_not_known_to_have_it() -> None:
    for name in ("Taisys SIMoME VAULT", "Taisys SIMoME VAULT #2"):
        found = find_features(find_profile(name))
        assert found[Feature.RSA_2048].unknown == (Need.RSA_USE,)
        assert found[Feature.P_256].answer is Answer.YES
        assert "-rsa_2048_nopad_use" in simulated(find_profile(name)).make.chip
        assert "use" not in simulated(find_profile(name), unknown_is_there=True).make.chip


def needs_of_simulation(profile: ChipProfile) -> tuple[Need, ...]:
    """What stands against a simulated card of this chip."""
    try:
        simulated(profile)
    except UnfitChipError as unfit:
        return unfit.needs
    return ()


def test_every_chip_of_3_0_4_that_runs_the_base_can_be_simulated_but_for_its_memory() -> None:
    for profile in filter(is_candidate, load_profiles()):
        if find_features(profile)[Feature.BASE].answer is Answer.YES:
            assert needs_of_simulation(profile) in ((), (Need.PERSISTENT_BASE,))


def test_the_base_functions_run_on_four_of_five_chips_with_rsa_or_p256() -> None:
    candidates = [profile for profile in load_profiles() if is_candidate(profile)]
    reached = share(candidates, Feature.BASE)
    assert reached.total == len(candidates)
    assert reached.percent >= 80


def test_every_algorithm_of_the_table_is_a_need() -> None:
    assert set(vars(find_profile("J3R452").algorithms)) <= {need.value for need in Need}
