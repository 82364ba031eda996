"""Document, applet and host have one and the same command table, and the same names."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from tests.refusals.samples import SAMPLES

from twincard.iso.ins import Authority, Data, Ins, Rule
from twincard.iso.status import Sw
from twincard.transport import trace

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/card-interface.md").read_text(encoding="utf-8")
BASE, PARTS = (ROOT / "applet" / folder / "twincard/card" for folder in ("card", "trust"))

# What the applet's table says of authority that a command judges by itself.
IN_APPLET = {
    Authority.NONE: "ANYBODY",
    Authority.FILE: "ANYBODY",
    Authority.DF: "ANYBODY",
    Authority.FILE_OR_DF: "ANYBODY",
    Authority.SETTERS: "USER_OR_ISSUER",
}


def source(name: str) -> str:
    folder = BASE if (BASE / f"{name}.java").exists() else PARTS
    return (folder / f"{name}.java").read_text(encoding="utf-8")


def numbers(java: str) -> dict[str, int]:
    """Every numeric constant of a piece of Java, by its name."""
    found = re.findall(r"(\w+) = (?:\((?:byte|short)\) )?(0x[0-9A-F]+);", java)
    return {constant: int(value, 16) for constant, value in found}


def instructions() -> dict[str, int]:
    """The instruction bytes of the base, in an interface of their own, and those beyond it."""
    base = re.search(r"interface Ins \{(.*?)\}", source("CommandRules"), re.DOTALL)
    beyond = re.search(r"/\*\* Instruction bytes.*?/\*\*", source("TrustParts"), re.DOTALL)
    assert base
    assert beyond
    return numbers(base[1]) | numbers(beyond[0])


def document_rules() -> list[tuple[str, Rule]]:
    row = re.compile(
        r"^\| \[(?P<name>[^]]+)]\(#[\w-]+\) \| (?P<cla>\w\w) (?P<ins>\w\w) \| (?P<life>\w+) "
        r"\| (?P<roles>\w+) \| (?P<authority>[^|]+) \| (?P<data>[^|]+) \| (?P<chain>chain )?\|$",
        re.MULTILINE,
    )
    return [
        (
            match["name"],
            Rule(
                int(match["cla"], 16),
                int(match["ins"], 16),
                match["life"],
                match["roles"],
                Authority(match["authority"]),
                Data(match["data"]),
                match["chain"] is not None,
            ),
        )
        for match in row.finditer(DOCUMENT)
    ]


ROLES = ("ORIGINAL", "BACKUP")


def applet_rows() -> set[tuple[int, int, str, str, str, bool, bool]]:
    base = table_rows("CommandRules")
    known = {row[:2] for row in base}
    return base | {row for row in table_rows("TrustParts") if row[:2] not in known}


def table_rows(name: str) -> set[tuple[int, int, str, str, str, bool, bool]]:
    """The parts' table has rows, too, for further parameters of commands that the base has."""
    codes = instructions()
    unqualified = re.sub(r"\b(CommandRules|Ins)\.", "", source(name))
    row = re.compile(r"^ +(\w+)( \| OURS)?, ([\w |]+), ([\w |]+),$", re.MULTILINE)
    return {
        (
            0x80 if ours else 0x00,
            codes[ins],
            "".join(word for word in when.split(" | ") if word in "IOT"),
            "".join(word[0] for word in when.split(" | ") if word in ROLES) or "OB",
            "".join(
                word for word in when.split(" | ")[1:] if word not in (*"IOT", *ROLES, "RECEIVER")
            )
            or "ANYBODY",
            "NO_DATA" in shape.split(" | "),
            "CHAIN" in shape.split(" | "),
        )
        for ins, ours, when, shape in row.findall(unqualified)
    }


def test_the_document_has_the_table_of_the_host() -> None:
    # What the document says in sentences is held against the table below.
    said = [
        (ins.title, replace(ins.value, transport_pin=False, secret=False, keeps_report=False))
        for ins in Ins
    ]
    assert document_rules() == said


def test_the_applet_has_the_table_of_the_host() -> None:
    expected = {
        (
            rule.cla,
            rule.code,
            rule.life,
            rule.roles,
            IN_APPLET.get(rule.authority, rule.authority.name),
            rule.data is Data.NONE,
            rule.chain,
        )
        for rule in (ins.value for ins in Ins)
    }
    assert applet_rows() == expected


def test_a_transport_pin_serves_the_same_commands_everywhere() -> None:
    sentence = re.search(
        r"\*\*Transport PIN\*\*\..*? authorises (.*?); all else", DOCUMENT, re.DOTALL
    )
    assert sentence is not None
    named = set(re.split(r", | and ", sentence[1].replace("\n", " ")))
    served = {ins for ins in Ins if ins.value.transport_pin}
    assert named == {ins.title for ins in served} | {"VERIFY CERTIFICATE"}
    rows = re.findall(r"^ +Ins\.(\w+).*\bTRANSPORT,$", source("CommandRules"), re.MULTILINE)
    assert set(rows) == {ins.name for ins in served}


def test_applet_and_host_name_the_same_instructions() -> None:
    assert instructions() == {ins.name: ins.code for ins in Ins}


def test_each_command_has_a_well_formed_sample() -> None:
    assert set(SAMPLES) == set(Ins)


def test_a_trace_hides_the_data_of_the_commands_whose_data_are_secret() -> None:
    assert {ins.code for ins in Ins if ins.value.secret} == trace.SECRET


def test_document_applet_and_host_have_the_same_status_words() -> None:
    # `61xx` and `63Cx` stand for many.
    section = DOCUMENT.split("## Status words")[1].split("## Commands")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    documented = {word for cell in cells for word in re.findall(r"`(\w{4})`", cell)}
    named = numbers(source("Sw"))
    words = {int(word.replace("x", "0"), 16) for word in documented}
    # The applet has 9000 of ISO7816.
    assert named | {"DONE": 0x9000} == {word.name: word.value for word in Sw}
    assert words == set(Sw)
