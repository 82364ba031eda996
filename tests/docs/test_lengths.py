"""Lengths of docs/card-interface.md are decimal, and those of the state report are the cards'."""

from __future__ import annotations

import re

from tests.bench import Bench, Stage
from tests.docs.examples import ROOT

from twincard.card.report import Mode
from twincard.iso import tlv
from twincard.keys.key_type import KeyType

DOCUMENT = (ROOT / "docs/card-interface.md").read_text(encoding="utf-8")


def documented(section: str) -> dict[int, list[str]]:
    """The cell *length* of each tag of a section's table, its alternatives one by one."""
    text = DOCUMENT.split(f"\n{section}")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w\w)` \| ([^|]+) \|", text, re.M)
    return {int(tag, 16): length.split(" or ") for tag, length in rows}


def test_no_length_is_given_twice_or_in_hexadecimal() -> None:
    assert re.findall(r"\(\d+ decimal\)|decimal bytes|hex(?:adecimal)? bytes", DOCUMENT) == []
    for section in ("**Installation.**", "## State report"):
        for lengths in documented(section).values():
            assert all(re.fullmatch(r"\d+|4 × size", length) for length in lengths)  # noqa: RUF001


def test_the_state_report_has_the_lengths_of_the_document(bench: Bench) -> None:
    bench.in_mode(Mode.HOST_BLIND).at(Stage.DUPLICATED)
    bench.original.unlocked().signing.generate(KeyType.P_256)
    lengths = documented("## State report")
    seen = set()
    for card in (bench.original, bench.backup):
        card.lab.transmit(bytes.fromhex("00A404000AF05457494E4341524401"))
        answer, sw = card.lab.transmit(bytes.fromhex("00CA00E0000000"))
        assert sw == 0x9000
        for part in tlv.decode(tlv.decode_one(answer, 0xE0)):
            seen.add(part.tag)
            size = [one.replace("4 × size", "12") for one in lengths[part.tag]]  # noqa: RUF001
            assert str(len(part.value)) in size, f"{part.tag:02X}"
    assert seen == set(lengths)
