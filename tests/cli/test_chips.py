"""What real chips can do, and simulated cards that behave as one of them."""

from __future__ import annotations

import pytest
from tests.cli.commands import Desk
from tests.cli.conftest import PAIR, PINS

from twincard.chips import Answer, load_profiles

FULL = "NXP JCOP4 J3R180 SecID Feitian"
RSA_ONLY = "Feitian JavaCOS A22"
MAKES_NO_RSA = "NXP JCOP4 P71D600"


def test_chips_of_3_0_4_are_listed_and_older_ones_on_demand(desk: Desk) -> None:
    names = [chip["name"] for chip in desk.json("chips")["chips"]]
    expected = [item.name for item in load_profiles() if item.at_least_304 is Answer.YES]
    assert names == expected
    everything = desk.json("chips", "--all")["chips"]
    assert len(everything) == len(load_profiles())


def test_people_get_a_line_for_each_chip_and_the_shares(desk: Desk) -> None:
    lines = desk.done("chips").text.splitlines()
    (line,) = (line for line in lines if line.startswith(FULL))
    assert line.count("yes") == 3
    assert "+ key 5.2 s" in line
    assert any(line.startswith("base functions: 57 of 70 ") for line in lines)


def test_one_chip_is_told_in_full_with_what_it_lacks(desk: Desk) -> None:
    text = desk.done("chips", "a22cr-ecc").text
    assert text.startswith("Feitian JavaCOS A22CR-ECC-SHA-2\n")
    assert "not known: transient memory for the full build, plain ECDH" in text
    assert "Not measured: " in text
    text = desk.done("chips", RSA_ONLY).text
    assert "host-blind mode                no   lacks P-256 key generation, plain ECDH" in text


def test_programs_get_answers_reasons_and_times(desk: Desk) -> None:
    (chip,) = desk.json("chips", RSA_ONLY)["chips"][:1]
    features = {item["feature"]: item for item in chip["features"]}
    assert features["base"] == {"feature": "base", "answer": "yes", "missing": [], "unknown": []}
    assert features["host_blind"]["answer"] == "no"
    assert features["host_blind"]["missing"] == ["ec_p256_keygen", "ecdh_plain", "ecdsa_sha256"]
    assert features["extended_length"]["answer"] == "yes"
    assert {(time["way"], time["key"]) for time in chip["times"]} == {("base", "rsa2048")}
    decrypt = next(time for time in chip["times"] if time["flow"] == "decrypt")
    assert decrypt["low"] > 0.1544
    assert (decrypt["high"], decrypt["missing"]) == (None, ["eeprom_write_256B"])


def test_chips_are_chosen_by_what_they_run(desk: Desk) -> None:
    chosen = desk.json("chips", "--runs", "host-blind", "--runs", "extended-length")["chips"]
    assert FULL in {chip["name"] for chip in chosen}
    for chip in chosen:
        answers = {item["feature"]: item["answer"] for item in chip["features"]}
        assert (answers["host_blind"], answers["extended_length"]) == ("yes", "yes")
    desk.run("chips", "--runs", "telepathy").failed(2, "telepathy", "host-blind")
    desk.run("chips", "ありません").failed(2, "ありません", "twincard chips --all")


def test_a_simulated_card_behaves_as_its_chip_ever_after(desk: Desk) -> None:
    made = desk.json("sim", "new", "alice", "--chip", "p71d600")
    assert made["chip"] == MAKES_NO_RSA
    desk.done("sim", "new", "控え", "--chip", MAKES_NO_RSA)
    desk.done("group", "new", "--size", "1", "--out", "g")
    first = ("--group-size", "1", "--component", "1=g/component-1.txt")
    desk.done("issue", *PAIR, *PINS, "--puk-file", "puk", *first)
    desk.run("duplicate", *PAIR, *PINS, "--key", "rsa2048").failed(7, "`twincard chips`")
    assert desk.json("duplicate", *PAIR, *PINS, "--key", "p256")["mode"] == "host_blind"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--chip", "sysmoISIM-SJA5-S17"), ("sysmoISIM-SJA5-S17", "raw RSA (no padding)")),
        (("--chip", "J3R200"), ("More than one", "J3R200 noECC")),
        (("--chip", "J9Z"), ("J9Z",)),
        (("--with-unknown",), ("--chip",)),
    ],
)
def test_a_chip_that_is_none_or_cannot_take_the_applet_leaves_no_card(
    desk: Desk, words: tuple[str, ...], told: tuple[str, ...]
) -> None:
    desk.run("sim", "new", "alice", *words).failed(2, *told)
    assert desk.json("sim", "list")["cards"] == []


def test_what_is_not_known_can_be_taken_as_there(desk: Desk) -> None:
    chip = "Tongxin Microelectronics THD89 T101 #2"
    desk.run("sim", "new", "alice", "--chip", chip).failed(2, "SHA-256")
    text = desk.done("sim", "new", "alice", "--chip", chip, "--with-unknown").text
    assert f"It behaves like {chip}, with the full build." in text
